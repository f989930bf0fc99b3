"""Which status may follow which. Buttons, permissions, the diagram and tests all read this one table."""

from appointments.models import AppointmentRequest
from clinic.core.steps import Move

Status = AppointmentRequest.Status
LIVE = AppointmentRequest.LIVE
CLOSED = AppointmentRequest.CLOSED


def _move(name: str, sources: list[Status], target: Status) -> Move:
    return Move(name, frozenset(sources), target)


CONTACT = _move("contact", [Status.NEW, Status.OFFERED], Status.CONTACTING)
OFFER = _move("offer", [Status.NEW, Status.CONTACTING], Status.OFFERED)
# A visit was cancelled, or nobody came to it, and somebody has to call about another time
CALL_AGAIN = _move("call_again", [Status.BOOKED], Status.CONTACTING)
BOOK = _move("book", [*LIVE, Status.BOOKED], Status.BOOKED)
ANSWER = _move("answer", [Status.NEW, Status.CONTACTING], Status.ANSWERED)
DECLINE = _move("decline", LIVE, Status.DECLINED)
UNREACHABLE = _move("unreachable", [Status.CONTACTING], Status.UNREACHABLE)
DUPLICATE = _move("duplicate", LIVE, Status.DUPLICATE)
CANCEL = _move("cancel", [*LIVE, Status.BOOKED, Status.QUARANTINED], Status.CANCELLED)
SPAM = _move("spam", [*LIVE, Status.QUARANTINED], Status.SPAM)
RELEASE = _move("release", [Status.QUARANTINED], Status.NEW)
REOPEN = _move("reopen", CLOSED, Status.NEW)

MOVES = [CONTACT, OFFER, CALL_AGAIN, BOOK, ANSWER, DECLINE, UNREACHABLE, DUPLICATE, CANCEL, SPAM, RELEASE, REOPEN]


class MoveRefused(Exception):
    """The status does not allow this move; it changed, or never did."""


def targets_from(status: str) -> set[str]:
    """Return the statuses that may follow this one."""
    return {move.target for move in MOVES if status in move.sources}


def is_allowed(appointment_request: AppointmentRequest, target: str) -> bool:
    """Whether the table lets this request move to `target`; only questions are answered."""
    if target == Status.ANSWERED and appointment_request.kind != AppointmentRequest.Kind.QUESTION:
        return False
    return target in targets_from(appointment_request.status)
