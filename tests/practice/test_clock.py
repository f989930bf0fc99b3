from datetime import UTC, datetime, time

import pytest

from clinic.practice.templatetags.clock import at_the_desk, clock, in_short, in_words

NOW = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # Monday noon in New York


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 9, 20, 30, tzinfo=UTC), "today, 4:30 pm"),
        (datetime(2026, 3, 10, 3, 59, tzinfo=UTC), "today, 11:59 pm"),
        (datetime(2026, 3, 10, 14, 30, tzinfo=UTC), "tomorrow, 10:30 am"),
        (datetime(2026, 3, 15, 16, 0, tzinfo=UTC), "Sunday, March 15, noon"),
        (datetime(2026, 3, 16, 14, 30, tzinfo=UTC), "Monday, March 16, 10:30 am"),
        (datetime(2026, 3, 8, 14, 30, tzinfo=UTC), "Sunday, March 8, 10:30 am"),
        (None, ""),
    ],
)
def test_when_is_said_as_to_a_person(time_machine, at, words):
    time_machine.move_to(NOW, tick=False)
    assert in_words(at) == words


def test_a_clock_time_ends_no_sentence():
    assert clock(time(8, 30)) == "8:30 am"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 9, 20, 30, tzinfo=UTC), "today, 4:30 pm"),
        (datetime(2026, 3, 10, 14, 30, tzinfo=UTC), "tomorrow, 10:30 am"),
        (datetime(2026, 3, 11, 14, 30, tzinfo=UTC), "Wed, Mar 11, 10:30 am"),
        (datetime(2026, 3, 8, 14, 30, tzinfo=UTC), "Sun, Mar 8, 10:30 am"),
        (datetime(2025, 12, 30, 15, 0, tzinfo=UTC), "Tue, Dec 30, 2025, 10 am"),
        (None, ""),
    ],
)
def test_at_the_desk_a_day_beyond_tomorrow_carries_its_date(time_machine, at, words):
    time_machine.move_to(NOW, tick=False)
    assert at_the_desk(at) == words


def test_a_subject_line_is_true_whenever_it_is_read():
    assert in_short(NOW) == "Mon, Mar 9, noon"
