"""All of the last day, then 7 daily, 5 weekly, 12 monthly."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from clinic.keeping.retention import backups_in, moment_of, name_for, to_remove

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_a_year_and_a_half_of_nights_leaves_the_promised_ones():
    nights = [Path(name_for(NOW - timedelta(days=day))) for day in range(550)]
    left = sorted(set(nights) - set(to_remove(nights, NOW)))
    ages = [(NOW - moment_of(path)).days for path in reversed(left)]

    assert ages[:7] == list(range(7))
    assert len(left) == 7 + 3 + 11  # the week's and the month's newest may be one of the days
    assert 300 < ages[-1] <= 366


def test_all_of_the_last_day_stay():
    hours = [Path(name_for(NOW - timedelta(hours=hour))) for hour in range(48)]

    assert len(set(hours) - set(to_remove(hours, NOW))) == 24 + 1  # and the newest of two days before


def test_what_lies_beside_them_is_not_touched(tmp_path):
    for name in ["clinic-20260309-021500.zip", "clinic-20260310-021500-123456.zip.age", "clinic-old.zip", "last.json"]:
        (tmp_path / name).touch()

    assert [path.name for path in backups_in(tmp_path)] == [
        "clinic-20260309-021500.zip",
        "clinic-20260310-021500-123456.zip.age",
    ]
