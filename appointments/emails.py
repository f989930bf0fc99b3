"""One function a message. Each queues a row whose facts come from the short list below: never a patient's words."""

from datetime import date, datetime

from appointments.models import AppointmentRequest, RequestEvent
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import enqueue

Audience = OutgoingEmail.Audience


def patient_address(reference: str) -> str:
    """Return where mail about this request goes, or an empty string when the patient left no address."""
    return AppointmentRequest.objects.filter(reference=reference).values_list("email", flat=True).first() or ""


def safe_facts(appointment_request: AppointmentRequest) -> dict:
    """Return all that any message may say of a request: codes, times and its own number."""
    booked = appointment_request.appointment_at
    return {
        "request_id": appointment_request.pk,
        "link_version": appointment_request.link_version,
        "kind": appointment_request.kind,
        "patient_type": appointment_request.patient_type,
        "contact_method": appointment_request.contact_method,
        "best_time": appointment_request.best_time,
        "reply_due_at": appointment_request.reply_due_at.isoformat(),
        "appointment_at": booked.isoformat() if booked else "",
    }


def to_desk(
    appointment_request: AppointmentRequest,
    message: str,
    *,
    name: str,
    audience: str = Audience.DESK,
    **facts,
) -> None:
    reference = appointment_request.reference
    enqueue(
        name=name,
        template=f"appointments/emails/{message}",
        audience=audience,
        reference=reference,
        context=safe_facts(appointment_request) | facts,
        in_reply_to="" if message == "desk_new_request" else f"new.{reference}",
    )


def to_patient(appointment_request: AppointmentRequest, message: str, *, name: str = "", **facts) -> None:
    """Queue a message to the patient, if there is an address."""
    if not appointment_request.email:
        return
    reference = appointment_request.reference
    enqueue(
        name=name or f"{message}.{reference}",
        template=f"appointments/emails/{message}",
        audience=Audience.PATIENT,
        reference=reference,
        context=safe_facts(appointment_request) | facts,
        in_reply_to="" if message == "received" else f"received.{reference}",
    )


def desk_new_request(appointment_request: AppointmentRequest) -> None:
    waiting = AppointmentRequest.objects.awaiting_reply().count()
    to_desk(appointment_request, "desk_new_request", name=f"new.{appointment_request.reference}", waiting=waiting)


def desk_correction(appointment_request: AppointmentRequest, event: RequestEvent) -> None:
    to_desk(appointment_request, "desk_correction", name=f"correction.{appointment_request.reference}.{event.pk}")


def contact_changed(appointment_request: AppointmentRequest, event: RequestEvent) -> None:
    """Tell the desk, which may be dialling the old number, and the patient, who may not have changed it."""
    reference = appointment_request.reference
    to_desk(appointment_request, "desk_contact_changed", name=f"desk-contact-changed.{reference}.{event.pk}")
    to_patient(appointment_request, "contact_changed", name=f"contact-changed.{reference}.{event.pk}")


def desk_withdrawn(appointment_request: AppointmentRequest, event: RequestEvent) -> None:
    to_desk(
        appointment_request,
        "desk_withdrawn",
        name=f"desk-withdrawn.{appointment_request.reference}.{event.pk}",
    )


def desk_overdue(appointment_request: AppointmentRequest) -> None:
    to_desk(appointment_request, "overdue", name=f"overdue.{appointment_request.reference}.1")


def manager_overdue(appointment_request: AppointmentRequest) -> None:
    name = f"overdue.{appointment_request.reference}.2"
    to_desk(appointment_request, "overdue", name=name, audience=Audience.MANAGER)


def still_overdue(appointment_request: AppointmentRequest, day: date) -> None:
    """The daily reminder, to the desk and the manager."""
    for audience in (Audience.DESK, Audience.MANAGER):
        name = f"overdue.{appointment_request.reference}.{audience}.{day}"
        to_desk(appointment_request, "overdue", name=name, audience=audience)


def desk_to_check(count: int, local_hour: datetime) -> None:
    """What the guards set aside, once an hour while there is any."""
    name = f"to-check.{local_hour:%Y-%m-%dT%H}"
    enqueue(name=name, template="appointments/emails/to_check", audience=Audience.DESK, context={"count": count})


def desk_digest(counts: dict[str, int], day: date) -> None:
    """The morning's numbers, sent also when they are all zero: silence would mean the mail is broken."""
    enqueue(name=f"digest.{day}", template="appointments/emails/digest", audience=Audience.DESK, context=counts)


def received(appointment_request: AppointmentRequest, *, again: RequestEvent | None = None) -> None:
    """The receipt; `again` is the correction after which a mended address gets it anew."""
    name = f"received.{appointment_request.reference}" + (f".{again.pk}" if again else "")
    to_patient(appointment_request, "received", name=name)


def running_late(appointment_request: AppointmentRequest) -> None:
    to_patient(appointment_request, "running_late")


def after_move(appointment_request: AppointmentRequest, event: RequestEvent) -> None:
    """Tell the patient of a move that concerns them. What becomes of a visit has messages of its own."""
    Status = AppointmentRequest.Status
    message = {
        Status.DECLINED: "declined",
        Status.UNREACHABLE: "unreachable",
        Status.CANCELLED: "withdrawn",
    }.get(Status(appointment_request.status))
    if not message:
        return
    name = f"{message}.{appointment_request.reference}.{event.pk}"
    # Why it was declined travels as one of the codes there are, never as what somebody wrote
    facts = {"reason": event.outcome} if event.outcome in RequestEvent.DeclineReason.values else {}
    to_patient(appointment_request, message, name=name, **facts)
