"""What the front desk does with a request. Each step locks the row, checks the table of moves, leaves a trail."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from appointments import emails, visit_emails
from appointments.models import CLAIM_LASTS, Appointment, AppointmentRequest, RequestEvent
from appointments.moves import CLOSED, MoveRefused, is_allowed
from appointments.services import scheduling
from appointments.services.asking import announce
from appointments.services.trail import record

Kind = RequestEvent.Kind
Status = AppointmentRequest.Status

TRIES_BEFORE_UNREACHABLE = 3
DAYS_BEFORE_UNREACHABLE = 2
REACHES_THE_PATIENT = [Status.CONTACTING, Status.OFFERED, Status.BOOKED, Status.ANSWERED]


class AlreadyClaimed(Exception):
    """A colleague is on it."""


@transaction.atomic
def move(
    *,
    appointment_request: AppointmentRequest,
    to: str,
    by=None,
    text: str = "",
    outcome: str = "",
    now: datetime | None = None,
    appointment_at: datetime | None = None,
    appointment_with=None,
    minutes: int = 0,
    visit_ends_as: str = Appointment.State.CANCELLED_BY_PATIENT,
    duplicate_of: AppointmentRequest | None = None,
) -> AppointmentRequest:
    """Move a request to another status and tell the patient where that concerns them.

    `by` is the member of staff, None the patient or the system; `text` is a note for the trail, `outcome` a code
    for why. Booking needs `appointment_at`, a duplicate `duplicate_of`. What leaves the queue has nothing planned any
    more, what is reopened is due at once; a visit that was agreed ends as `visit_ends_as`. Where the appointment stands
    so already nothing happens and nobody hears. Raises MoveRefused when the status, read again under lock, does not
    allow it, and TimeTaken when the provider is not free.
    """
    now = now or timezone.now()
    fresh, kept = _lock(appointment_request, duplicate_of)
    if not is_allowed(fresh, to):
        raise MoveRefused(f"{fresh.reference} cannot go from {fresh.status} to {to}")
    if to == Status.UNREACHABLE and not tries_of(fresh).are_enough:
        raise MoveRefused(f"{fresh.reference} has not been tried three times on two open days")
    if to == Status.DUPLICATE:
        _refuse_to_lose(fresh, kept)
    came_from, fresh.status = fresh.status, to
    fresh.duplicate_of = kept
    if to == Status.BOOKED:
        if appointment_at is None:
            raise ValueError("booking needs appointment_at")
        visit = scheduling.agree(fresh, starts_at=appointment_at, provider=appointment_with, minutes=minutes, now=now)
        if visit is None:
            return fresh
    else:
        visit = scheduling.leave(fresh, to=to, visit_ends_as=visit_ends_as)
    if visit:
        text = "\n".join(filter(None, [visit.words, text]))
    if to not in AppointmentRequest.LIVE:
        fresh.next_action_at = None
    elif came_from in CLOSED:
        fresh.next_action_at = now
    if by is not None and to in REACHES_THE_PATIENT and fresh.first_contact_at is None:
        fresh.first_contact_at = now
    fresh.save()
    event = record(fresh, Kind.MOVED, by=by, at=now, from_status=came_from, to_status=to, outcome=outcome, text=text)
    if came_from == Status.QUARANTINED and to == Status.NEW:
        announce(fresh)
    tell(event, visit)
    return fresh


def tell(event: RequestEvent, visit: scheduling.Change | None) -> None:
    """Mail what a move means: of a visit to those who did not make it so, else where the request stands."""
    appointment_request = event.appointment_request
    if visit is None:
        emails.after_move(appointment_request, event)
        if event.to_status == Status.CANCELLED and event.by is None:
            emails.desk_withdrawn(appointment_request, event)
    elif event.to_status == Status.BOOKED:
        visit_emails.booked(visit.appointment, event, before=visit.before_at)
    else:
        visit_emails.visit_cancelled(visit.appointment, event)


def _lock(
    appointment_request: AppointmentRequest, other: AppointmentRequest | None
) -> tuple[AppointmentRequest, AppointmentRequest | None]:
    """Return both as they are now, locked in one order, so that two people who name each the other do not deadlock."""
    pks = [row.pk for row in (appointment_request, other) if row]
    locked = AppointmentRequest.objects.select_for_update().order_by("pk").in_bulk(pks)
    return locked[appointment_request.pk], locked[other.pk] if other else None


def _refuse_to_lose(appointment_request: AppointmentRequest, kept: AppointmentRequest | None) -> None:
    """Raise MoveRefused unless the desk still looks after the request that is kept, another one."""
    if kept is None:
        raise ValueError("a duplicate needs duplicate_of")
    if kept.pk == appointment_request.pk:
        raise MoveRefused(f"{appointment_request.reference} cannot be a duplicate of itself")
    if kept.status in CLOSED:
        raise MoveRefused(f"{kept.reference} is {kept.status}: nobody looks after it")


@transaction.atomic
def log_attempt(
    *,
    appointment_request: AppointmentRequest,
    by,
    outcome: str,
    text: str = "",
    call_back_at: datetime | None = None,
    now: datetime | None = None,
) -> AppointmentRequest:
    """Note a try to reach the patient. The first one keeps the promise and moves a new request to contacting.

    `call_back_at` is when to try next; without it nothing is planned.
    """
    now = now or timezone.now()
    fresh = AppointmentRequest.objects.select_for_update().get(pk=appointment_request.pk)
    if not fresh.is_live:
        raise MoveRefused(f"{fresh.reference} is {fresh.status}; there is nobody to call")
    fresh.next_action_at = call_back_at
    fresh.save(update_fields=["next_action_at"])
    record(fresh, Kind.ATTEMPT, by=by, at=now, outcome=outcome, text=text)
    if fresh.status == Status.NEW:
        fresh = move(appointment_request=fresh, to=Status.CONTACTING, by=by, now=now)
    return fresh


@dataclass(frozen=True)
class Tries:
    """How often, and on how many days, somebody tried to reach the patient since the request was last opened."""

    count: int
    days: int

    @property
    def are_enough(self) -> bool:
        """Three attempts on at least two days, before a patient may be called unreachable."""
        return self.count >= TRIES_BEFORE_UNREACHABLE and self.days >= DAYS_BEFORE_UNREACHABLE


def tries_of(appointment_request: AppointmentRequest) -> Tries:
    events = appointment_request.events
    reopened = events.reopenings().order_by("-pk").values_list("pk", flat=True).first() or 0
    tries = events.filter(kind=Kind.ATTEMPT, pk__gt=reopened).values_list("at", flat=True)
    return Tries(count=len(tries), days=len({timezone.localdate(at) for at in tries}))


def add_note(*, appointment_request: AppointmentRequest, by, text: str) -> RequestEvent:
    """Append a note. Nothing stands in its way: no status, no claim, no stale page."""
    return record(appointment_request, Kind.NOTE, by=by, text=text)


@transaction.atomic
def give_back(*, appointment_request: AppointmentRequest, by, now: datetime | None = None) -> AppointmentRequest:
    """End one's own claim early; somebody else's is left alone."""
    fresh = AppointmentRequest.objects.select_for_update().get(pk=appointment_request.pk)
    if fresh.claimed_by_id == by.pk:
        fresh.claimed_by = fresh.claimed_until = None
        fresh.save(update_fields=["claimed_by", "claimed_until"])
        record(fresh, Kind.RELEASED_CLAIM, by=by, at=now)
    return fresh


@transaction.atomic
def claim(
    *, appointment_request: AppointmentRequest, by, take_over: bool = False, now: datetime | None = None
) -> AppointmentRequest:
    """Take the request for fifteen minutes, so that two people do not call one patient. It blocks no note.

    Raises AlreadyClaimed while a colleague's claim runs, unless `take_over` says that this is meant.
    """
    now = now or timezone.now()
    fresh = AppointmentRequest.objects.select_for_update().get(pk=appointment_request.pk)
    if fresh.is_claimed(now) and fresh.claimed_by_id != by.pk and not take_over:
        raise AlreadyClaimed(f"{fresh.reference} is claimed by {fresh.claimed_by}")
    fresh.claimed_by, fresh.claimed_until = by, now + CLAIM_LASTS
    fresh.save(update_fields=["claimed_by", "claimed_until"])
    record(fresh, Kind.CLAIMED, by=by, at=now)
    return fresh
