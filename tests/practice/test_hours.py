"""Open time, told in examples on the clinic's wall clock in 2026."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.practice.hours import NeverOpen, OpenTime

NEW_YORK = ZoneInfo("America/New_York")  # clocks change on Sun 8 Mar and Sun 1 Nov, by an hour
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # on Sun 5 Apr and Sun 4 Oct, by half an hour
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5 hours 45 minutes ahead of UTC all year
SATURDAY, SUNDAY = 5, 6
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)


def spans(text):
    """Read "09:00-12:00 13:00-17:00"."""
    pairs = [span.split("-") for span in text.split()]
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs]


def weekdays(text):
    return {day: spans(text) for day in range(SATURDAY)}


def every_day(text):
    return {day: spans(text) for day in range(7)}


MEMORIAL_DAY = (date(2026, 5, 25), date(2026, 5, 25))
THANKSGIVING = (date(2026, 11, 26), date(2026, 11, 27))

CLINICS = {
    "day": OpenTime(weekdays("13:00-17:00 09:00-12:00"), [THANKSGIVING, MEMORIAL_DAY], NEW_YORK),
    "odd": OpenTime(weekdays("08:10-17:15"), [], NEW_YORK),
    "brief": OpenTime(weekdays("09:05-09:25"), [], NEW_YORK),
    "night": OpenTime(every_day("00:00-06:00"), [], NEW_YORK),
    "island": OpenTime(every_day("00:00-06:00"), [], LORD_HOWE),
    "no hours": OpenTime({}, [], NEW_YORK),
}


def instant(clinic, text):
    """Read "Sun 1 Nov 01:30" on the clinic's clock, or "Sun 1 Nov 01:30 again" where it shows that twice."""
    wall = datetime.strptime(f"2026 {text.removesuffix(' again')}", "%Y %a %d %b %H:%M")
    assert f"{wall:%a}" == text[:3], f"{text} is not a {text[:3]}"
    return wall.replace(tzinfo=clinic.zone, fold=text.endswith("again")).astimezone(UTC)


def elapsed(text):
    """Read "4h" or "90m"."""
    return timedelta(minutes=int(text[:-1]) * {"h": 60, "m": 1}[text[-1]])


def read(example):
    """Take "clinic: start + time -> result" apart."""
    name, sentence = example.split(": ")
    question, result = sentence.split(" -> ")
    start, duration = question.split(" + ")
    clinic = CLINICS[name]
    return clinic, instant(clinic, start), elapsed(duration), instant(clinic, result)


@pytest.mark.parametrize(
    "example",
    [
        # one day
        "day: Mon 2 Mar 09:00 + 2h -> Mon 2 Mar 11:00",
        "day: Mon 2 Mar 07:15 + 2h -> Mon 2 Mar 11:00",  # asked before opening
        "day: Mon 2 Mar 11:30 + 1h -> Mon 2 Mar 13:30",  # lunch
        "day: Mon 2 Mar 12:20 + 1h -> Mon 2 Mar 14:00",  # asked at lunch
        "day: Mon 2 Mar 11:00 + 1h -> Mon 2 Mar 12:00",  # used up as the clinic closes
        "day: Mon 2 Mar 15:00 + 2h -> Mon 2 Mar 17:00",
        # nights, weekends, holidays
        "day: Mon 2 Mar 16:30 + 2h -> Tue 3 Mar 10:30",
        "day: Mon 2 Mar 17:00 + 1h -> Tue 3 Mar 10:00",  # asked as the clinic closes
        "day: Mon 2 Mar 10:00 + 19h -> Wed 4 Mar 16:00",
        "day: Fri 13 Mar 16:00 + 4h -> Mon 16 Mar 12:00",
        "day: Sun 15 Mar 23:59 + 10m -> Mon 16 Mar 09:10",
        "day: Fri 22 May 16:30 + 1h -> Tue 26 May 09:30",
        "day: Wed 25 Nov 16:00 + 2h -> Mon 30 Nov 10:00",  # both days of the closure, then a weekend
        # clock changes: over a closed weekend, and inside a span, which is then an hour shorter or longer
        "day: Fri 6 Mar 16:30 + 1h -> Mon 9 Mar 09:30",
        "day: Fri 30 Oct 16:30 + 1h -> Mon 2 Nov 09:30",
        "night: Sun 8 Mar 01:00 + 2h -> Sun 8 Mar 04:00",
        "night: Sun 8 Mar 00:00 + 6h -> Mon 9 Mar 01:00",
        "night: Sun 1 Nov 00:30 + 2h -> Sun 1 Nov 01:30 again",
        "night: Sun 1 Nov 01:30 again + 1h -> Sun 1 Nov 02:30",
        "island: Sun 4 Oct 01:45 + 30m -> Sun 4 Oct 02:45",
        "island: Sun 5 Apr 00:00 + 6h -> Sun 5 Apr 05:30",
        # no time at all
        "day: Mon 2 Mar 10:00 + 0m -> Mon 2 Mar 10:00",
        "day: Mon 2 Mar 12:00 + 0m -> Mon 2 Mar 13:00",
        "day: Sat 7 Mar 10:00 + 0m -> Mon 9 Mar 09:00",
    ],
)
def test_adds_open_time(example):
    clinic, start, duration, result = read(example)
    assert clinic.add(start, duration) == result


@pytest.mark.parametrize(
    "example",
    [
        "day: Mon 2 Mar 09:00 + 2h -> Mon 2 Mar 11:00",
        "day: Mon 2 Mar 09:01 + 2h -> Mon 2 Mar 11:30",
        "day: Mon 2 Mar 11:40 + 1h -> Mon 2 Mar 14:00",
        "day: Mon 2 Mar 16:35 + 20m -> Mon 2 Mar 17:00",  # a closing will do
        "day: Fri 13 Mar 15:10 + 4h -> Mon 16 Mar 11:30",
        "night: Sun 8 Mar 01:10 + 40m -> Sun 8 Mar 03:00",  # there is no 02:00
        "night: Sun 1 Nov 01:40 + 5m -> Sun 1 Nov 01:00 again",
        "island: Sun 4 Oct 01:50 + 5m -> Sun 4 Oct 02:30",  # there is no 02:00
        "odd: Mon 2 Mar 06:00 + 10m -> Mon 2 Mar 08:30",
        "odd: Mon 2 Mar 16:40 + 30m -> Tue 3 Mar 08:30",  # 17:10, and 17:30 is too late to promise
        "odd: Fri 6 Mar 16:45 + 30m -> Mon 9 Mar 08:30",
        "brief: Mon 2 Mar 09:05 + 10m -> Mon 2 Mar 09:30",  # no half hour is ever open
        "no hours: Mon 2 Mar 10:07 + 4h -> Thu 5 Mar 10:07",
    ],
)
def test_promises_a_half_hour(example):
    clinic, start, duration, result = read(example)
    assert clinic.reply_due(start, duration) == result


def test_half_hours_are_those_of_the_local_clock():
    clinic = OpenTime(every_day("09:00-17:00"), [], KATHMANDU)
    due = clinic.reply_due(instant(clinic, "Mon 2 Mar 09:50"), HALF_HOUR)
    assert due == instant(clinic, "Mon 2 Mar 10:30")


def test_half_hours_are_exact():
    clinic = CLINICS["day"]
    start = instant(clinic, "Mon 2 Mar 09:00")
    assert clinic.reply_due(start, timedelta(microseconds=1)) == start + HALF_HOUR
    assert clinic.reply_due(start, HALF_HOUR) == start + HALF_HOUR


@pytest.mark.parametrize(
    ("clock", "is_open", "current_close", "next_open"),
    [
        ("Mon 2 Mar 08:59", False, None, "Mon 2 Mar 09:00"),
        ("Mon 2 Mar 09:00", True, "Mon 2 Mar 12:00", "Mon 2 Mar 09:00"),
        ("Mon 2 Mar 11:59", True, "Mon 2 Mar 12:00", "Mon 2 Mar 11:59"),
        ("Mon 2 Mar 12:00", False, None, "Mon 2 Mar 13:00"),
        ("Mon 2 Mar 13:00", True, "Mon 2 Mar 17:00", "Mon 2 Mar 13:00"),
        ("Fri 6 Mar 17:00", False, None, "Mon 9 Mar 09:00"),
        ("Mon 25 May 10:00", False, None, "Tue 26 May 09:00"),
    ],
)
def test_opens_and_closes(clock, is_open, current_close, next_open):
    clinic = CLINICS["day"]
    at = instant(clinic, clock)
    assert clinic.is_open(at) is is_open
    assert clinic.current_close(at) == (current_close and instant(clinic, current_close))
    assert clinic.next_open(at) == instant(clinic, next_open)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("Mon 2 Mar 11:00", "Mon 2 Mar 14:00", 2),
        ("Fri 6 Mar 16:00", "Mon 9 Mar 10:00", 2),
        ("Sat 7 Mar 09:00", "Sun 8 Mar 17:00", 0),
        ("Mon 23 Nov 09:00", "Mon 30 Nov 09:00", 21),
        ("Mon 2 Mar 14:00", "Mon 2 Mar 10:00", 0),
        ("Mon 2 Mar 10:00", "Mon 2 Mar 10:00", 0),
    ],
)
def test_counts_open_time_between_two_instants(start, end, hours):
    clinic = CLINICS["day"]
    assert clinic.between(instant(clinic, start), instant(clinic, end)) == timedelta(hours=hours)


def test_counts_open_time_over_several_years():
    """The year that `add` looks ahead is no limit to what has already passed."""
    clinic = OpenTime(every_day("09:00-10:00"), [], NEW_YORK)
    start = datetime(2023, 1, 1, tzinfo=NEW_YORK)
    assert clinic.between(start, start.replace(year=2026)) == timedelta(hours=365 + 366 + 365)


def test_times_asked_in_the_local_zone_are_answered_in_utc():
    """Python subtracts and compares datetimes that share a zone by their wall clocks."""
    clinic = CLINICS["night"]
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    again = first.replace(fold=1)
    assert clinic.between(first, again) == timedelta(hours=1)
    assert clinic.between(again, first) == timedelta(0)
    for answer in (clinic.next_open(first), clinic.add(first, MINUTE), clinic.reply_due(first, MINUTE)):
        assert answer.tzinfo is UTC


def test_spans_that_touch_or_overlap_are_one():
    clinic = OpenTime({0: spans("13:00-17:00 09:00-12:00 12:00-12:30 10:00-11:00 16:00-18:00")}, [], NEW_YORK)
    assert clinic.spans(date(2026, 3, 2)) == [
        (instant(clinic, "Mon 2 Mar 09:00"), instant(clinic, "Mon 2 Mar 12:30")),
        (instant(clinic, "Mon 2 Mar 13:00"), instant(clinic, "Mon 2 Mar 18:00")),
    ]


def test_a_span_that_does_not_end_after_it_starts_counts_for_nothing():
    clinic = OpenTime({0: spans("09:00-09:00 17:00-08:00")}, [], NEW_YORK)
    assert clinic.spans(date(2026, 3, 2)) == []


@pytest.mark.parametrize(
    ("zone", "day", "hours", "expected"),
    [
        (NEW_YORK, date(2026, 3, 8), "00:00-06:00", ["05:00-10:00"]),
        (NEW_YORK, date(2026, 11, 1), "00:00-06:00", ["04:00-11:00"]),
        (LORD_HOWE, date(2026, 4, 5), "01:00-03:00", ["14:00-16:30"]),
        (LORD_HOWE, date(2026, 10, 4), "01:00-03:00", ["14:30-16:00"]),
        # an edge at a time the clock skips is the moment of the jump, here 07:00 UTC
        (NEW_YORK, date(2026, 3, 8), "02:20-04:00", ["07:00-08:00"]),
        (NEW_YORK, date(2026, 3, 8), "01:00-02:40", ["06:00-07:00"]),
        (NEW_YORK, date(2026, 3, 8), "02:10-02:50", []),
        (NEW_YORK, date(2026, 3, 8), "01:00-02:10 02:40-04:00", ["06:00-08:00"]),
        # an edge at a time the clock shows twice is the first of the two
        (NEW_YORK, date(2026, 11, 1), "01:30-02:00", ["05:30-07:00"]),
        (NEW_YORK, date(2026, 11, 1), "00:30-01:30", ["04:30-05:30"]),
        # the whole of this day was skipped when Samoa crossed the date line
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), "09:00-17:00", []),
    ],
)
def test_spans_on_the_day_the_clocks_change(zone, day, hours, expected):
    clinic = OpenTime(every_day(hours), [], zone)
    assert [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in clinic.spans(day)] == expected


def test_clocks_put_back_over_midnight_lose_no_time():
    """In St. John's in 2010, Sunday 7 November had lasted one minute when it was Saturday 23:01 again."""
    clinic = OpenTime({SUNDAY: spans("00:00-02:00")}, [], ZoneInfo("America/St_Johns"))
    opens = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    saturday_again = opens + HALF_HOUR
    assert clinic.is_open(saturday_again) is True
    assert clinic.between(opens, saturday_again) == HALF_HOUR
    assert clinic.current_close(saturday_again) == opens + timedelta(hours=3)


def test_a_clinic_without_hours_never_opens():
    clinic = CLINICS["no hours"]
    at = instant(clinic, "Mon 2 Mar 10:00")
    assert clinic.is_open(at) is False
    assert clinic.current_close(at) is None
    assert clinic.next_open(at) is None
    assert clinic.between(at, at + timedelta(days=30)) == timedelta(0)
    with pytest.raises(NeverOpen):
        clinic.add(at, timedelta(0))


def test_looks_a_year_ahead_and_no_further():
    """The clinic reopens on Friday 1 January 2027."""
    clinic = OpenTime(every_day("09:00-17:00"), [(date(2025, 1, 1), date(2026, 12, 31))], NEW_YORK)
    reopens = datetime(2027, 1, 1, 9, tzinfo=NEW_YORK)
    assert clinic.next_open(datetime(2026, 1, 1, 12, tzinfo=NEW_YORK)) == reopens
    assert clinic.next_open(datetime(2025, 12, 30, 12, tzinfo=NEW_YORK)) is None


def test_more_open_time_than_a_year_holds_is_never_reached():
    clinic = CLINICS["brief"]
    start = instant(clinic, "Mon 2 Mar 09:00")
    with pytest.raises(NeverOpen):
        clinic.add(start, timedelta(hours=100))
    assert clinic.reply_due(start, timedelta(hours=100)) == start + timedelta(days=3)


def test_no_time_is_taken_back():
    clinic = CLINICS["day"]
    with pytest.raises(ValueError, match="negative"):
        clinic.add(instant(clinic, "Mon 2 Mar 10:00"), -MINUTE)


@pytest.mark.parametrize("name", ["day", "no hours"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda clinic, naive, aware: clinic.is_open(naive),
        lambda clinic, naive, aware: clinic.current_close(naive),
        lambda clinic, naive, aware: clinic.next_open(naive),
        lambda clinic, naive, aware: clinic.add(naive, MINUTE),
        lambda clinic, naive, aware: clinic.reply_due(naive, MINUTE),
        lambda clinic, naive, aware: clinic.between(naive, aware),
        lambda clinic, naive, aware: clinic.between(aware, naive),
    ],
)
def test_an_instant_needs_a_zone(name, ask):
    naive = datetime(2026, 3, 2, 10)
    with pytest.raises(ValueError, match="time zone"):
        ask(CLINICS[name], naive, naive.replace(tzinfo=UTC))
