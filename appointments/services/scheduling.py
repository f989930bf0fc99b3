"""Who is free when, and the rows that say so. For one provider no two agreed or held times overlap.

That is decided under a lock on the provider's row, taken after the request's own: all who want a time of one provider
wait for each other, on both databases. On PostgreSQL an exclusion constraint on each of the two tables holds it too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from appointments.models import Appointment, AppointmentRequest, OfferedTime
from appointments.moves import MoveRefused
from clinic.practice.hours import OpenTime
from clinic.practice.models import ClinicProfile, open_time
from clinic.practice.templatetags.clock import in_full
from providers.models import Provider

State = Appointment.State


class TimeTaken(MoveRefused):
    """The provider has somebody else then, or the time is held for somebody else: `by`, where that is known."""

    def __init__(self, words: str, by: Appointment | OfferedTime | None = None) -> None:
        super().__init__(words)
        self.by = by


@dataclass(frozen=True)
class Slot:
    """A provider's stretch of time that somebody wants."""

    provider: Provider
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Change:
    """What became of a visit: the appointment as it stands now, and where it stood until now."""

    appointment: Appointment
    before_at: datetime | None
    words: str  # for the trail: the old time and the new one


def slot(appointment_request: AppointmentRequest, provider: Provider, starts_at: datetime, minutes: int = 0) -> Slot:
    """Return the slot at this start, as long as the clinic set for this kind of visit unless `minutes` are given."""
    length = timedelta(minutes=minutes or usual_minutes(appointment_request))
    return Slot(provider, starts_at, starts_at + length)


def usual_minutes(appointment_request: AppointmentRequest) -> int:
    """Return how long the clinic lets a visit of this request's kind take."""
    return ClinicProfile.objects.current().visit_minutes(appointment_request.visit_type)


def lock(providers: Iterable[Provider], now: datetime) -> None:
    """Make whoever else wants these providers' times wait until our transaction ends; then let go of run-out holds.

    Raises TransactionManagementError outside a transaction, on PostgreSQL.
    """
    pks = sorted({provider.pk for provider in providers})
    # Not the key itself: patients go on asking for this provider meanwhile
    list(Provider.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
    OfferedTime.objects.run_out(now).filter(provider__in=pks).update(state=OfferedTime.State.GIVEN_BACK)


def is_free(wanted: Slot, *, now: datetime, for_request: AppointmentRequest | None = None) -> bool:
    """Whether nobody else has or holds this time. What is `for_request`'s own does not stand in its way."""
    return in_the_way(wanted, now=now, for_request=for_request) is None


def in_the_way(
    wanted: Slot, *, now: datetime, for_request: AppointmentRequest | None = None
) -> Appointment | OfferedTime | None:
    """Return what is agreed or held then, an agreed time first; None where the time is free."""
    agreed = Appointment.objects.agreed().filter(provider=wanted.provider)
    held = OfferedTime.objects.held(now).filter(provider=wanted.provider)
    for times in (agreed, held):
        others = times.overlapping(wanted.starts_at, wanted.ends_at).select_related("appointment_request", "provider")
        if for_request is not None:
            others = others.exclude(appointment_request=for_request)
        if other := others.first():
            return other
    return None


def hold(appointment_request: AppointmentRequest, slots: list[Slot], *, now: datetime) -> list[OfferedTime]:
    """Hold these times for a request whose row is locked, in place of what it held before, and return them.

    Raises TimeTaken, and holds none, when one of them is not free.
    """
    lock((each.provider for each in slots), now)
    give_back(appointment_request)
    until = end_of_next_open_day(now, open_time())
    held = []
    for each in slots:
        if each.starts_at <= now or not is_free(each, now=now):
            raise TimeTaken(f"{each.starts_at} is not free")
        held.append(
            OfferedTime.objects.create(
                appointment_request=appointment_request,
                provider=each.provider,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                held_until=min(until, each.starts_at),
                offered_at=now,
            )
        )
    return held


def end_of_next_open_day(now: datetime, hours: OpenTime) -> datetime:
    """Return the last closing of the next day after today that the clinic opens; a day from now where none does."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    opens = hours.next_open(midnight + timedelta(days=1))
    if opens is None:
        return now + timedelta(days=1)
    return hours.spans(timezone.localdate(opens))[-1][1]


def give_back(appointment_request: AppointmentRequest) -> int:
    """Let go of what is held for a request; return how many times that were."""
    held = appointment_request.offered_times.open()
    return held.update(state=OfferedTime.State.GIVEN_BACK)


def agree(
    appointment_request: AppointmentRequest,
    *,
    starts_at: datetime,
    provider: Provider | None,
    minutes: int = 0,
    now: datetime,
) -> Change | None:
    """Agree this time for a request whose row is locked, or move its live appointment there.

    Gives back what else is held for it and returns the change; None where the appointment stands just so already.
    `minutes` default to those of the live appointment, else of its kind of visit. Raises TimeTaken.
    """
    live = appointment_request.appointment
    minutes = minutes or (live.minutes if live else usual_minutes(appointment_request))
    ends_at = starts_at + timedelta(minutes=minutes)
    if live and (live.starts_at, live.ends_at, live.provider) == (starts_at, ends_at, provider):
        return None
    if provider is not None:
        lock([provider], now)
        wanted = Slot(provider, starts_at, ends_at)
        if other := in_the_way(wanted, now=now, for_request=appointment_request):
            raise TimeTaken(f"{provider.pk} is not free at {starts_at}", other)
    give_back(appointment_request)
    before_at, before = (live.starts_at, time_in_words(live)) if live else (None, "")
    appointment = live or Appointment(appointment_request=appointment_request)
    appointment.provider, appointment.starts_at, appointment.ends_at = provider, starts_at, ends_at
    appointment.agreed_at, appointment.reminded_at, appointment.may_overlap = now, None, False
    if live:
        appointment.sequence += 1
    appointment.save()
    appointment_request.appointment_at, appointment_request.appointment_with = starts_at, provider
    words = " → ".join(filter(None, [before, time_in_words(appointment)]))
    return Change(appointment, before_at, words)


def time_in_words(time: Appointment | OfferedTime | None) -> str:
    """Return an agreed or offered time for the trail, as in "Tuesday, March 10, 10:30 am, Dr. Lane"."""
    if time is None:
        return ""
    return ", ".join(filter(None, [in_full(time.starts_at), time.provider.short_name if time.provider else ""]))


def leave(appointment_request: AppointmentRequest, *, to: str, visit_ends_as: str) -> Change | None:
    """Settle the times of a locked request that moves on to a status other than booked.

    Only an offer keeps its holds. A live appointment ends as `visit_ends_as` and is returned.
    """
    if to != AppointmentRequest.Status.OFFERED:
        give_back(appointment_request)
    live = appointment_request.appointment
    if live is None:
        return None
    return Change(end_appointment(live, state=visit_ends_as), live.starts_at, time_in_words(live))


def end_appointment(appointment: Appointment, *, state: str) -> Appointment:
    """Give an appointment, whose request is locked, the state it ends in. Raises MoveRefused by the table."""
    if not appointment.allows(state):
        raise MoveRefused(f"{appointment.uid} cannot go from {appointment.state} to {state}")
    if state in (State.CANCELLED_BY_PATIENT, State.CANCELLED_BY_CLINIC):
        appointment.sequence += 1  # calendars take it off
    appointment.state = state
    appointment.save(update_fields=["state", "sequence"])
    return appointment
