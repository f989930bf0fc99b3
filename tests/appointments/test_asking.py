"""Submitting a request: one transaction, one request a form, nothing lost."""

from datetime import UTC, datetime

import pytest

from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.asking import MANY_FROM_ONE_SENDER, submit_request
from appointments.services.triage import claim, move
from clinic.mail.models import OutgoingEmail
from tests.factories import answers, make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status

MONDAY_NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # 12:00 in Cary


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


def mails() -> list[str]:
    return list(OutgoingEmail.objects.order_by("pk").values_list("message_id", flat=True))


def test_a_request_is_stored_with_its_promise_its_trail_and_its_mail():
    stored = submit_request(answers=answers(), submission_key="k", now=MONDAY_NOON)
    stored.refresh_from_db()
    assert stored.status == Status.NEW
    assert stored.reply_due_at == datetime(2026, 3, 9, 21, 0, tzinfo=UTC)  # four open hours: 17:00
    assert [(event.kind, event.by) for event in stored.events.all()] == [("submitted", None)]
    assert mails() == [f"new.{stored.reference}@testserver", f"received.{stored.reference}@testserver"]


def test_without_an_address_only_the_desk_is_told():
    stored = make_request(contact_method="phone", phone="+19195550123", email="")
    assert mails() == [f"new.{stored.reference}@testserver"]


def test_the_same_form_twice_is_one_request():
    first = submit_request(answers=answers(), submission_key="k")
    second = submit_request(answers=answers(), submission_key="k")
    assert second.pk == first.pk
    assert len(mails()) == 2
    assert first.events.count() == 1


def test_a_mended_answer_is_taken_over_while_nobody_works_on_it():
    first = submit_request(answers=answers(), submission_key="k")
    submit_request(answers=answers(patient_name="Pat Dow"), submission_key="k")
    first.refresh_from_db()
    assert first.patient_name == "Pat Dow"
    assert first.events.last().kind == RequestEvent.Kind.CORRECTED
    assert "Doe" not in first.events.last().text
    assert "Dow" not in first.events.last().text


def test_a_mended_address_gets_the_receipt_anew():
    first = submit_request(answers=answers(email="wrong@example.org"), submission_key="k")
    submit_request(answers=answers(), submission_key="k")
    again = first.events.last().pk
    assert mails()[-1] == f"received.{first.reference}.{again}@testserver"


def test_a_mended_answer_of_a_claimed_request_goes_on_the_trail_and_to_the_desk():
    first = submit_request(answers=answers(), submission_key="k")
    claim(appointment_request=first, by=make_user("rita", "Front desk"))
    submit_request(answers=answers(patient_name="Pat Dow"), submission_key="k")
    first.refresh_from_db()
    assert first.patient_name == "Pat Doe"
    assert "Pat Dow" in first.events.last().text
    assert mails()[-1].startswith(f"correction.{first.reference}.")


def test_spouses_who_share_phone_and_address_are_two_requests():
    make_request(patient_name="Pat Doe")
    make_request(patient_name="Sam Doe")
    assert AppointmentRequest.objects.count() == 2


def test_a_suspicious_request_is_kept_and_promised_but_announced_only_when_released():
    stored = submit_request(answers=answers(), submission_key="k", suspicions=["honeypot"], now=MONDAY_NOON)
    assert stored.status == Status.QUARANTINED
    assert mails() == []
    move(appointment_request=stored, to=Status.NEW, by=make_user("rita", "Front desk"))
    stored.refresh_from_db()
    assert stored.created_at == MONDAY_NOON
    assert stored.reply_due_at == datetime(2026, 3, 9, 21, 0, tzinfo=UTC)
    assert len(mails()) == 2


def test_many_from_one_address_are_checked_not_refused():
    for number in range(MANY_FROM_ONE_SENDER):
        stored = submit_request(answers=answers(), submission_key=f"k{number}", sender="s")
        assert stored.status == Status.NEW
    stored = submit_request(answers=answers(), submission_key="one-more", sender="s")
    assert stored.status == Status.QUARANTINED
    assert stored.suspicions == ["many_from_one_address"]


def test_when_the_mail_cannot_be_queued_nothing_is_stored(monkeypatch):
    monkeypatch.setattr("appointments.emails.enqueue", lambda **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit_request(answers=answers(), submission_key="k")
    assert AppointmentRequest.objects.count() == 0
