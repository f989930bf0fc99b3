"""The queue's rows: names that one switch hides, visits in their order, dates that carry the date."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.admin import QueuePaginator
from appointments.models import AppointmentRequest
from appointments.services.triage import log_attempt, move
from clinic.practice.templatetags.clock import at_the_desk
from tests.appointments.at_the_desk import next_open_morning, page_of
from tests.factories import make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
QUEUE = "/admin/appointments/appointmentrequest/"
NAMES = f"{QUEUE}names/"


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


def test_a_row_has_name_and_number_and_whom_to_ask_for(desk):
    make_request(patient_name="Mateo V", requester_name="Carmen V", phone="+19195550142")
    page = desk.get(QUEUE).content.decode()
    for words in ["Mateo V", "ask for Carmen V", "(919) 555-0142"]:
        assert words in page


def test_names_are_hidden_in_the_page_itself_until_switched_back(desk):
    asked = make_request(patient_name="Mateo V", requester_name="Carmen V", phone="+19195550142")
    hidden = desk.post(NAMES, {"next": f"{QUEUE}?show=all"})
    assert hidden.url == f"{QUEUE}?show=all"
    for url in (QUEUE, "/admin/"):
        page = desk.get(url).content.decode()
        assert asked.reference in page
        for words in ["Mateo", "Carmen", "555-0142", "5550142"]:
            assert words not in page
    desk.post(NAMES, {"next": QUEUE})
    assert "Mateo V" in desk.get(QUEUE).content.decode()


def test_the_browser_remembers_and_no_script_reads_it(desk):
    cookie = desk.post(NAMES, {"next": QUEUE}).cookies["names"]
    assert (cookie.value, cookie["path"], cookie["httponly"], cookie["samesite"]) == ("hidden", "/admin/", True, "Lax")
    assert cookie["max-age"] > 300 * 24 * 3600


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_switch_leads_nowhere_else(desk, back):
    assert desk.post(NAMES, {"next": back}).url == "/admin/"


def test_the_switch_is_a_post_of_whoever_has_a_list_of_names(client, desk):
    assert desk.get(NAMES).status_code == 405
    client.force_login(make_user("pia", "Provider"))
    assert client.post(NAMES).status_code == 302  # for the provider's own day
    client.force_login(make_user("nobody"))
    assert client.post(NAMES).status_code == 403


def test_no_name_stands_in_a_title_or_an_address(desk):
    make_request(patient_name="Zxqwort Qwortx")
    page = desk.get(QUEUE).content.decode()
    assert "Zxqwort" not in page[: page.index("</title>")]
    assert not [link for link in page.split('href="')[1:] if "Zxqwort" in link[: link.index('"')]]


def test_the_visits_of_today_come_in_their_order(desk, rita):
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    for hours in (4, -3, 1):
        asked = make_request()
        move(appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=noon + timedelta(hours=hours))
    rows = desk.get(QUEUE, {"show": "today"}).context["cl"].result_list
    assert [timezone.localtime(row.appointment_at).hour for row in rows] == [9, 13, 16]


def test_once_somebody_reacted_the_row_says_when_to_call_again(desk, rita):
    asked, at = make_request(), next_open_morning()
    log_attempt(appointment_request=asked, by=rita, outcome="no_answer", call_back_at=at)
    page = desk.get(QUEUE).content.decode()
    assert f"Call back {at_the_desk(at)}" in page
    assert "tries:</span> 1</td>" in page


def test_a_day_beyond_tomorrow_carries_its_date(desk, rita):
    at = next_open_morning()
    move(appointment_request=make_request(), to=Status.BOOKED, by=rita, appointment_at=at)
    page = desk.get(QUEUE, {"show": "all"}).content.decode()
    assert f"Visit {at:%a, %b} {at.day}, 10 am" in page


def test_a_row_opens_its_request(desk):
    asked = make_request()
    assert f'href="{asked.pk}/change/"' in desk.get(QUEUE).content.decode()
    assert page_of(asked) == f"{QUEUE}{asked.pk}/change/"


def test_the_frame_counts_to_ninety_nine_at_a_fixed_cost(desk):
    asked = make_request()
    few = queries(desk)
    rows = []
    for number in range(120):
        asked.pk, asked.reference, asked.submission_key = None, f"R-{number}", f"k-{number}"
        rows.append(AppointmentRequest(**{f.name: getattr(asked, f.name) for f in stored_fields()}))
    AppointmentRequest.objects.bulk_create(rows)
    assert queries(desk) == few
    assert "<title>(99+) Today |" in desk.get("/admin/").content.decode()
    assert desk.get(f"{QUEUE}news/0/").json() == {"count": 121, "waiting": "99+"}


def test_the_queue_counts_no_further_than_anybody_turns_pages(desk, monkeypatch):
    monkeypatch.setattr(QueuePaginator, "MOST", 3)
    for _ in range(5):
        make_request()
    assert "3 requests or more" in desk.get(QUEUE).content.decode()


def stored_fields():
    return [field for field in AppointmentRequest._meta.concrete_fields if not field.generated]


def queries(client) -> int:
    client.get("/admin/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/admin/")
    return len(seen)
