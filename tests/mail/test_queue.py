"""The queue: who may send a row, what becomes of it when sending fails, and what its errors say."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import TemplateDoesNotExist

from appointments.models import AppointmentRequest
from clinic.mail import queue as mail
from clinic.mail.models import OutgoingEmail
from tests.factories import make_clinic, make_mail, make_request
from tests.mail.rows import come_due

NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
REFUSED_FOR_GOOD = smtplib.SMTPRecipientsRefused({"pat@example.org": (550, b"<pat@example.org> unknown")})
REFUSED_FOR_NOW = smtplib.SMTPRecipientsRefused({"pat@example.org": (450, b"<pat@example.org> try later")})


def failed(row: OutgoingEmail, error: Exception) -> OutgoingEmail:
    mail.record_failure(row, error)
    row.refresh_from_db()
    return row


def test_a_name_already_in_the_queue_is_left_alone():
    first = make_mail("digest.2026-03-09", context={"count": 1})
    assert make_mail("digest.2026-03-09", context={"count": 2}).context == {"count": 1}
    assert list(OutgoingEmail.objects.all()) == [first]


def test_the_message_id_is_the_name_at_the_sites_host(settings):
    settings.SITE_URL = "https://clinic.example:8443"
    assert mail.message_id("new.R-7K3F-9Q2M") == "new.R-7K3F-9Q2M@clinic.example"


def test_of_two_workers_one_gets_the_row():
    row = make_mail()
    seen_by_another = OutgoingEmail.objects.get(pk=row.pk)
    assert mail.claim(row) is True
    assert mail.claim(seen_by_another) is False
    row.refresh_from_db()
    assert row.attempts == 1


def test_a_claimed_row_is_out_of_sight_until_the_lease_ends(settings):
    with time_machine.travel(NOON, tick=False):
        assert mail.claim(make_mail())
    lease = timedelta(seconds=180)
    assert lease.total_seconds() == settings.EMAIL_TIMEOUT * mail.LEASE_TIMEOUTS
    assert not OutgoingEmail.objects.due(NOON + lease - timedelta(seconds=1))
    (again,) = OutgoingEmail.objects.due(NOON + lease)
    with time_machine.travel(NOON + lease, tick=False):
        assert mail.claim(again) is True


@pytest.mark.parametrize("done", ["sent_at", "failed_at"])
def test_what_is_done_is_never_claimed(done):
    row = make_mail(to="patient")
    OutgoingEmail.objects.filter(pk=row.pk).update(**{done: NOON})
    assert mail.claim(row) is False


def test_the_oldest_leaves_first_and_what_is_meant_for_later_stays(mailoutbox):
    make_mail("later", due_at=NOON + timedelta(minutes=1))
    make_mail("second", due_at=NOON)
    make_mail("first", due_at=NOON - timedelta(minutes=1))
    with time_machine.travel(NOON, tick=False):
        assert mail.deliver_due() == 2
    assert [sent.extra_headers["Message-ID"] for sent in mailoutbox] == [
        "<first@testserver>",
        "<second@testserver>",
    ]


def test_a_sent_row_says_when_and_forgets_its_error(mailoutbox):
    row = make_mail()
    failed(row, ConnectionRefusedError(111, "Connection refused"))
    with time_machine.travel(NOON, tick=False):
        OutgoingEmail.objects.update(due_at=NOON)
        mail.deliver_due()
    row.refresh_from_db()
    assert (row.sent_at, row.last_error, len(mailoutbox)) == (NOON, "", 1)


def test_the_wait_doubles_from_a_second_to_five_minutes(monkeypatch):
    monkeypatch.setattr(mail.random, "uniform", lambda low, high: high)
    waits = [mail.wait_before_retry(tries).total_seconds() for tries in range(10)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert mail.wait_before_retry(10_000) == timedelta(minutes=5)


def test_the_wait_varies_by_up_to_half(monkeypatch):
    monkeypatch.setattr(mail.random, "uniform", lambda low, high: low)
    assert mail.wait_before_retry(20) == timedelta(minutes=2, seconds=30)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), smtplib.SMTPAuthenticationError(535, b"")])
def test_while_the_server_is_away_a_row_waits_a_minute_at_most(error):
    row = make_mail()
    OutgoingEmail.objects.update(attempts=30)
    row.refresh_from_db()
    with time_machine.travel(NOON, tick=False):
        assert timedelta(seconds=30) <= failed(row, error).due_at - NOON <= timedelta(minutes=1)


@pytest.mark.parametrize("error", [REFUSED_FOR_GOOD, smtplib.SMTPDataError(554, b"no"), mail.NoAddress("none")])
def test_a_patients_mail_refused_for_good_is_given_up_and_marks_the_request(error):
    asked = make_request()
    row = failed(make_mail(to="patient", about=asked), error)
    assert row.failed_at is not None and row.last_error != ""
    assert AppointmentRequest.objects.with_mail_failed().get().is_mail_failed is True


@pytest.mark.parametrize("audience", ["desk", "manager"])
@pytest.mark.parametrize("error", [REFUSED_FOR_GOOD, smtplib.SMTPDataError(554, b"no"), mail.NoAddress("none")])
def test_mail_to_the_clinic_is_never_given_up(audience, error):
    row = failed(make_mail(to=audience), error)
    assert row.is_waiting and row.last_error != ""


@pytest.mark.parametrize(
    "error",
    [
        REFUSED_FOR_NOW,
        smtplib.SMTPDataError(451, b"try later"),
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        smtplib.SMTPSenderRefused(550, b"not your domain", "appointments@testserver"),
        smtplib.SMTPConnectError(554, b"no service"),
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
        ConnectionRefusedError(111, "Connection refused"),
        TemplateDoesNotExist("appointments/emails/nosuch.txt"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_not_the_patients_fault_waits(error):
    row = failed(make_mail(to="patient", about=make_request()), error)
    assert row.is_waiting and row.last_error != ""
    assert AppointmentRequest.objects.with_mail_failed().get().is_mail_failed is False


def test_a_late_failure_does_not_touch_what_another_worker_sent():
    row = make_mail(to="patient")
    OutgoingEmail.objects.update(sent_at=NOON)
    row = failed(row, REFUSED_FOR_GOOD)
    assert (row.sent_at, row.failed_at, row.last_error) == (NOON, None, "")


def test_a_message_that_cannot_be_made_delays_no_other(mailoutbox):
    bad = make_mail("bad", template="appointments/emails/nosuch")
    good = make_mail("good")
    assert mail.deliver_due() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.is_waiting and bad.last_error == "TemplateDoesNotExist: appointments/emails/nosuch.txt"
    assert good.sent_at is not None


def test_a_corrected_desk_address_heals_what_waits(mailoutbox):
    make_clinic(desk_email="")
    row = make_mail()
    assert mail.deliver_due() == 0
    row.refresh_from_db()
    assert row.last_error == "NoAddress: no address for desk"
    make_clinic(desk_email="found@example.com")
    come_due()
    assert mail.deliver_due() == 1
    assert mailoutbox[0].to == ["found@example.com"]


def test_the_managers_mail_goes_to_the_desk_while_there_is_no_manager(mailoutbox):
    make_clinic(manager_email="")
    make_mail(to="manager")
    mail.deliver_due()
    assert mailoutbox[0].to == ["desk@example.com"]


@pytest.mark.parametrize(
    "error",
    [
        REFUSED_FOR_GOOD,
        smtplib.SMTPDataError(554, b"<pat@example.org> is on a list"),
        smtplib.SMTPSenderRefused(550, b"may not write to pat@example.org", "appointments@testserver"),
        smtplib.SMTPNotSupportedError("SMTPUTF8 needed for pat@example.org"),
        ValueError("Invalid address; only pat could be parsed from pat@example.org"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_never_holds_the_recipients_address(error, caplog):
    row = failed(make_mail(to="patient", about=make_request()), error)
    assert row.last_error != ""
    assert "pat" not in row.last_error
    assert "pat@example.org" not in caplog.text
