"""After each step: what left and what did not, the words to read aloud, and whose turn is next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from appointments.services.triage import claim, log_attempt, move
from clinic.practice.templatetags.clock import in_full
from tests.appointments.at_the_desk import next_open_morning, page_of, take
from tests.factories import answers, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
BY_PHONE = {"email": "", "phone": "+19195550142", "contact_method": "phone"}


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


def after(desk, asked, step, **fields) -> str:
    """The page that follows a step, its white space made one."""
    response = take(desk, asked, step, **fields)
    assert response.status_code == 302
    return " ".join(desk.get(response.url).content.decode().split())


def book(desk, asked) -> str:
    return after(desk, asked, "book", appointment_at=next_open_morning().strftime("%Y-%m-%dT%H:%M"))


def test_a_mail_that_was_queued_is_said_with_the_words_to_read_aloud(desk):
    page = book(desk, make_request())
    assert "Done: Book" in page and "E-mail queued" in page
    assert f"Your appointment is on {in_full(next_open_morning())}." in page


def test_a_patient_without_an_address_is_to_be_told(desk):
    page = book(desk, make_request(**BY_PHONE))
    assert "No e-mail: tell them." in page and "E-mail queued" not in page
    assert f"Your appointment is on {in_full(next_open_morning())}." in page


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("decline", {"reason": "insurance"}, "We do not work with your insurance plan."),
        ("cancel", {}, "Your request is withdrawn."),
    ],
)
def test_every_step_that_concerns_the_patient_has_its_words(desk, step, fields, words):
    page = after(desk, make_request(**BY_PHONE), step, **fields)
    assert "No e-mail: tell them." in page and words in page


def test_a_released_request_tells_its_patient(desk):
    asked = submit_request(answers=answers(), submission_key="k", suspicions=["too_fast"])
    assert "E-mail queued" in after(desk, asked, "release")


@pytest.mark.parametrize(("step", "fields"), [("attempt", {"outcome": "no_answer"}), ("spam", {})])
def test_what_sends_nothing_says_so(desk, step, fields):
    assert "Nothing was sent to the patient." in after(desk, make_request(), step, **fields)


def test_a_try_without_a_call_back_says_that_nothing_is_planned(desk):
    assert "No call-back is planned" in after(desk, make_request(), "attempt", outcome="no_answer")
    assert "No call-back is planned" not in after(
        desk, make_request(), "attempt", outcome="no_answer", call_back="opening"
    )


def test_done_is_said_once(desk):
    asked = make_request()
    assert "Done: Spam" in after(desk, asked, "spam")
    assert "Done: Spam" not in desk.get(page_of(asked)).content.decode()


def next_of(desk, asked) -> AppointmentRequest | None:
    return desk.get(page_of(asked)).context["next_request"]


def test_the_next_request_is_the_first_of_those_that_wait(desk, rita):
    now = timezone.now()
    first, second, third = (make_request(now=now - timedelta(minutes=minutes)) for minutes in (3, 2, 1))
    claim(appointment_request=second, by=make_user("sam", "Front desk"))
    later = log_attempt(
        appointment_request=make_request(), by=rita, outcome="spoke", call_back_at=now + timedelta(hours=1)
    )
    assert next_of(desk, later) == first
    assert next_of(desk, first) == third  # sam is on the second
    assert next_of(desk, third) == first  # and round again
    assert first.patient_name in desk.get(page_of(later)).content.decode()


def test_a_call_back_that_is_due_is_next(desk, rita):
    now = timezone.now()
    due = log_attempt(
        appointment_request=make_request(), by=rita, outcome="no_answer", call_back_at=now - timedelta(minutes=1)
    )
    asked = make_request()
    assert next_of(desk, asked) == due
    assert "Call back now, due since" in desk.get(page_of(asked)).content.decode()


def test_after_the_last_one_nothing_waits(desk, rita):
    asked = move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    assert next_of(desk, asked) is None
    assert "No other request waits now." in desk.get(page_of(asked)).content.decode()


def test_a_screen_that_hides_names_hides_the_next_ones_too(desk):
    asked, other = make_request(), make_request(patient_name="Zoe Quartz", email="zoe@example.org")
    assert "Zoe Quartz" in desk.get(page_of(asked)).content.decode()
    desk.cookies["names"] = "hidden"
    page = desk.get(page_of(asked)).content.decode()
    assert "Zoe Quartz" not in page and other.reference in page
