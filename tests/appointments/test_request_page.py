"""The request form as a patient meets it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import AppointmentRequest
from clinic.mail.models import OutgoingEmail
from clinic.practice.templatetags.clock import in_words
from providers.models import Treatment
from tests.factories import form_post, make_provider

pytestmark = pytest.mark.django_db
URL = "/appointments/request/"

NAMES = (
    """
O'Neil|李小龍|María-José Núñez|Cher|Björk Guðmundsdóttir|Nguyễn Thị Minh Khai|Jean-Luc d'Ormesson|Ng|Wu|X Æ A-12
Mohammed bin Salman|محمد عبد الله|אברהם כהן|Владимир Петров|Ólafur Ragnar Grímsson|Siobhán Ní Bhriain|Łukasz Żak
Søren Ærø|François Lefèvre|Zoë Strauß|Đặng Văn Lâm|सुनील कुमार|สมชาย ใจดี|田中 太郎|김민준|Γιώργος Παπαδόπουλος
ʻAulani Kealoha|Renée-Claude St-Onge|Dr. Martin Luther King, Jr.|Mary Ann Smith III|de la Cruz|van der Berg
von Trapp|McDonald|MacIntyre-O'Brien|José|Ana Mª García|Thomas "Tip" O’Neill|A. J. P. Taylor|İbrahim Şahin|فاطمة‌زهرا
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


def post(client, **fields):
    return client.post(URL, form_post(**fields))


def stamped(client) -> dict:
    """The hidden mark of a form fetched now."""
    page = client.get(URL).content.decode()
    return {"stamp": re.search(r'name="stamp" value="([^"]+)"', page)[1]}


def test_a_request_is_stored_mailed_and_acknowledged(client, clock):
    mark = stamped(client)
    clock.shift(60)
    response = post(client, **mark)
    assert response.status_code == 302
    assert response.url == reverse("appointments:status")
    stored = AppointmentRequest.objects.get()
    assert (stored.patient_name, stored.email, stored.status) == ("Pat Doe", "pat@example.org", "new")
    assert OutgoingEmail.objects.count() == 2
    page = client.get(response.url).content.decode()
    assert stored.reference in page
    assert in_words(stored.reply_due_at) in page
    assert "Pat Doe" not in page and "pat@example.org" not in page


def test_the_page_asks_the_questions_of_the_design_and_chooses_none(client):
    page = client.get(URL).content.decode()
    for name in ["patient_relation", "patient_name", "requester_name", "visit_type", "provider",
                 "preferred_days", "preferred_time", "contact_method", "phone", "voicemail_ok", "best_time", "email",
                 "preferred_language", "note"]:  # fmt: skip
        assert f'name="{name}"' in page
    assert "checked" not in page
    assert client.cookies == {}


def test_text_and_language_are_offered_only_where_the_clinic_has_them(client, clinic):
    clinic.texts_patients, clinic.languages = False, "English"
    clinic.save()
    page = client.get(URL).content.decode()
    assert 'value="text"' not in page
    assert 'name="preferred_language"' not in page


def test_what_led_here_is_prefilled_and_stays_the_patients_choice(client):
    lane, other = make_provider("Dr. Ada Lane"), make_provider("Dr. Bo Reed")
    needling = Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="Thin needles.")
    address = f"{URL}?provider={lane.slug}&treatment={needling.slug}"
    assert f'<option value="{lane.pk}" selected>' in client.get(address).content.decode()
    client.post(address, form_post(provider=other.pk))
    stored = AppointmentRequest.objects.get()
    assert (stored.provider, stored.source_treatment) == (other, needling)


@pytest.mark.parametrize("query", ["provider=nobody", "article=%00", "treatment=%ED%A0%80", "provider=" + "x" * 5000])
def test_a_prefill_that_leads_nowhere_is_ignored(client, query):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200
    assert '<option value="" selected>First available' in response.content.decode()


def test_a_provider_who_takes_nobody_is_not_prefilled_nor_accepted(client):
    lane = make_provider(is_accepting=False)
    assert lane.name not in client.get(f"{URL}?provider={lane.slug}").content.decode()
    response = post(client, provider=lane.pk)
    assert response.status_code == 422
    assert "Choose someone from the list" in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"patient_relation": ""}, "patient_relation", "Choose who the visit is for"),
        ({"patient_name": " "}, "patient_name", "Enter the patient’s full name"),
        ({"patient_relation": "child"}, "requester_name", "Enter your name"),
        ({"visit_type": ""}, "visit_type", "Choose what kind of visit it is"),
        ({"contact_method": ""}, "contact_method", "Choose how we should reach you"),
        ({"contact_method": "phone"}, "phone", "Enter a phone number, like 919 555 0123, so that we can call you"),
        ({"contact_method": "text"}, "phone", "Enter a phone number, like 919 555 0123, so that we can text you"),
        ({"contact_method": "text", "phone": "12"}, "phone", "Enter a phone number, like 919 555 0123"),
        ({"email": ""}, "email", "Enter an e-mail address, like name@example.com, so that we can write to you"),
        ({"email": "pat@"}, "email", "Enter an e-mail address, like name@example.com"),
        ({"note": "n" * 301}, "note", "Shorten the note to 300 characters; it has 301"),
        ({"patient_name": "n" * 10_000}, "patient_name", "Enter a name of at most 120 characters"),
        ({"visit_type": "<b>x"}, "visit_type", "Choose one of the answers"),
        ({"preferred_days": ["0", "9"]}, "preferred_days", "Choose from the days shown"),
    ],
)
def test_a_wrong_answer_gets_a_clear_message_and_loses_nothing(client, fields, field, words):
    response = post(client, **fields)
    assert response.status_code == 422
    page = response.content.decode()
    assert page.count(words) == 2  # in the summary and at the field
    assert "<title>Error: " in page
    assert re.search(rf'href="#id_{field}', page)
    kept = form_post(**fields)["patient_name"].strip()
    assert kept in page
    assert AppointmentRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("919 555 0123", "tel:+1-919-555-0123"),
        ("(919) 555-0123", "tel:+1-919-555-0123"),
        ("+1.919.555.0123", "tel:+1-919-555-0123"),
        ("919-555-0123 ext. 45", "tel:+1-919-555-0123;ext=45"),
        ("+44 20 7946 0018", "tel:+44-20-7946-0018"),
    ],
)
def test_phone_numbers_are_taken_in_any_format_with_their_extension(client, typed, stored):
    post(client, contact_method="phone", phone=typed, email="")
    assert AppointmentRequest.objects.get().phone.as_rfc3966 == stored


@pytest.mark.parametrize("name", NAMES)
def test_real_names_pass_unharmed(client, name):
    post(client, patient_name=name)
    assert AppointmentRequest.objects.get().patient_name == name


def test_line_breaks_and_hidden_marks_do_not_reach_a_name(client):
    post(client, patient_name="Pat\r\nBcc: all@example.org\x00\u202e")
    assert AppointmentRequest.objects.get().patient_name == "Pat Bcc: all@example.org"


def test_the_same_showing_of_the_form_sent_twice_is_one_request(client, clock):
    mark = stamped(client)
    clock.shift(60)
    post(client, **mark)
    post(client, **mark, patient_name="Pat Dow")
    assert AppointmentRequest.objects.get().patient_name == "Pat Dow"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"website": "http://spam.example"}, "honeypot"),
        ({"stamp": ""}, "no_form_token"),
        ({"stamp": "forged"}, "no_form_token"),
    ],
)
def test_what_looks_like_a_robot_is_kept_promised_and_checked(client, clock, change, reason):
    mark = stamped(client)
    clock.shift(60)
    response = post(client, **(mark | change))
    assert response.status_code == 302
    stored = AppointmentRequest.objects.get()
    assert (stored.status, stored.suspicions) == ("quarantined", [reason])
    page = client.get(response.url).content.decode()
    assert in_words(stored.reply_due_at) in page


def test_a_two_second_typist_is_checked_and_nobody_else(client, clock):
    mark = stamped(client)
    clock.shift(2)
    post(client, **mark)
    assert AppointmentRequest.objects.get().suspicions == ["too_fast"]


def test_a_post_from_another_site_is_stored_and_checked(client, clock):
    mark = stamped(client)
    clock.shift(60)
    client.post(URL, form_post(**mark), headers={"Sec-Fetch-Site": "cross-site"})
    assert AppointmentRequest.objects.get().suspicions == ["cross_site"]


def test_a_flood_is_slowed_and_a_household_is_not(client):
    answers = [post(client, patient_name="").status_code for _n in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_cache_that_is_away_costs_nobody_the_request(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    assert post(client).status_code == 302


def test_no_csrf_cookie_is_needed_so_none_can_be_lost(client):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(URL, form_post()).status_code == 302


def test_a_phone_only_request_works_to_the_end(client):
    response = post(client, contact_method="phone", phone="919 555 0123", email="")
    page = client.get(response.url).content.decode()
    assert "/appointments/status/" in page
    assert OutgoingEmail.objects.filter(audience="patient").count() == 0


def test_the_urgent_advice_a_patient_saw_is_kept_with_the_request(client):
    from clinic.practice.models import UrgentAdvice

    UrgentAdvice.objects.create(body="Old sign")
    shown = UrgentAdvice.objects.create(body="Chest pain\nTrouble breathing")
    assert "trouble breathing" in client.get(URL).content.decode()
    post(client)
    assert AppointmentRequest.objects.get().urgent_advice == shown


def test_a_question_joins_the_same_queue_with_the_same_promise(client):
    sent = {
        "patient_name": "Pat Doe",
        "message": "Do you take walk-ins?",
        "contact_method": "email",
        "email": "p@example.org",
    }
    response = client.post("/contact/", sent)
    assert response.status_code == 302
    stored = AppointmentRequest.objects.get()
    assert (stored.kind, stored.message) == ("question", "Do you take walk-ins?")
    assert stored.reply_due_at > timezone.now()


@pytest.mark.parametrize("field", ["patient_name", "message", "contact_method"])
def test_an_empty_question_gets_a_clear_message(client, field):
    sent = {
        "patient_name": "Pat",
        "message": "Hours?",
        "contact_method": "email",
        "email": "p@example.org",
        field: "",
    }
    response = client.post("/contact/", sent)
    assert response.status_code == 422
    assert "<title>Error: " in response.content.decode()
