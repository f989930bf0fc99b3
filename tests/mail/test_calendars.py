"""A visit in every calendar: the bytes that left by SMTP, read by two libraries as mail programs do."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import icalendar
import pytest
import vobject
from django.conf import settings as site
from django.urls import reverse

from appointments import calendars
from appointments.models import AppointmentRequest
from appointments.services import visits
from appointments.services.triage import move
from clinic.mail.queue import deliver_due
from tests.appointments.as_patient import open_link
from tests.factories import make_clinic, make_provider, make_request, make_user
from tests.processes import MailServer

Status = AppointmentRequest.Status
START = datetime(2027, 3, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
def server():
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def clinic(db, time_machine, settings, server):
    time_machine.move_to(START - timedelta(days=7), tick=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    return make_clinic(street="1 Main St.", postal_code="27511", name="Cary Chiropractic, Inc.")


@pytest.fixture
def lane(db):
    return make_provider("Dr. Ada Lane")


def book(asked, lane, at=START):
    return move(appointment_request=asked, to=Status.BOOKED, by=None, appointment_at=at, appointment_with=lane)


def calendar_mails(server) -> list[EmailMessage]:
    """Send what is queued; give every message so far that carries a calendar, oldest first."""
    deliver_due()
    messages = [each.message for each in server.accepted]
    return [message for message in messages if calendar_part(message)]


def calendar_part(message: EmailMessage) -> EmailMessage | None:
    return next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)


def file_of(message: EmailMessage) -> bytes:
    (part,) = [part for part in message.walk() if part.get_content_type() == "application/ics"]
    assert part.get_filename() == "appointment.ics"
    return part.get_payload(decode=True)


def read(message: EmailMessage) -> tuple[str, icalendar.Event]:
    """The method and event of a message; part, parameter and file say the same, and both libraries read it."""
    part, attached = calendar_part(message), file_of(message)
    inline = part.get_payload(decode=True)
    assert inline.replace(b"\r\n", b"\n") == attached.replace(b"\r\n", b"\n")
    assert b"\r\r" not in attached and b"\r\r" not in inline
    assert attached.count(b"\r\n") == attached.count(b"\n")
    assert all(len(line) <= 75 for line in attached.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(attached)
    (event,) = calendar.walk("VEVENT")
    other = vobject.readOne(attached.decode())
    assert (other.method.value, other.vevent.uid.value) == (calendar["METHOD"], event["UID"])
    assert other.vevent.dtstart.value == event["DTSTART"].dt
    assert part.get_param("method") == calendar["METHOD"]
    assert part.get_param("charset").lower() == "utf-8"
    return str(calendar["METHOD"]), event


class PatientsCalendar:
    """Keeps what RFC 5546 says a calendar keeps: by UID, the highest SEQUENCE; a cancelled one is taken off."""

    def __init__(self) -> None:
        self.events: dict[str, icalendar.Event] = {}
        self.sequences: dict[str, int] = {}

    def take(self, message: EmailMessage) -> None:
        method, event = read(message)
        uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
        assert sequence > self.sequences.get(uid, -1)
        self.sequences[uid] = sequence
        if method == "CANCEL":
            self.events.pop(uid, None)
        else:
            self.events[uid] = event


def test_created_moved_twice_and_cancelled_is_one_event_with_the_last_time_and_then_none(server, lane):
    calendar, asked = PatientsCalendar(), make_request(email="pat@example.org")
    for days in (0, 1, 2):
        asked = book(asked, lane, START + timedelta(days=days))
        calendar.take(calendar_mails(server)[-1])
        (event,) = calendar.events.values()
        assert event["DTSTART"].dt == START + timedelta(days=days)
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=asked.appointment.minutes)
        assert event["SEQUENCE"] == days
    visits.cancel_for_patient(appointment_request=asked, wants_another=False)
    calendar.take(calendar_mails(server)[-1])
    assert calendar.events == {}
    assert [read(message)[0] for message in calendar_mails(server)] == ["REQUEST"] * 3 + ["CANCEL"]
    assert [read(message)[1]["SEQUENCE"] for message in calendar_mails(server)] == [0, 1, 2, 3]
    assert len({read(message)[1]["UID"] for message in calendar_mails(server)}) == 1


def test_two_appointments_of_one_patient_stay_apart(server, lane):
    calendar = PatientsCalendar()
    first, second = book(make_request(), lane), book(make_request(), lane, START + timedelta(days=1))
    visits.cancel_for_clinic(appointment_request=first, reason="other", by=make_user("rita"))
    again = book(first, lane, START + timedelta(days=2))  # a new appointment, not the cancelled one come back
    for message in calendar_mails(server):
        calendar.take(message)
    assert set(calendar.events) == {second.appointment.uid, again.appointment.uid}
    assert first.appointments.count() == 2


@pytest.mark.parametrize("day", ["2027-03-14", "2027-11-07"])
def test_instants_are_utc_on_both_days_the_clocks_change(server, lane, day):
    for hour in (5, 6, 7, 8):
        at = datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")
        asked = book(make_request(), make_provider(), at)
        _method, event = read(calendar_mails(server)[-1])
        assert event["DTSTART"].to_ical() == f"{day.replace('-', '')}T{hour:02}0000Z".encode()
        assert event["DTEND"].dt - at == timedelta(minutes=asked.appointment.minutes)


def test_who_writes_and_who_is_written_to(server, lane):
    book(make_request(email="pat@example.org", patient_name="Zxqwort", note="zxqwort"), lane)
    message = calendar_mails(server)[-1]
    _method, event = read(message)
    assert event["ORGANIZER"] == f"mailto:{message['From'].addresses[0].addr_spec}"
    assert event["ATTENDEE"] == "mailto:pat@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE" and "CN" not in event["ATTENDEE"].params
    assert event["LOCATION"] == "1 Main St., Cary, NC 27511"
    assert "(919) 555-0100" in event["DESCRIPTION"] and "Dr. Ada Lane, DC" in event["DESCRIPTION"]
    whole = file_of(message).decode().replace("\r\n ", "").lower()
    assert "zxqwort" not in whole and "/status/" not in whole and "http" not in whole


def test_a_neutral_name_says_nothing_of_the_specialty(server, lane, clinic):
    make_clinic(calendar_name="CC")
    book(make_request(), lane)
    _method, event = read(calendar_mails(server)[-1])
    assert event["SUMMARY"] == "Appointment, CC"
    assert "Chiropractic" not in event.to_ical().decode() and "DC" not in event.to_ical().decode()


def test_a_visit_by_phone_has_no_place(server, lane):
    book(make_request(visit_type="by_phone"), lane)
    _method, event = read(calendar_mails(server)[-1])
    assert event["LOCATION"] == "By phone"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=15)


def test_a_failure_to_make_the_calendar_never_keeps_the_mail(server, lane, monkeypatch, caplog):
    monkeypatch.setattr(calendars, "_event", lambda *args, **kwargs: 1 / 0)
    book(make_request(), lane)
    assert calendar_mails(server) == []
    (mail,) = [each.message for each in server.accepted if "your appointment" in each.message["Subject"]]
    assert "Your appointment is agreed." in mail.get_body(("plain",)).get_content()
    assert "calendar file" in caplog.text


def test_the_file_of_the_status_page_is_the_same_event_published(client, server, lane):
    asked = book(make_request(), lane)
    open_link(client, asked)
    response = client.get(reverse("appointments:calendar"))
    assert response["Content-Type"].startswith("text/calendar")
    assert "no-store" in response["Cache-Control"]
    calendar = icalendar.Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("PUBLISH", asked.appointment.uid, 0)
    assert "ATTENDEE" not in event
    assert event["ORGANIZER"] == f"mailto:{site.DEFAULT_FROM_EMAIL}"


def test_the_part_is_what_a_mail_program_acts_on(server, lane):
    """After the words, before the file: the last alternative is the one that is understood best."""
    book(make_request(), lane)
    message = message_from_bytes(calendar_mails(server)[-1].as_bytes(), policy=policy.default)
    alternatives, attached = message.iter_parts()
    kinds = [part.get_content_type() for part in alternatives.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert attached.get_content_type() == "application/ics"
