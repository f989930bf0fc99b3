"""The desk's first page: the next calls with everything to make them, and the work in numbers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from appointments.services.triage import claim, log_attempt, move
from clinic.mail.models import OutgoingEmail
from tests.appointments.at_the_desk import page_of
from tests.factories import answers, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
QUEUE = "/admin/appointments/appointmentrequest/"


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def rita():
    return make_user("rita", "Front desk")


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def make_late(**fields) -> AppointmentRequest:
    late = make_request(**fields)
    AppointmentRequest.objects.filter(pk=late.pk).update(reply_due_at=late.created_at)
    return late


def next_calls(page: str) -> list[str]:
    return re.findall(r'<li class="next__call">.*?</li>', page, re.DOTALL)


def test_the_next_call_leads_with_name_number_and_why_it_is_next(desk):
    make_request(patient_name="Later Lee")
    late = make_late(patient_name="Sooner Sue", requester_name="Mother Sue", phone="+19195550142")
    first, second = next_calls(desk.get("/admin/").content.decode())
    for words in ["Sooner Sue, ask for Mother Sue", "(919) 555-0142", "Overdue since today", page_of(late)]:
        assert words in first
    assert "Later Lee" in second and "Reply due" in second


def test_what_a_colleague_is_on_is_left_to_them_and_ones_own_is_not(desk, rita):
    claim(appointment_request=make_request(patient_name="Pat Sams"), by=make_user("sam", "Front desk"))
    claim(appointment_request=make_request(patient_name="Pat Ritas"), by=rita)
    (call,) = next_calls(desk.get("/admin/").content.decode())
    assert "Pat Ritas" in call


def test_a_call_back_that_is_due_says_so(desk, rita, clock):
    asked = make_request()
    log_attempt(
        appointment_request=asked, by=rita, outcome="no_answer", call_back_at=timezone.now() + timedelta(minutes=5)
    )
    assert "Call back now" not in desk.get("/admin/").content.decode()
    clock.shift(timedelta(minutes=6))
    (call,) = next_calls(desk.get("/admin/").content.decode())
    assert "Call back now, due since" in call


def test_with_nobody_waiting_it_says_so(desk):
    assert "Nobody waits for a call." in desk.get("/admin/").content.decode()


def test_each_number_leads_to_what_it_counts(desk, rita):
    refused = make_late()
    OutgoingEmail.objects.filter(reference=refused.reference, audience="patient").update(failed_at=timezone.now())
    submit_request(answers=answers(), submission_key="k", suspicions=["honeypot"])
    for days in (0, 1):
        at = timezone.localtime() + timedelta(days=days)
        move(appointment_request=make_request(), to=Status.BOOKED, by=rita, appointment_at=at)
    back = log_attempt(appointment_request=make_request(), by=rita, outcome="no_answer")
    AppointmentRequest.objects.filter(pk=back.pk).update(next_action_at=timezone.now())
    tiles = re.findall(
        r'show=([a-z-]+)"[^>]*>\s*<strong>(?:<span[^>]*>▲ </span>)?(\d+)</strong>', desk.get("/admin/").content.decode()
    )
    assert dict(tiles) == dict.fromkeys(["overdue", "call-back", "waiting", "to-check", "today", "mail-failed"], "1")
    for show, _number in tiles:
        assert len(desk.get(QUEUE, {"show": show}).context["cl"].result_list) == 1, show


def test_no_tile_stands_for_mail_while_none_failed(desk):
    make_request()
    assert "mail-failed" not in desk.get("/admin/").content.decode()


@pytest.mark.parametrize("role", ["Provider", None])
def test_the_first_page_of_others_shows_no_requests(client, role):
    make_request()
    client.force_login(make_user("pia", role))
    page = client.get("/admin/").content.decode()
    assert "Do next" not in page and "Pat Doe" not in page
    assert ("Nothing has been opened to you yet" in page) is (role is None)


def test_no_list_of_models_stands_on_it(client):
    client.force_login(make_user("mia", "Manager"))
    page = client.get("/admin/").content.decode()
    assert page.count("/admin/providers/provider/") == 1  # in the menu
