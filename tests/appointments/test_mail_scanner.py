"""A mail scanner opens every link of every mail, again and again, before its patient does. That changes nothing."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import OfferedTime
from appointments.services import visits
from appointments.services.scheduling import Slot
from appointments.services.triage import move
from appointments.visit_jobs import let_offers_run_out, remind_of_visits
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_clinic, make_page, make_provider, make_request, make_user
from tests.snapshots import snapshot

pytestmark = pytest.mark.django_db
TIMES = 20
SITE = "http://testserver"
LINK = re.compile(r"""https?://[^\s"'<>]+""")


@pytest.fixture
def mails(time_machine) -> list[OutgoingEmail]:
    """Offers that stand and that ran out; visits agreed, moved, reminded of, cancelled by either side."""
    make_clinic(directions_url="https://maps.example/clinic", reminder_hour=0)
    make_page("first-visit", "Your first visit")
    rita, lane, at = make_user("rita", "Front desk"), make_provider(), next_open_morning()

    def asked(number: int, *, booked: bool = False):
        start = at + number * timedelta(hours=1)
        appointment_request = make_request(visit_type="first_visit", patient_type="new")
        if booked:
            how = {"appointment_at": start, "appointment_with": lane, "minutes": 30}
            return move(appointment_request=appointment_request, to="booked", by=rita, **how)
        slot = Slot(lane, start, start + timedelta(minutes=30))
        visits.offer(appointment_request=appointment_request, slots=[slot], by=rita)
        return appointment_request

    asked(0)
    ran_out, suits_none, picked = asked(1), asked(2), asked(3)
    OfferedTime.objects.filter(appointment_request=ran_out).update(held_until=timezone.now())
    let_offers_run_out()
    visits.decline_offers(appointment_request=suits_none)
    visits.take(offered_time=picked.offered_times.get())
    ours, theirs, moved, another = (asked(number, booked=True) for number in range(4, 8))
    visits.cancel_for_clinic(appointment_request=ours, reason="other", by=rita)
    visits.cancel_for_patient(appointment_request=theirs, wants_another=True)
    visits.ask_for_another_time(appointment_request=another)
    later = at + timedelta(days=7)
    move(appointment_request=moved, to="booked", by=rita, appointment_at=later, appointment_with=lane)
    time_machine.move_to(timezone.localtime(at).replace(hour=0, minute=1) - timedelta(days=1), tick=False)
    remind_of_visits()
    return list(OutgoingEmail.objects.all())


def links_of(row: OutgoingEmail) -> set[str]:
    message = build(row)
    written = [message.body, *(part.content for part in message.alternatives)]
    return {unescape(link) for text in written for link in LINK.findall(text) if link.startswith(SITE)}


def test_a_scanner_changes_no_row_but_sessions(mails):
    templates = {row.template.rpartition("/")[2] for row in mails}
    assert templates >= {
        "offered",
        "offer_ran_out",
        "booked",
        "moved",
        "cancelled_by_us",
        "cancelled_by_you",
        "reminder",
    }
    links = sorted(set().union(*map(links_of, mails)))
    assert len(links) > 15
    before = snapshot()
    for time in range(TIMES):
        scanner = Client()
        for link in links:
            for look in (scanner.get, scanner.head):
                assert look(link.removeprefix(SITE), follow=True).status_code < 500
            if time == 0:
                inside = scanner.get(link.removeprefix(SITE), follow=True).content.decode()
                for path in set(re.findall(r'href="(/appointments/[^"]+)"', inside)):
                    assert scanner.get(unescape(path)).status_code < 500
    assert snapshot() == before
