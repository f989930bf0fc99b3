"""The status page and its link: what it shows, what it never shows, who gets in."""

import random
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.links import status_token
from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from appointments.services.triage import claim, move
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from tests.appointments.as_patient import open_link
from tests.factories import answers, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def asked():
    return make_request(phone="+19195550142", note="SENTINEL")


def test_the_link_is_traded_for_a_page_without_a_token(client, asked):
    response = open_link(client, asked)
    assert response.redirect_chain == [(reverse("appointments:status"), 302)]
    page = response.content.decode()
    assert asked.reference in page
    for private in (asked.patient_name, asked.email, "SENTINEL", "0142"):
        assert private not in page
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"  # no-referrer would make the browser post "Origin: null"
    assert response["X-Robots-Tag"] == "noindex"


def test_a_missed_promise_is_owned_up_to_and_no_past_time_is_shown(client, clock):
    asked = make_request()
    clock.move_to(asked.reply_due_at + timedelta(minutes=1))
    page = open_link(client, asked).content.decode()
    assert "running late" in page
    assert "We reply by" not in page


def test_the_patient_withdraws_and_the_desk_hears(client, asked):
    open_link(client, asked)
    response = client.post(reverse("appointments:status"), {"withdraw": "yes"}, follow=True)
    asked.refresh_from_db()
    assert asked.status == Status.CANCELLED
    assert "withdrawn" in response.content.decode()
    assert OutgoingEmail.objects.filter(template="appointments/emails/desk_withdrawn").count() == 1
    assert OutgoingEmail.objects.filter(template="appointments/emails/withdrawn").count() == 1


def test_a_request_being_checked_looks_like_any_other(client, asked):
    seen = open_link(client, asked).content
    AppointmentRequest.objects.update(status=Status.QUARANTINED)
    token = re.compile(rb'(csrfmiddlewaretoken" value="|/appointments/status/)[^"]+')
    assert token.sub(b"", client.get(reverse("appointments:status")).content) == token.sub(b"", seen)


def test_a_closed_request_stays_as_it_is(client, asked):
    open_link(client, asked)
    move(appointment_request=asked, to=Status.DECLINED, by=make_user("rita"))
    client.post(reverse("appointments:status"), {"withdraw": "yes"})
    asked.refresh_from_db()
    assert asked.status == Status.DECLINED


def test_the_patient_changes_how_to_be_reached(client, asked):
    claim(appointment_request=asked, by=make_user("rita"))
    open_link(client, asked)
    sent = {"contact_method": "phone", "phone": "919 555 0177", "best_time": "morning"}
    assert client.post(reverse("appointments:status"), sent).status_code == 302
    asked.refresh_from_db()
    assert (asked.contact_method, asked.phone.as_national, asked.best_time) == (
        "phone",
        "(919) 555-0177",
        "morning",
    )
    assert asked.email == "pat@example.org"
    event = asked.events.last()
    assert event.kind == "contact_changed" and "0177" not in event.text
    sent = set(OutgoingEmail.objects.values_list("audience", "template"))
    assert {
        ("desk", "appointments/emails/desk_contact_changed"),
        ("patient", "appointments/emails/contact_changed"),
    } < sent
    assert not [template for _audience, template in sent if template.endswith("desk_correction")]


def test_a_saved_change_is_said_once_where_the_reader_is(client, asked):
    open_link(client, asked)
    sent = {"contact_method": "email", "email": "new@example.org"}
    saved = client.post(reverse("appointments:status"), sent, follow=True).content.decode()
    assert 'role="status" tabindex="-1" autofocus' in saved and "An e-mail confirms it." in saved
    assert "new@example.org" not in saved
    assert "Saved:" not in client.get(reverse("appointments:status")).content.decode()


def test_a_request_sent_again_is_no_change_of_how_to_be_reached(client, asked):
    claim(appointment_request=asked, by=make_user("rita"))
    submit_request(answers=answers(note="Mornings only"), submission_key=asked.submission_key)
    row = OutgoingEmail.objects.get(template="appointments/emails/desk_correction")
    assert "sent request" in build(row).body and "after somebody had begun to work on it" in " ".join(
        build(row).body.split()
    )


def test_a_change_that_cannot_work_is_explained(client, asked):
    open_link(client, asked)
    response = client.post(reverse("appointments:status"), {"contact_method": "phone", "phone": "1"})
    assert response.status_code == 422
    assert response.content.decode().count("Enter a phone number, like 919 555 0123") == 2


def answer(client, token: str) -> tuple[int, bytes]:
    response = client.get(reverse("appointments:open-status", args=[token]), follow=True)
    return response.status_code, re.sub(rb'nonce="[^"]+"', b"", response.content)


def test_unknown_expired_and_revoked_links_answer_alike(client, asked, clock):
    token = status_token(asked.reference, asked.link_version)
    unknown = answer(client, status_token("R-2222-2222", 1))
    forged = answer(client, token[:-2] + "xx")
    AppointmentRequest.objects.update(link_version=2)
    revoked = answer(client, token)
    clock.shift(timedelta(days=31))
    expired = answer(client, status_token(asked.reference, 2))
    assert unknown[0] == 404
    assert unknown == forged == revoked == expired
    assert b"tel:+1-919-555-0100" in unknown[1]


def test_a_revoked_link_ends_open_pages_too(client, asked):
    open_link(client, asked)
    AppointmentRequest.objects.update(link_version=2)
    assert client.get(reverse("appointments:status")).status_code == 404


def test_a_link_lasts_thirty_days_past_the_appointment(client, asked, clock):
    visit = timezone.now() + timedelta(days=60)
    booked = move(appointment_request=asked, to=Status.BOOKED, by=make_user("rita"), appointment_at=visit)
    clock.shift(timedelta(days=80))
    assert open_link(client, booked).status_code == 200


def test_a_hundred_thousand_guesses_open_nothing(asked):
    from django.core import signing

    from appointments.links import SALT

    token = status_token(asked.reference, asked.link_version)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:"
    dice = random.Random(7)
    opened = 0
    for number in range(100_000):
        if number % 2:
            place = dice.randrange(len(token))  # near misses: one letter is another
            guess = token[:place] + dice.choice(letters.replace(token[place], "")) + token[place + 1 :]
        else:
            guess = "".join(dice.choices(letters, k=len(token)))
        try:
            signing.loads(guess, salt=SALT)
        except signing.BadSignature:
            continue
        opened += 1
    assert opened == 0


def test_somebody_else_sees_nothing_without_a_link(client):
    assert client.get(reverse("appointments:status")).status_code == 404
