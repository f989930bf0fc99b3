"""Days of all providers at once, as the desk reads them: agreed, held, away, closed. A fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from appointments.models import Appointment, OfferedTime
from clinic.practice.models import open_time
from providers.models import Provider

State = Appointment.State
SHOWN = [State.AGREED, State.CAME, State.DID_NOT_COME]  # what was cancelled is free again
HELD, AWAY, CLOSED = "held", "away", "closed"
LONGEST_VISIT = timedelta(days=1)  # no visit that began earlier reaches into the day: the past stays unread

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Block:
    """A stretch of a provider's day, and the appointment or offered time that takes it, if one does."""

    starts_at: datetime
    ends_at: datetime
    state: str
    visit: Appointment | None = None
    hold: OfferedTime | None = None


@dataclass(frozen=True)
class Column:
    """One day of one provider, or of the visits for which no provider is chosen yet."""

    provider: Provider | None
    taken: list[Block]
    is_away: bool = False

    @property
    def visits(self) -> list[Appointment]:
        return [block.visit for block in self.taken if block.visit]


@dataclass(frozen=True)
class Day:
    """One day of the clinic: its opening spans, none when it is closed, and a column a provider."""

    day: date
    spans: list[Span]
    columns: list[Column] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        return not self.spans


def days(first: date, count: int, *, now: datetime, only: Provider | None = None) -> list[Day]:
    """Return so many days from `first` on, of every provider or of `only` one. Five queries.

    A provider who is not on the site any more has a column while there are visits to keep.
    """
    hours = open_time()
    wanted = [first + timedelta(days=number) for number in range(count)]
    providers, away = _providers(wanted, only)
    taken = _taken(wanted, providers, with_nobody=only is None, now=now)
    busy = {pk for pk, _day in taken}
    shown: list[Provider | None] = [each for each in providers if each.is_listed or each.pk in busy]
    if None in busy:
        shown.append(None)
    return [Day(day, hours.spans(day), [_column(each, day, taken, away) for each in shown]) for day in wanted]


def _column(provider: Provider | None, day: date, taken: dict, away: set) -> Column:
    key = (provider.pk if provider else None, day)
    return Column(provider, sorted(taken.get(key, []), key=lambda block: block.starts_at), key in away)


def _taken(wanted: list[date], providers: list[Provider], *, with_nobody: bool, now: datetime) -> dict:
    """Return the blocks of appointments and holds by provider's key and day."""
    found = defaultdict(list)
    start, end = midnight(wanted[0]), midnight(wanted[-1] + timedelta(days=1))
    held = OfferedTime.objects.held(now).filter(provider__in=providers)
    visits = Appointment.objects.filter(state__in=SHOWN, provider__in=providers)
    if with_nobody:
        visits |= Appointment.objects.filter(state__in=SHOWN, provider=None)
    for times in (visits, held):
        near = times.filter(starts_at__gt=start - LONGEST_VISIT).overlapping(start, end)
        for time in near.select_related("appointment_request"):
            found[time.provider_id, timezone.localdate(time.starts_at)].append(_block(time))
    return found


def _block(time: Appointment | OfferedTime) -> Block:
    if isinstance(time, OfferedTime):
        return Block(time.starts_at, time.ends_at, HELD, hold=time)
    return Block(time.starts_at, time.ends_at, time.state, visit=time)


def _providers(wanted: list[date], only: Provider | None) -> tuple[list[Provider], set[tuple[int, date]]]:
    """Return the providers in their order, and on which of the days each is away: one query, a row an absence."""
    near = Q(time_away__starts_on__lte=wanted[-1], time_away__ends_on__gte=wanted[0])
    rows = Provider.objects.annotate(absence=FilteredRelation("time_away", condition=near))
    rows = rows.annotate(away_from=F("absence__starts_on"), away_until=F("absence__ends_on"))
    if only:
        rows = rows.filter(pk=only.pk)
    providers: dict[int, Provider] = {}
    away: set[tuple[int, date]] = set()
    for row in rows:
        providers.setdefault(row.pk, row)
        away |= {(row.pk, day) for day in wanted if row.away_from and row.away_from <= day <= row.away_until}
    return list(providers.values()), away


def midnight(day: date) -> datetime:
    """Return the first instant of a day of the clinic's calendar."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
