"""A visit as calendars take it (iCalendar, RFC 5545 and 5546): in mail, and as a file from the status page.

One UID for an appointment and a SEQUENCE that grows with each change, so that a calendar always shows the last state.
Nothing of the patient's is in it but the address it is sent to, and no link with a key.
"""

from datetime import UTC
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from appointments.models import Appointment
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import ClinicProfile

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
METHODS = {
    "appointments/emails/booked": REQUEST,
    "appointments/emails/moved": REQUEST,
    "appointments/emails/cancelled_by_you": CANCEL,
    "appointments/emails/cancelled_by_us": CANCEL,
}


def attachment(row: OutgoingEmail, to: str) -> tuple[str, bytes] | None:
    """Return the method and the file that go with a mail; None for one that changes nothing in a calendar."""
    method = METHODS.get(row.template)
    if method is None:
        return None
    appointment = Appointment.objects.select_related("appointment_request", "provider").get(
        pk=row.context["appointment_id"]
    )
    return method, calendar_file(appointment, method=method, attendee=to)


def calendar_file(appointment: Appointment, *, method: str = PUBLISH, attendee: str = "") -> bytes:
    """Return the appointment as an iCalendar file with this method; only an invitation has an `attendee`."""
    clinic = ClinicProfile.objects.current()
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic site//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(appointment, clinic, is_cancelled=method == CANCEL, attendee=attendee))
    return calendar.to_ical()


def _event(appointment: Appointment, clinic: ClinicProfile, *, is_cancelled: bool, attendee: str) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("summary", _("Appointment, %(name)s") % {"name": _name(clinic)})
    event.add("description", "\n".join(_details(appointment, clinic)))
    if where := _where(appointment, clinic):
        event.add("location", where)
    event.add("organizer", _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], CN=_name(clinic)))
    if attendee:
        event.add("attendee", _address(attendee, RSVP="FALSE", PARTSTAT="ACCEPTED", ROLE="REQ-PARTICIPANT"))
    return event


def _name(clinic: ClinicProfile) -> str:
    """Return the clinic's name, unless it has a shorter one that says less."""
    return clinic.calendar_name or str(clinic.name)


def _details(appointment: Appointment, clinic: ClinicProfile) -> list[str]:
    details = []
    if provider := appointment.provider:
        # Credentials give the specialty away, so a clinic with a neutral name leaves them out
        name = provider.name if clinic.calendar_name else provider.name_with_credentials
        details.append(_("With %(name)s.") % {"name": name})
    if clinic.phone:
        details.append(_("To change or cancel it, call %(phone)s.") % {"phone": clinic.phone.as_national})
    return details


def _where(appointment: Appointment, clinic: ClinicProfile) -> str:
    if appointment.is_by_phone:
        return _("By phone")
    return ", ".join(filter(None, [clinic.street, f"{clinic.place} {clinic.postal_code}".strip()]))


def _address(address: str, **parameters: str) -> vCalAddress:
    written = vCalAddress(f"mailto:{address}")
    written.params.update(parameters)
    return written
