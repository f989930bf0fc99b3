"""Where each stretch of a day stands on the page: rows of five minutes, the same for every column."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from appointments.services.days import AWAY, CLOSED, Block, Column, Day, Span
from providers.models import Provider

ROW = timedelta(minutes=5)
LEAST_ROWS = 3  # enough for one line of words
WITHOUT_HOURS = (time(9), time(17))  # what a closed day without visits shows


@dataclass(frozen=True)
class Placed:
    """A block and the rows it takes; `row` counts from 1."""

    block: Block
    row: int
    rows: int


@dataclass(frozen=True)
class Placing:
    """A provider's column on the page. `ground` is away and closed, which visits may lie on."""

    provider: Provider | None
    visits: int
    is_away: bool
    blocks: list[Placed]


@dataclass(frozen=True)
class Grid:
    """A day on the page: how many rows, the hours beside it, and the columns."""

    rows: int
    hours: list[Placed]
    columns: list[Placing]

    @property
    def places(self) -> list[tuple[int, int]]:
        """Every place that is taken, for the page's style."""
        placed = [*self.hours, *(each for column in self.columns for each in column.blocks)]
        return sorted({(each.row, each.rows) for each in placed})


def grid_of(day: Day) -> Grid:
    start, end = frame_of(day)
    hours = [Block(at, at + timedelta(hours=1), "hour") for at in _every_hour(start, end)]
    columns = [_placing(column, day, start, end) for column in day.columns]
    return Grid((end - start) // ROW, [_place(hour, start) for hour in hours], columns)


def frame_of(day: Day) -> Span:
    """Return the whole hours between which the clinic is open or somebody comes."""
    taken = [(block.starts_at, block.ends_at) for column in day.columns for block in column.taken]
    spans = [*day.spans, *taken] or [(_at(day.day, WITHOUT_HOURS[0]), _at(day.day, WITHOUT_HOURS[1]))]
    start = min(start for start, _end in spans)
    end = max(end for _start, end in spans)
    return _whole_hour(start), _whole_hour(end + timedelta(hours=1) - timedelta(microseconds=1))


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _whole_hour(at: datetime) -> datetime:
    past_hour = timezone.localtime(at)
    return at - timedelta(minutes=past_hour.minute, seconds=past_hour.second, microseconds=past_hour.microsecond)


def _every_hour(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += timedelta(hours=1)


def _placing(column: Column, day: Day, start: datetime, end: datetime) -> Placing:
    ground = [Block(start, end, AWAY)] if column.is_away else [*_closed(day.spans, start, end)]
    blocks = sorted([*ground, *column.taken], key=lambda block: block.starts_at)
    return Placing(column.provider, len(column.visits), column.is_away, [_place(block, start) for block in blocks])


def _closed(spans: list[Span], start: datetime, end: datetime) -> Iterator[Block]:
    """Yield what lies between the opening spans, and before and after them."""
    for opens, closes in [*spans, (end, end)]:
        if start < opens:
            yield Block(start, opens, CLOSED)
        start = closes


def _place(block: Block, start: datetime) -> Placed:
    rows = -((block.starts_at - block.ends_at) // ROW)
    return Placed(block, (block.starts_at - start) // ROW + 1, max(rows, LEAST_ROWS))
