"""Reminders: each visit once or not at all, on the open day before, whatever happens meanwhile."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services import reminding, visits
from appointments.services.triage import move
from appointments.visit_jobs import remind_of_visits
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import deliver_due
from clinic.practice.models import Closure
from tests.factories import make_clinic, make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")
MONDAY = datetime(2027, 1, 11, 10, tzinfo=ZONE)
WEDNESDAY = datetime(2027, 1, 13, 10, tzinfo=ZONE)


def at(day: int, hour: int, month: int = 1) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=ZONE)


@pytest.fixture
def clock(time_machine):
    """A clock that stands still on the first Monday of January 2027, at nine."""
    time_machine.move_to(at(4, 9), tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def _clinic(db, clock):
    return make_clinic(reminder_hour=16)


def booked(starts_at: datetime, **fields) -> AppointmentRequest:
    return move(
        appointment_request=make_request(**fields),
        to="booked",
        by=make_user(f"rita{timezone.now().timestamp()}{starts_at.timestamp()}"),
        appointment_at=starts_at,
        appointment_with=make_provider(),
    )


def reminders() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template="appointments/emails/reminder"))


def queued_at(clock, moment: datetime) -> int:
    """How many reminders there are after the worker looked at this moment, and twice."""
    clock.move_to(moment, tick=False)
    remind_of_visits()
    remind_of_visits()
    return len(reminders())


def test_the_day_before_at_the_clinics_hour(clock):
    booked(WEDNESDAY)
    assert queued_at(clock, at(12, 15)) == 0
    assert queued_at(clock, at(12, 16)) == 1
    assert queued_at(clock, at(13, 9)) == 1


def test_over_a_weekend_on_friday(clock):
    booked(MONDAY)
    assert queued_at(clock, at(8, 15)) == 0
    assert queued_at(clock, at(8, 16)) == 1


def test_over_a_closure_on_the_last_open_day(clock):
    Closure.objects.create(reason="Works", starts_on=at(11, 0).date(), ends_on=at(12, 0).date())
    booked(WEDNESDAY)
    assert queued_at(clock, at(7, 16)) == 0
    assert queued_at(clock, at(8, 16)) == 1


@pytest.mark.parametrize(("visit", "before"), [((15, 3), (12, 3)), ((8, 11), (5, 11))])
def test_over_both_changes_of_the_clock(clock, visit, before):
    """Sunday, March 14 and November 7, 2027: the visit is on the Monday after, the reminder on the Friday before."""
    (day, month), (friday, _month) = visit, before
    booked(at(day, 10, month))
    assert queued_at(clock, at(friday, 16, month) - timedelta(seconds=1)) == 0
    assert queued_at(clock, at(friday, 16, month)) == 1


def test_a_worker_that_was_away_for_a_day_reminds_late_but_not_after_the_start(clock):
    booked(WEDNESDAY)
    late = booked(WEDNESDAY + timedelta(hours=4))
    assert queued_at(clock, WEDNESDAY + timedelta(hours=1)) == 1
    assert reminders()[0].reference == late.reference


def test_two_workers_send_one(clock):
    asked = booked(WEDNESDAY)
    clock.move_to(at(12, 16), tick=False)
    first, second = reminding.due(timezone.now()), reminding.due(timezone.now())
    for visit in (*first, *second):
        reminding.remind_by_mail(visit, timezone.now())
    assert [mail.reference for mail in reminders()] == [asked.reference]


def test_who_agreed_after_the_hour_is_not_reminded(clock):
    clock.move_to(at(12, 16) + timedelta(minutes=5), tick=False)
    booked(WEDNESDAY)
    assert queued_at(clock, at(12, 17)) == 0


def test_a_visit_moved_just_before_is_reminded_of_at_its_new_time(clock, mailoutbox):
    asked = booked(WEDNESDAY)
    assert queued_at(clock, at(12, 16)) == 1
    later = WEDNESDAY + timedelta(days=2)
    move(appointment_request=asked, to="booked", appointment_at=later, appointment_with=asked.appointment_with)
    deliver_due()
    assert not [mail for mail in mailoutbox if "reminder" in mail.subject]  # the old time is no longer true
    assert queued_at(clock, at(14, 16)) == 2
    deliver_due()
    (mail,) = [mail for mail in mailoutbox if "reminder" in mail.subject]
    assert "Friday, January 15, 10 am EST" in mail.body


def test_a_visit_cancelled_just_before_is_not_reminded_of(clock, mailoutbox):
    asked = booked(WEDNESDAY)
    assert queued_at(clock, at(12, 16)) == 1
    visits.cancel_for_patient(appointment_request=asked, wants_another=False)
    deliver_due()
    assert not [mail for mail in mailoutbox if "reminder" in mail.subject]
    obsolete = reminders()[0]
    assert (obsolete.is_obsolete, obsolete.sent_at) == (True, None)
    assert not AppointmentRequest.objects.mail_failed().exists()  # nobody has to call about that
    assert queued_at(clock, at(12, 17)) == 1


def test_no_mail_about_a_visit_is_tried_after_its_start(clock, mailoutbox):
    booked(WEDNESDAY)
    clock.move_to(WEDNESDAY, tick=False)
    deliver_due()
    assert not [mail for mail in mailoutbox if "appointment" in mail.subject]
    assert OutgoingEmail.objects.get(template="appointments/emails/booked").is_obsolete


def test_off_is_off(clock):
    make_clinic(reminder_hour=None)
    booked(WEDNESDAY)
    assert queued_at(clock, at(12, 16)) == 0


def test_who_declined_is_not_reminded(clock):
    visits.stop_reminders(appointment_request=booked(WEDNESDAY))
    assert queued_at(clock, at(12, 16)) == 0


def test_who_has_no_address_is_to_be_called_once(clock):
    asked = booked(WEDNESDAY, contact_method="phone", phone="+19195550142", email="")
    assert queued_at(clock, at(12, 16)) == 0
    (visit,) = reminding.to_call(timezone.now())
    assert visit.appointment_request == asked
    assert reminding.mark_reminded(visit, timezone.now()) is True
    assert reminding.mark_reminded(visit, timezone.now()) is False
    assert reminding.to_call(timezone.now()) == []


def test_the_desk_reads_whom_to_call_and_says_that_it_did(clock, client):
    asked = booked(WEDNESDAY, contact_method="phone", phone="+19195550142", email="")
    clock.move_to(at(12, 16), tick=False)
    client.force_login(make_user("desk", "Front desk"))
    assert "call to remind" in client.get("/admin/").content.decode()
    page = client.get("/admin/appointments/appointmentrequest/reminders/").content.decode()
    assert asked.reference in page and "555-0142" in page
    client.post("/admin/appointments/appointmentrequest/reminders/", {"visit": asked.appointment.pk})
    assert (
        "Nobody is to be reminded" in client.get("/admin/appointments/appointmentrequest/reminders/").content.decode()
    )
    assert asked.events.last().kind == "reminded"
