"""Which status may follow which. Buttons, permissions and tests all read this one table."""

from appointments.models import AppointmentRequest

Status = AppointmentRequest.Status

CLOSED = [
    Status.ANSWERED,
    Status.DECLINED,
    Status.UNREACHABLE,
    Status.DUPLICATE,
    Status.SPAM,
    Status.CANCELLED,
]

MOVES: dict[Status, set[Status]] = {
    Status.NEW: {
        Status.CONTACTING,
        Status.OFFERED,
        Status.BOOKED,
        Status.ANSWERED,
        Status.DECLINED,
        Status.DUPLICATE,
        Status.SPAM,
        Status.CANCELLED,
    },
    Status.CONTACTING: {
        Status.OFFERED,
        Status.BOOKED,
        Status.ANSWERED,
        Status.DECLINED,
        Status.UNREACHABLE,
        Status.DUPLICATE,
        Status.CANCELLED,
    },
    Status.OFFERED: {Status.BOOKED, Status.CONTACTING, Status.DECLINED, Status.CANCELLED},
    Status.BOOKED: {Status.BOOKED, Status.CANCELLED},
    Status.QUARANTINED: {Status.NEW, Status.SPAM, Status.CANCELLED},
} | {closed: {Status.NEW} for closed in CLOSED}


class MoveRefused(Exception):
    """The status does not allow this move; it changed, or never did."""


def is_allowed(appointment_request: AppointmentRequest, target: str) -> bool:
    """Whether the table lets this request move to `target`; only questions are answered."""
    if target == Status.ANSWERED and appointment_request.kind != AppointmentRequest.Kind.QUESTION:
        return False
    return target in MOVES[Status(appointment_request.status)]
