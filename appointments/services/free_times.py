"""A provider's day as the desk sees it: what is free, agreed and held, and whether anybody is there at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from appointments.models import Appointment, AppointmentRequest, OfferedTime
from appointments.services.scheduling import Slot
from clinic.practice.models import open_time
from providers.models import Provider

FREE, AGREED, HELD = "free", "agreed", "held"


@dataclass(frozen=True)
class Stretch:
    """A part of the day: free for one visit, or taken and by which request."""

    starts_at: datetime
    ends_at: datetime
    state: str
    appointment_request: AppointmentRequest | None = None


@dataclass(frozen=True)
class ProviderDay:
    """One day of one provider. `closed` and `away` say why there is nothing to choose."""

    provider: Provider
    day: date
    stretches: list[Stretch]
    is_closed: bool
    is_away: bool

    @property
    def free(self) -> list[Stretch]:
        return [stretch for stretch in self.stretches if stretch.state == FREE]


def provider_day(provider: Provider, day: date, *, minutes: int, now: datetime) -> ProviderDay:
    """Return the day, with every free start of a visit of so many minutes, and what is taken between. Five queries."""
    spans = open_time().spans(day)
    is_away = provider.time_away.filter(starts_on__lte=day, ends_on__gte=day).exists()
    taken = _taken(provider, day, now)
    free = []
    if not is_away:
        free = [
            Stretch(slot.starts_at, slot.ends_at, FREE)
            for slot in _starts(provider, spans, minutes)
            if slot.starts_at > now and not any(_overlap(slot, other) for other in taken)
        ]
    stretches = sorted([*free, *taken], key=lambda stretch: stretch.starts_at)
    return ProviderDay(provider, day, stretches, is_closed=not spans, is_away=is_away)


def _taken(provider: Provider, day: date, now: datetime) -> list[Stretch]:
    midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    found = []
    for times, state in ((Appointment.objects.agreed(), AGREED), (OfferedTime.objects.held(now), HELD)):
        of_day = times.filter(provider=provider).overlapping(midnight, end).select_related("appointment_request")
        found += [Stretch(time.starts_at, time.ends_at, state, time.appointment_request) for time in of_day]
    return found


def _starts(provider: Provider, spans: list[tuple[datetime, datetime]], minutes: int) -> list[Slot]:
    """Return every start at which a visit still fits, on the half hour, or on the quarter for short ones."""
    step, length = timedelta(minutes=15 if minutes % 30 else 30), timedelta(minutes=minutes)
    starts = []
    for opens, closes in spans:
        start = opens
        while start + length <= closes:
            starts.append(Slot(provider, start, start + length))
            start += step
    return starts


def _overlap(slot: Slot, other: Stretch) -> bool:
    return slot.starts_at < other.ends_at and slot.ends_at > other.starts_at
