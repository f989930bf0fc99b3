"""The messages about the time of a visit, one function each, and whether they are still true when they leave."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from appointments.emails import to_desk, to_patient
from appointments.models import Appointment, AppointmentRequest, OfferedTime, RequestEvent
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import ClinicProfile

State = Appointment.State
FIRST_VISIT = "first-visit"  # the address of the clinic's page on what to expect


def visit_facts(appointment: Appointment, *, before: datetime | None = None) -> dict:
    """Return what a message says of an agreed time, and by which it is known whether it is still true when it leaves.

    `before` is when the visit was to be until now.
    """
    return {
        "appointment_id": appointment.pk,
        "sequence": appointment.sequence,
        **time_facts(appointment),
        "before_at": before.isoformat() if before else "",
    }


def time_facts(time: Appointment | OfferedTime) -> dict:
    appointment_request = time.appointment_request
    return {
        "starts_at": time.starts_at.isoformat(),
        "minutes": time.minutes,
        "provider": time.provider.name_with_credentials if time.provider else "",
        "is_by_phone": appointment_request.visit_type == AppointmentRequest.VisitType.BY_PHONE,
        "first_visit_url": first_visit_url(appointment_request),
    }


def first_visit_url(appointment_request: AppointmentRequest) -> str:
    """Return where a new patient reads what to expect; nothing for others, or where the clinic has no such page."""
    if appointment_request.patient_type != AppointmentRequest.PatientType.NEW:
        return ""
    page = ClinicProfile.objects.current().pages.filter(slug=FIRST_VISIT).first()
    return settings.SITE_URL + page.get_absolute_url() if page else ""


def is_still_true(row: OutgoingEmail) -> bool:
    """Whether a message still says what holds: its visit is still to come and was not changed, its offer still stands.

    Asked just before it leaves, perhaps long after it was queued.
    """
    now = timezone.now()
    if pk := row.context.get("appointment_id"):
        unchanged = Appointment.objects.filter(pk=pk, sequence=row.context["sequence"])
        return unchanged.filter(starts_at__gt=now).exists()
    if pks := row.context.get("offered_ids"):
        return OfferedTime.objects.held(now).filter(pk__in=pks).exists()
    return True


def offered(appointment_request: AppointmentRequest, event: RequestEvent, times: Sequence[OfferedTime]) -> None:
    """The times to choose from. It leaves only while one of them is still held."""
    to_patient(
        appointment_request,
        "offered",
        name=f"offered.{appointment_request.reference}.{event.pk}",
        **offer_facts(times),
    )


def offer_facts(times: Sequence[OfferedTime]) -> dict:
    """Return what a message says of offered times, and by which it is known whether it is still true when it leaves."""
    return {
        "offered_ids": [time.pk for time in times],
        "offers": [time_facts(time) for time in times],
        "held_until_at": min(time.held_until for time in times).isoformat(),
    }


def offer_ran_out(appointment_request: AppointmentRequest, event: RequestEvent) -> None:
    to_patient(appointment_request, "offer_ran_out", name=f"offer-ran-out.{appointment_request.reference}.{event.pk}")


def reminder(appointment: Appointment) -> None:
    """Once for each agreed time: a visit that moves is another message."""
    asked = appointment.appointment_request
    name = f"reminder.{asked.reference}.{appointment.pk}.{appointment.sequence}"
    to_patient(asked, "reminder", name=name, **visit_facts(appointment))


def desk_hears(message: str, appointment_request: AppointmentRequest, event: RequestEvent, **facts) -> None:
    """What the patient did about the time of the visit, once for each event."""
    name = f"{message.replace('_', '-')}.{appointment_request.reference}.{event.pk}"
    to_desk(appointment_request, message, name=name, **facts)


def booked(appointment: Appointment, event: RequestEvent, *, before: datetime | None = None) -> None:
    """The visit is agreed; or, with the time it was to be `before`, moved."""
    tell_of_visit("moved" if before else "booked", appointment, event, before=before)


def visit_cancelled(appointment: Appointment, event: RequestEvent) -> None:
    """The patient hears who cancelled; the desk that a time is free, where it was not the desk who did it."""
    if appointment.state == State.CANCELLED_BY_CLINIC:
        reason = event.outcome if event.outcome in Appointment.CancelReason.values else ""
        tell_of_visit("cancelled_by_us", appointment, event, reason=reason)
        return
    wants_another = event.to_status == AppointmentRequest.Status.CONTACTING
    tell_of_visit("cancelled_by_you", appointment, event, wants_another=wants_another)
    if event.by is None:
        facts = {"starts_at": appointment.starts_at.isoformat(), "wants_another": wants_another}
        desk_hears("desk_cancelled", appointment.appointment_request, event, **facts)


def tell_of_visit(
    message: str, appointment: Appointment, event: RequestEvent, *, before: datetime | None = None, **facts
) -> None:
    asked = appointment.appointment_request
    name = f"{message.replace('_', '-')}.{asked.reference}.{event.pk}"
    to_patient(asked, message, name=name, **visit_facts(appointment, before=before), **facts)
