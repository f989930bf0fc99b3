"""Open time, told in rules that hold for any clinic."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinic.practice.hours import OpenTime

ZONES = [
    ZoneInfo(name)
    for name in ("America/New_York", "Australia/Lord_Howe", "Europe/London", "America/Havana", "Asia/Kathmandu")
]
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# 2026's clock changes in those zones, in UTC.
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
]


def minutes(least, most):
    return st.integers(least, most).map(lambda count: timedelta(minutes=count))


@st.composite
def opening_spans(draw):
    """Draw a span of half an hour or more, its edges on five minutes."""
    opens = draw(st.integers(0, 281))
    closes = draw(st.integers(opens + 6, 287))
    return time(opens // 12, opens % 12 * 5), time(closes // 12, closes % 12 * 5)


@st.composite
def closed_days(draw):
    first = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 365)))
    return first, first + timedelta(days=draw(st.integers(0, 10)))


opening_days = st.lists(opening_spans(), min_size=1, max_size=4)
weeks = st.dictionaries(st.integers(0, 6), opening_days, min_size=1)
clinics = st.builds(OpenTime, weeks, st.lists(closed_days(), max_size=5), st.sampled_from(ZONES))
starts = st.one_of(
    st.builds(lambda offset: NEW_YEAR + offset, minutes(0, 365 * 24 * 60)),
    st.builds(lambda change, offset: change + offset, st.sampled_from(CHANGES), minutes(-180, 180)),
    st.builds(lambda offset: NEW_YEAR + timedelta(seconds=offset), st.integers(0, 365 * 24 * 3600)),
)
durations = minutes(0, 600)
more = minutes(1, 600)


def open_or_closing(clinic, at):
    return clinic.is_open(at) or clinic.is_open(at - timedelta.resolution)


for_any_clinic = settings(max_examples=100, deadline=None, derandomize=True)


@for_any_clinic
@given(clinics, starts, durations, more)
def test_more_open_time_ends_later(clinic, start, duration, extra):
    assert clinic.add(start, duration) < clinic.add(start, duration + extra)


@for_any_clinic
@given(clinics, starts, more, durations)
def test_a_later_start_never_ends_earlier(clinic, start, later, duration):
    assert clinic.add(start, duration) <= clinic.add(start + later, duration)


@for_any_clinic
@given(clinics, starts, durations)
def test_the_result_is_open_time_or_its_closing_edge(clinic, start, duration):
    result = clinic.add(start, duration)
    assert result >= start
    assert open_or_closing(clinic, result)


@for_any_clinic
@given(clinics, starts, durations, more)
def test_open_time_adds_up(clinic, start, first, second):
    assert clinic.add(clinic.add(start, first), second) == clinic.add(start, first + second)


@for_any_clinic
@given(clinics, starts, durations)
def test_as_much_open_time_has_passed_as_was_added(clinic, start, duration):
    assert clinic.between(start, clinic.add(start, duration)) == duration


@for_any_clinic
@given(clinics, starts, durations)
def test_the_promise_is_the_first_open_half_hour_not_before_the_time_is_up(clinic, start, duration):
    earliest, due = clinic.add(start, duration), clinic.reply_due(start, duration)
    assert due >= earliest
    assert due.astimezone(clinic.zone).minute in (0, 30)
    assert due.second == due.microsecond == 0
    assert open_or_closing(clinic, due)
    earlier = due - HALF_HOUR
    while earlier >= earliest:
        assert not open_or_closing(clinic, earlier)
        earlier -= HALF_HOUR


@for_any_clinic
@given(clinics, starts)
def test_open_is_what_the_wall_clock_says(clinic, at):
    """Save for the hour shown twice, where a span ends the first time its closing is shown."""
    local = at.astimezone(clinic.zone)
    assume(local.utcoffset() == local.replace(fold=not local.fold).utcoffset())
    closed_today = any(first <= local.date() <= last for first, last in clinic.closures)
    in_a_span = any(opens <= local.time() < closes for opens, closes in clinic.week.get(local.weekday(), []))
    assert clinic.is_open(at) is (in_a_span and not closed_today)


@settings(for_any_clinic, max_examples=40)
@given(clinics, st.sampled_from(CHANGES), minutes(-1440, 0), minutes(1, 1440))
def test_open_time_between_is_the_open_minutes_counted(clinic, change, before, length):
    start = change + before
    ticks = [start + tick * MINUTE for tick in range(length // MINUTE)]
    assert clinic.between(start, start + length) == sum(map(clinic.is_open, ticks)) * MINUTE
