"""A real SMTP conversation on 127.0.0.1 with a server that is well, away, hung or unwilling."""

import pytest

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import deliver_due
from tests.factories import make_mail, make_request
from tests.mail.rows import come_due
from tests.processes import ACCEPT_AND_HANG, HANG_UP, HangsUpInTheMiddle, MailServer, silent_server


@pytest.fixture(autouse=True)
def _server(server):
    """Every test here talks to it."""


def error_of(row: OutgoingEmail) -> str:
    row.refresh_from_db()
    assert row.is_waiting and row.attempts == 1
    return row.last_error


def assert_all_leave(server: MailServer, *rows: OutgoingEmail) -> None:
    """Once the server is well and the wait over, each of these is accepted once."""
    come_due()
    deliver_due()
    assert sorted(mail.message_id for mail in server.accepted) == sorted(f"<{row.message_id}>" for row in rows)
    assert not OutgoingEmail.objects.waiting().exists()
    assert set(OutgoingEmail.objects.values_list("last_error", flat=True)) == {""}


def test_a_request_becomes_two_mails_over_one_connection(server, monkeypatch):
    connections = []
    monkeypatch.setattr(server, "handle_EHLO", greet_and_count(connections), raising=False)
    asked = make_request(patient_name="Zxqwort Name")
    assert deliver_due() == 2
    to_desk, to_patient = server.accepted
    assert (to_desk.recipient, to_patient.recipient) == ("desk@example.com", "pat@example.org")
    assert to_desk.message_id == f"<new.{asked.reference}@testserver>"
    assert "Zxqwort" not in to_desk.text + to_patient.text
    assert asked.reference in to_desk.text and asked.reference in to_patient.text
    assert len(connections) == 1


def greet_and_count(connections):
    async def handle_EHLO(server, session, envelope, hostname, responses):
        connections.append(session.peer)
        session.host_name = hostname
        return responses

    return handle_EHLO


def test_a_server_that_is_down(server):
    server.stop()
    first, second = make_mail("first"), make_mail("second")
    assert deliver_due() == 0
    assert error_of(first) == "ConnectionRefusedError: [Errno 111] Connection refused"
    second.refresh_from_db()
    assert second.attempts == 0  # one look a round is enough to know
    server.start()
    assert_all_leave(server, first, second)


def test_a_server_that_takes_the_connection_and_says_nothing(server):
    server.stop()
    row = make_mail()
    with silent_server(server.port):
        deliver_due()
    assert error_of(row) == "SMTPServerDisconnected: Connection unexpectedly closed: timed out"
    server.start()
    assert_all_leave(server, row)


@pytest.mark.parametrize(
    ("moment", "answer", "reason"),
    [
        ("refuse_mail", "550 not your domain", "SMTPSenderRefused 550"),
        ("refuse_mail", "421 closing down", "SMTPSenderRefused 421"),
        ("refuse_rcpt", "550 no such user", "the server refused the recipient (550)"),
        ("refuse_rcpt", "450 try later", "the server refused the recipient (450)"),
        ("refuse_rcpt", "421 closing down", "the server refused the recipient (421)"),
        ("refuse_data", "554 looks odd", "SMTPDataError 554"),
        ("refuse_data", "451 try later", "SMTPDataError 451"),
    ],
)
def test_a_server_that_refuses_the_desks_mail(server, moment, answer, reason):
    row = make_mail()
    setattr(server, moment, lambda address: answer)
    assert deliver_due() == 0
    assert error_of(row) == reason
    server.behave()
    assert_all_leave(server, row)


@pytest.mark.parametrize(
    ("moment", "answer"), [("refuse_rcpt", "550 <pat@example.org> no such user"), ("refuse_data", "554 pat? no")]
)
def test_a_patients_address_refused_for_good_is_given_up_and_delays_no_other(server, moment, answer):
    asked = make_request()
    later = make_mail("later")
    setattr(server, moment, lambda address: answer if address == "pat@example.org" else None)
    assert deliver_due() == 2
    receipt = OutgoingEmail.objects.get(message_id__startswith=f"received.{asked.reference}")
    later.refresh_from_db()
    assert receipt.failed_at is not None and "pat" not in receipt.last_error
    assert later.sent_at is not None


def test_a_patients_address_refused_for_now_waits_and_delays_no_other(server):
    asked = make_request()
    make_mail("later")
    server.refuse_rcpt = lambda address: "450 later" if address == "pat@example.org" else None
    assert deliver_due() == 2
    receipt = OutgoingEmail.objects.get(message_id__startswith=f"received.{asked.reference}")
    assert error_of(receipt) == "the server refused the recipient (450)"
    server.behave()
    assert_all_leave(server, *OutgoingEmail.objects.all())


def test_a_server_that_accepts_and_never_says_so_gets_the_same_message_id_again(server):
    row = make_mail()
    server.refuse_data = lambda address: ACCEPT_AND_HANG
    deliver_due()
    assert error_of(row) == "SMTPServerDisconnected: Connection unexpectedly closed: timed out"
    server.behave()
    come_due()
    assert deliver_due() == 1
    assert [mail.message_id for mail in server.accepted] == ["<m@testserver>", "<m@testserver>"]
    row.refresh_from_db()
    assert row.sent_at is not None and row.attempts == 2


def test_a_connection_that_breaks_in_the_middle_of_a_message(server):
    row = make_mail()
    server.protocol = HangsUpInTheMiddle
    deliver_due()
    assert error_of(row).startswith("SMTPServerDisconnected: ")
    server.behave()
    assert_all_leave(server, row)


def test_a_message_that_breaks_every_connection_delays_no_other(server):
    """It costs the round it is tried in; in the next one it waits and the others leave."""
    bad, *_good = [make_mail(name, to=to) for name, to in [("bad", "manager"), ("a", "desk"), ("b", "desk")]]
    server.refuse_data = lambda address: HANG_UP if address == "manager@example.com" else None
    assert deliver_due() == 0
    assert deliver_due() == 2
    assert error_of(bad).startswith("SMTPServerDisconnected")
    assert {mail.recipient for mail in server.accepted} == {"desk@example.com"}


def test_a_password_the_server_rejects_is_not_the_patients_fault(server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clinic", "wrong"
    asked = make_request()
    row = OutgoingEmail.objects.get(message_id__startswith=f"received.{asked.reference}")
    OutgoingEmail.objects.exclude(pk=row.pk).delete()
    assert deliver_due() == 0
    assert error_of(row) == "SMTPAuthenticationError 535"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    assert_all_leave(server, row)
