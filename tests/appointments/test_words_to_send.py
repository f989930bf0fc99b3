"""The request page shows the clinic's words for texts and e-mails, as they read for this patient."""

import re

import pytest

from clinic.mail.models import OutgoingEmail
from clinic.practice.models import MessageTemplate
from tests.factories import make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
TEMPLATE = "Hi {name}, this is {clinic}, {phone}. Your reference is {reference}."


@pytest.fixture
def desk(client):
    make_clinic()
    client.force_login(make_user("rita", "Front desk"))
    return client


def words_on_page(client, appointment_request) -> list[str]:
    page = client.get(f"/admin/appointments/appointmentrequest/{appointment_request.pk}/change/").content.decode()
    return re.findall(r'<textarea class="chart" id="words-\d+"[^>]*>([^<]*)</textarea>', page)


def test_words_are_filled_in_for_this_patient_in_the_clinics_order(desk):
    MessageTemplate.objects.create(title="Second", body="Bye {name}", position=2)
    MessageTemplate.objects.create(title="First", body=TEMPLATE, position=1)
    asked = make_request()
    first = f"Hi Pat Doe, this is Test Clinic, (919) 555-0100. Your reference is {asked.reference}."
    assert words_on_page(desk, asked) == [first, "Bye Pat Doe"]


def test_who_asks_for_somebody_else_is_the_one_written_to(desk):
    MessageTemplate.objects.create(title="Hello", body="Hi {name}")
    asked = make_request(patient_relation="child", requester_name="Sam Doe")
    assert words_on_page(desk, asked) == ["Hi Sam Doe"]


def test_a_name_is_text_and_nothing_else(desk):
    MessageTemplate.objects.create(title="Hello", body="Hi {name}")
    asked = make_request(patient_name="</textarea><script>{reference}")
    assert words_on_page(desk, asked) == ["Hi &lt;/textarea&gt;&lt;script&gt;{reference}"]


def test_nothing_leaves_by_itself(desk):
    MessageTemplate.objects.create(title="Hello", body=TEMPLATE)
    asked = make_request()
    before = OutgoingEmail.objects.count()
    page = desk.get(f"/admin/appointments/appointmentrequest/{asked.pk}/change/").content.decode()
    assert OutgoingEmail.objects.count() == before
    assert not re.search(r'<textarea class="chart" id="words-1"[^>]* name=', page)


def test_without_templates_the_page_says_nothing_of_them(desk):
    page = desk.get(f"/admin/appointments/appointmentrequest/{make_request().pk}/change/").content.decode()
    assert "<summary>Words to send" not in page
