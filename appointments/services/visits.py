"""What the desk and the patient do about the time of a visit: offer, pick, decline, cancel, say what became of it.

Each locks the request, checks, writes through scheduling and triage, leaves a trail and queues the mail.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from appointments import visit_emails
from appointments.models import Appointment, AppointmentRequest, OfferedTime, RequestEvent
from appointments.moves import OFFER, MoveRefused
from appointments.schedule import MOST_OFFERED
from appointments.services import scheduling
from appointments.services.scheduling import Slot, TimeTaken, time_in_words
from appointments.services.trail import record
from appointments.services.triage import move
from clinic.practice.models import ClinicProfile

Kind = RequestEvent.Kind
State = Appointment.State
Status = AppointmentRequest.Status

MAY_BE_OFFERED = {*OFFER.sources, Status.OFFERED, Status.BOOKED}
MAY_SAY_NONE_SUITS = {Status.CONTACTING, Status.OFFERED, Status.BOOKED}


def locked(appointment_request: AppointmentRequest) -> AppointmentRequest:
    return AppointmentRequest.objects.select_for_update().get(pk=appointment_request.pk)


@transaction.atomic
def offer(
    *, appointment_request: AppointmentRequest, slots: Sequence[Slot], by, text: str = "", now: datetime | None = None
) -> list[OfferedTime]:
    """Hold up to five times for a patient, in place of any earlier offer, and write to them. Return the times.

    For a booked request the agreed time stays until the patient picks another. Raises ValueError for no time or too
    many, TimeTaken when one is not free, MoveRefused when the status allows no offer.
    """
    now = now or timezone.now()
    if not 1 <= len(slots) <= MOST_OFFERED:
        raise ValueError(f"offer between one and {MOST_OFFERED} times, not {len(slots)}")
    fresh = locked(appointment_request)
    if fresh.status not in MAY_BE_OFFERED:
        raise MoveRefused(f"{fresh.reference} is {fresh.status}; nothing can be offered")
    held = scheduling.hold(fresh, list(slots), now=now)
    if fresh.status in OFFER.sources:
        fresh = move(appointment_request=fresh, to=Status.OFFERED, by=by, now=now)
    # A booked visit stands whatever becomes of the offer, so somebody looks at it again when the offer runs out
    plan(fresh, max(time.held_until for time in held) if fresh.status == Status.BOOKED else None)
    words = "\n".join(filter(None, [*map(time_in_words, held), text]))
    event = record(fresh, Kind.OFFERED, by=by, at=now, text=words)
    visit_emails.offered(fresh, event, held)
    return held


@transaction.atomic
def take(*, offered_time: OfferedTime, by=None, now: datetime | None = None) -> AppointmentRequest:
    """Book the time that the patient picked, on the page or (`by` the desk) by phone; the others are given back.

    Raises TimeTaken when the hold has run out, was given back or was taken.
    """
    now = now or timezone.now()
    fresh = locked(offered_time.appointment_request)
    picked = fresh.offered_times.get(pk=offered_time.pk)
    if not picked.is_held(now):
        raise TimeTaken(f"{picked} is {picked.state} or has run out")
    picked.state = OfferedTime.State.TAKEN
    picked.save(update_fields=["state"])
    booked = move(
        appointment_request=fresh,
        to=Status.BOOKED,
        by=by,
        now=now,
        appointment_at=picked.starts_at,
        appointment_with=picked.provider,
        minutes=picked.minutes,
    )
    if by is None:
        facts = {"starts_at": picked.starts_at.isoformat(), "provider": picked.provider.short_name}
        visit_emails.desk_hears("desk_picked", booked, booked.events.latest("pk"), **facts)
    return booked


@transaction.atomic
def decline_offers(
    *,
    appointment_request: AppointmentRequest,
    days: list[int] | None = None,
    time_of_day: str = "",
    text: str = "",
    now: datetime | None = None,
) -> AppointmentRequest:
    """None of the times suits the patient, who says when they could come: somebody calls now.

    Raises MoveRefused when the request is not in a state in which times are agreed.
    """
    now = now or timezone.now()
    fresh = locked(appointment_request)
    if fresh.status not in MAY_SAY_NONE_SUITS:
        raise MoveRefused(f"{fresh.reference} is {fresh.status}; nothing is offered")
    scheduling.give_back(fresh)
    wishes = {"preferred_days": days, "preferred_time": time_of_day}
    AppointmentRequest.objects.filter(pk=fresh.pk).update(**{name: wish for name, wish in wishes.items() if wish})
    if fresh.status == Status.OFFERED:
        fresh = move(appointment_request=fresh, to=Status.CONTACTING, now=now)
    plan(fresh, now)
    event = record(fresh, Kind.NONE_SUITS, at=now, text=text)
    visit_emails.desk_hears("desk_none_suits", fresh, event)
    return fresh


@transaction.atomic
def let_offer_run_out(*, appointment_request: AppointmentRequest, now: datetime | None = None) -> bool:
    """Where no offered time is held any more: give them back, tell both sides, and have somebody call now.

    Return whether it was so; a worker that comes second finds nothing to do.
    """
    now = now or timezone.now()
    fresh = locked(appointment_request)
    if fresh.status != Status.OFFERED or fresh.offered_times.held(now).exists() or not fresh.offered_times.exists():
        return False
    fresh = move(appointment_request=fresh, to=Status.CONTACTING, now=now, outcome=Kind.RAN_OUT)
    plan(fresh, now)
    event = record(fresh, Kind.RAN_OUT, at=now)
    visit_emails.desk_hears("desk_ran_out", fresh, event)
    visit_emails.offer_ran_out(fresh, event)
    return True


@transaction.atomic
def cancel_for_patient(
    *, appointment_request: AppointmentRequest, wants_another: bool, by=None, now: datetime | None = None
) -> AppointmentRequest:
    """The patient cannot come. Who wants another time is called, by the promise; else the request is closed.

    Raises MoveRefused when there is no visit still to come.
    """
    now = now or timezone.now()
    fresh = with_visit_ahead(appointment_request, now)
    to = Status.CONTACTING if wants_another else Status.CANCELLED
    moved = move(appointment_request=fresh, to=to, by=by, now=now)
    if wants_another:
        plan(moved, ClinicProfile.objects.current().reply_due(now))
    return moved


@transaction.atomic
def cancel_for_clinic(
    *, appointment_request: AppointmentRequest, reason: str, by, text: str = "", now: datetime | None = None
) -> AppointmentRequest:
    """We cannot keep the appointment: the patient hears why, in a code's words, and somebody calls now.

    Raises MoveRefused when there is no visit still to come.
    """
    now = now or timezone.now()
    fresh = with_visit_ahead(appointment_request, now)
    moved = move(
        appointment_request=fresh,
        to=Status.CONTACTING,
        by=by,
        text=text,
        outcome=reason,
        now=now,
        visit_ends_as=State.CANCELLED_BY_CLINIC,
    )
    return plan(moved, now)


@transaction.atomic
def ask_for_another_time(*, appointment_request: AppointmentRequest, now: datetime | None = None) -> AppointmentRequest:
    """The patient would rather come at another time. The agreed one stays until somebody answers, by the promise.

    Raises MoveRefused when there is no visit still to come.
    """
    now = now or timezone.now()
    fresh = with_visit_ahead(appointment_request, now)
    plan(fresh, ClinicProfile.objects.current().reply_due(now))
    event = record(fresh, Kind.OTHER_TIME, at=now)
    visit_emails.desk_hears("desk_other_time", fresh, event, starts_at=str(fresh.appointment_at))
    return fresh


@transaction.atomic
def set_outcome(
    *, appointment: Appointment, state: str, by, follow_up: bool = False, now: datetime | None = None
) -> Appointment:
    """Say that the patient came, or did not; `follow_up` has somebody call about another time.

    Raises MoveRefused before the visit's day, and for a visit that was cancelled.
    """
    now = now or timezone.now()
    fresh = locked(appointment.appointment_request)
    visit = fresh.appointments.get(pk=appointment.pk)
    if timezone.localdate(visit.starts_at) > timezone.localdate(now):
        raise MoveRefused(f"{visit.uid} is still to come")
    scheduling.end_appointment(visit, state=state)
    record(fresh, Kind.OUTCOME, by=by, at=now, outcome=state)
    if follow_up and fresh.status == Status.BOOKED:
        plan(move(appointment_request=fresh, to=Status.CONTACTING, by=by, now=now), now)
    return visit


@transaction.atomic
def stop_reminders(*, appointment_request: AppointmentRequest, now: datetime | None = None) -> AppointmentRequest:
    """The patient wants no reminder of this visit."""
    fresh = locked(appointment_request)
    if not fresh.wants_no_reminder:
        fresh.wants_no_reminder = True
        fresh.save(update_fields=["wants_no_reminder"])
        record(fresh, Kind.NO_REMINDER, at=now)
    return fresh


def with_visit_ahead(appointment_request: AppointmentRequest, now: datetime) -> AppointmentRequest:
    """Return the request, locked. Raises MoveRefused unless its visit is agreed and has not begun."""
    fresh = locked(appointment_request)
    if not fresh.has_visit_ahead(now):
        raise MoveRefused(f"{fresh.reference} has no visit ahead")
    return fresh


def plan(appointment_request: AppointmentRequest, at: datetime | None) -> AppointmentRequest:
    """Set when somebody is to act on it next."""
    appointment_request.next_action_at = at
    appointment_request.save(update_fields=["next_action_at"])
    return appointment_request
