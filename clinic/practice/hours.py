"""Arithmetic of open time: nights, lunch, weekends, closures and clock changes left out, all of it pure.

Every instant is worked out and given back in UTC. Datetimes that share a local zone are compared by their
wall clocks, which is wrong in the hour the clocks change.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HALF_HOUR = timedelta(minutes=30)
DAYS_AHEAD = 366  # how far an opening is looked for
PROMISE_WITHOUT_HOURS = timedelta(days=3)


class NeverOpen(ValueError):
    """The clinic is not open long enough within a year."""


@dataclass(frozen=True)
class OpenTime:
    """When the clinic is open: a weekly pattern less its closures, in one time zone.

    `week` maps a weekday (0 is Monday) to its opening spans on the wall clock, in any order; those that touch
    or overlap are one. A span that does not end after it starts counts for nothing. `closures` are pairs of
    first and last closed day. Methods take aware datetimes in any zone and raise ValueError for naive ones.
    """

    week: Mapping[int, Sequence[tuple[time, time]]]
    closures: Sequence[tuple[date, date]]
    zone: ZoneInfo

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the opening and closing instants of a local day, in order; none when the clinic is closed."""
        if any(first <= day <= last for first, last in self.closures):
            return []
        merged: list[tuple[datetime, datetime]] = []
        for opens_at, closes_at in sorted(self.week.get(day.weekday(), ())):
            opens = self._instant(datetime.combine(day, opens_at))
            closes = self._instant(datetime.combine(day, closes_at))
            if closes <= opens:  # also a span that falls wholly into the hour skipped in spring
                continue
            if merged and opens <= merged[-1][1]:
                opens, previous_closes = merged.pop()
                closes = max(closes, previous_closes)
            merged.append((opens, closes))
        return merged

    def is_open(self, at: datetime) -> bool:
        """Tell whether the clinic is open; at its opening instant it is, at its closing instant it is not."""
        return self.current_close(at) is not None

    def current_close(self, at: datetime) -> datetime | None:
        """Return the instant at which the clinic, open at `at`, next closes; None when it is closed."""
        at = _utc(at)
        for opens, closes in self._spans_after(at):
            return closes if opens <= at else None
        return None

    def next_open(self, at: datetime) -> datetime | None:
        """Return `at` itself when the clinic is open, else its next opening; None if none comes in a year."""
        at = _utc(at)
        for opens, _ in self._spans_after(at):
            return max(opens, at)
        return None

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """Return the instant at which `open_time` of open time has passed since `start`.

        Time used up exactly at a closing gives that closing; no time at all, while closed, the next opening.
        Raises NeverOpen when a year does not hold that much open time, ValueError for a negative `open_time`.
        """
        if open_time < timedelta(0):
            raise ValueError("open time cannot be negative")
        start, left = _utc(start), open_time
        for opens, closes in self._spans_after(start):
            begins = max(opens, start)
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise NeverOpen(f"less than {open_time} of open time in the year after {start}")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two instants, zero when `end` is not after `start`."""
        start, end = _utc(start), _utc(end)
        total = timedelta(0)
        # The last day, and the day after it: clocks put back over midnight may show the earlier date again.
        days = (self._day(end) - self._day(start)).days + 2
        for opens, closes in self._spans_after(start, days):
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        return total

    def reply_due(self, start: datetime, reply_within: timedelta) -> datetime:
        """Return the time to promise a reply by: `add()`, taken up to a half hour on the clinic's clock.

        That half hour is one the clinic is open at or closes at; hours too short to hold any give the next
        half hour all the same. A clinic without hours still makes a promise: three days from `start`.
        """
        try:
            due = self.add(start, reply_within)
        except NeverOpen:
            return _utc(start) + PROMISE_WITHOUT_HOURS
        for opens, closes in self._spans_after(_utc(start)):
            half_hour = self._half_hour_from(max(opens, due))
            if half_hour <= closes:
                return half_hour
        return self._half_hour_from(due)

    def _spans_after(self, at: datetime, days: int = DAYS_AHEAD) -> Iterator[tuple[datetime, datetime]]:
        """Yield, in order, the spans of the next `days` local days that have not ended at `at`."""
        today = self._day(at)
        for ahead in range(days):
            for opens, closes in self.spans(today + timedelta(days=ahead)):
                if closes > at:
                    yield opens, closes

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _half_hour_from(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        past_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return at + (-past_hour % HALF_HOUR)

    def _instant(self, wall: datetime) -> datetime:
        """Return the first instant at which the local clock shows `wall`, or a later time if it skips that."""
        instant = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if self._wall(instant) == wall:
            return instant
        # The clock skips `wall`: fold=0 reads it as an instant after the jump, fold=1 as one before it.
        before = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        seconds = range(int((instant - before).total_seconds()))
        jump = bisect_left(seconds, wall, key=lambda second: self._wall(before + timedelta(seconds=second)))
        return before + timedelta(seconds=jump)

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone).replace(tzinfo=None)


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)
