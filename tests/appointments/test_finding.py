"""Finding a caller: by what they say, with results that survive Back and addresses that say nothing."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from appointments.models import AppointmentRequest, name_key
from tests.appointments.at_the_desk import page_of
from tests.factories import make_request, make_user

pytestmark = pytest.mark.django_db
FIND = "/admin/appointments/appointmentrequest/find/"


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def desk(client):
    client.force_login(make_user("rita", "Front desk"))
    return client


def found_by(client, words: str) -> list[AppointmentRequest]:
    """Search as a receptionist does, and return what the page they end on shows."""
    response = client.post(FIND, {"q": words})
    assert response.status_code == 302
    if one := re.fullmatch(r".*/(\d+)/change/", response.url):
        return [AppointmentRequest.objects.get(pk=one[1])]
    return client.get(response.url).context["found"]


@pytest.mark.parametrize(
    "words",
    [
        "oconnell", "O'Connell", "O’Connell", "o'con", "oconnell seán", "Sean O'Connell", "SEAN", "nunez",
        "Núñez oconnell", "oc", "(919) 555-0142", "919.555.0142", "+1 919 555 0142", "0142", "SEAN@example.org",
    ],
)  # fmt: skip
def test_a_caller_is_found_by_what_they_say(desk, words):
    wanted = make_request(
        patient_name="Seán O'Connell", requester_name="María Núñez", email="sean@example.org", phone="+19195550142"
    )
    make_request(patient_name="Anna Conrad", phone="+19195550199")
    assert found_by(desk, words) == [wanted]


@pytest.mark.parametrize("words", ["sean nunes", "nell", "0143", "pat@example", "zz"])
def test_nobody_else_is_found(desk, words):
    make_request(patient_name="Seán Ocallaghan", phone="+19195550142", email="pat@example.org")
    response = desk.post(FIND, {"q": words})
    assert "0 requests found" in desk.get(response.url).content.decode()


def test_a_reference_is_found_with_and_without_its_r(desk):
    wanted = make_request()
    for words in (wanted.reference, wanted.reference.lower(), wanted.reference.removeprefix("R-")):
        assert desk.post(FIND, {"q": words}).url == page_of(wanted)


def test_results_have_an_address_that_says_nothing_and_that_back_finds_again(desk):
    first, second = make_request(patient_name="Pat Zxqwort"), make_request(patient_name="Sam Zxqwort")
    url = desk.post(FIND, {"q": "Zxqwort"}).url
    assert re.fullmatch(rf"{FIND}\?found=[\w-]+", url) and "zxqwort" not in url.lower()
    for _back in range(2):
        assert desk.get(url).context["found"] == [second, first]
    other = desk.post(FIND, {"q": "nobody of this name"}).url
    assert desk.get(url).context["found"] == [second, first] and desk.get(other).context["found"] == []


def test_the_session_keeps_no_word_of_a_search_and_no_more_than_five(desk):
    make_request(patient_name="Pat Zxqwort"), make_request(patient_name="Sam Zxqwort")
    urls = [desk.post(FIND, {"q": "Zxqwort"}).url for _number in range(7)]
    kept = Session.objects.get().get_decoded()
    assert "zxqwort" not in str(kept).lower() and len(kept["found"]) == 5
    assert desk.get(urls[0]).context["found"] is None and len(desk.get(urls[-1]).context["found"]) == 2


def test_a_search_for_nothing_is_sent_back(desk):
    assert desk.post(FIND, {"q": " "}).status_code == 422
    assert desk.get(FIND, {"q": "Pat", "found": "none"}).context["found"] is None


def test_names_are_looked_for_by_their_words():
    assert name_key("Seán O'Connell", "Anne-Marie D’Arcy") == " sean oconnell anne marie darcy"
    assert name_key("", "") == ""


def test_a_corrected_name_is_found_by_the_new_one(desk):
    asked = make_request(patient_name="Pat Before")
    asked.patient_name = "Pat After"
    asked.save(update_fields=["patient_name"])
    assert found_by(desk, "after") == [asked]
    assert found_by(desk, "before") == []


def test_one_stored_by_the_release_before_is_found_by_its_name(desk):
    asked = make_request(patient_name="Seán Older")
    AppointmentRequest.objects.update(name_key="")
    assert found_by(desk, "Older") == [asked]


# Enter a call: who has this number?


def known(client, phone: str) -> str:
    return client.post(reverse("admin:appointments_known"), {"phone": phone}).content.decode()


def test_a_number_that_asked_before_is_known_while_it_is_typed(desk):
    earlier = make_request(patient_name="Pat Known", phone="+19195550142")
    for typed in ("555-0142", "(919) 555-0142", "+1 919 555 0142"):
        assert page_of(earlier) in known(desk, typed)
    assert "Nobody with this number" in known(desk, "919 555 0143")
    assert "Pat Known" not in known(desk, "0142")  # four digits belong to many


def test_whom_a_number_belongs_to_is_told_by_a_post_to_who_enters_calls(client, desk):
    assert desk.get(reverse("admin:appointments_known")).status_code == 405
    client.force_login(make_user("pia", "Provider"))
    assert client.post(reverse("admin:appointments_known"), {"phone": "9195550142"}).status_code == 403


def test_without_a_script_a_button_looks_up_and_keeps_what_was_typed(desk):
    make_request(patient_name="Pat Known", phone="+19195550142")
    typed = {"phone": "919 555 0142", "patient_name": "Somebody New", "preferred_days": ["0", "2"], "look_up": "1"}
    response = desk.post(reverse("admin:appointments_phone_in"), typed)
    page = response.content.decode()
    assert response.status_code == 200 and "Pat Known" in page and "Somebody New" in page
    assert response.context["form"]["preferred_days"].value() == ["0", "2"]
    assert AppointmentRequest.objects.count() == 1
