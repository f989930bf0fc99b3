"""What a patient would read, made by the very code that makes the mail, with nothing stored and no key shown."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from appointments import visit_emails
from appointments.emails import safe_facts
from appointments.links import status_url
from appointments.models import Appointment, AppointmentRequest, OfferedTime
from appointments.services.scheduling import Slot, end_of_next_open_day
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import words_of
from clinic.practice.models import open_time


@dataclass(frozen=True)
class Preview:
    """A mail's words; `leaves` is false where the patient has no address, and the words are to be read or texted."""

    subject: str
    text: str
    leaves: bool


def preview_of_offer(appointment_request: AppointmentRequest, slots: list[Slot], now: datetime) -> Preview:
    until = end_of_next_open_day(now, open_time())
    times = [
        OfferedTime(
            appointment_request=appointment_request,
            provider=slot.provider,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            held_until=min(until, slot.starts_at),
        )
        for slot in slots
    ]
    return _preview(appointment_request, "offered", visit_emails.offer_facts(times))


def preview_of_booking(appointment_request: AppointmentRequest, slot: Slot) -> Preview:
    live = appointment_request.appointment
    agreed = Appointment(
        appointment_request=appointment_request,
        provider=slot.provider,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    facts = visit_emails.visit_facts(agreed, before=live.starts_at if live else None)
    return _preview(appointment_request, "moved" if live else "booked", facts)


def preview_of_cancelling(visit: Appointment, reason: str) -> Preview:
    facts = visit_emails.visit_facts(visit) | {"reason": reason}
    return _preview(visit.appointment_request, "cancelled_by_us", facts)


def _preview(appointment_request: AppointmentRequest, message: str, facts: dict) -> Preview:
    row = OutgoingEmail(
        template=f"appointments/emails/{message}",
        audience=OutgoingEmail.Audience.PATIENT,
        reference=appointment_request.reference,
        context=safe_facts(appointment_request) | facts,
    )
    subject, text = words_of(row)
    start = status_url(appointment_request.reference, appointment_request.link_version).rpartition("/status/")[0]
    lines = [
        _("(the patient’s own link)") if line.startswith(f"{start}/status/") else line for line in text.splitlines()
    ]
    return Preview(subject, "\n".join(lines), leaves=bool(appointment_request.email))
