"""The list of mail that the office sees: subjects, the requests they are about, and sending once more."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import deliver_due
from tests.factories import make_clinic, make_mail, make_request, make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/mail/outgoingemail/"


@pytest.fixture
def desk(client):
    make_clinic()
    client.force_login(make_user("rita", "Front desk"))
    return client


def send_again(client, *rows: OutgoingEmail):
    return client.post(LIST, {"action": "send_again", "_selected_action": [row.pk for row in rows]}, follow=True)


def test_a_row_shows_the_subject_and_leads_to_the_request(desk):
    asked = make_request()
    page = desk.get(LIST).content.decode()
    assert "Test Clinic has your request" in page
    assert f"[Appointments] New request {asked.reference}" in page
    assert f'<a href="/admin/appointments/appointmentrequest/{asked.pk}/change/">{asked.reference}</a>' in page
    assert "appointments/emails" not in page


def test_a_message_that_is_no_more_is_shown_by_its_name(desk):
    make_mail(template="appointments/emails/of_old")
    assert "appointments/emails/of_old" in desk.get(LIST).content.decode()


def test_a_mail_about_no_request_leads_nowhere(desk):
    make_mail(reference="", context={"count": 2}, template="appointments/emails/to_check")
    assert "/appointmentrequest/1/change/" not in desk.get(LIST).content.decode()


def test_a_sent_mail_is_sent_again_as_a_message_of_its_own(desk):
    asked = make_request()
    deliver_due()
    first = OutgoingEmail.objects.get(audience="patient")
    mail.outbox.clear()
    send_again(desk, first)
    page = send_again(desk, first).content.decode()  # a double click
    assert "1 message leaves within seconds." in page
    deliver_due()
    (sent,) = mail.outbox
    assert sent.to == ["pat@example.org"] and sent.subject == "Test Clinic has your request"
    name, _at, host = first.message_id.rpartition("@")
    assert sent.extra_headers["Message-ID"] == f"<{name}.again-1@{host}>"
    first.refresh_from_db()
    assert first.sent_at is not None and OutgoingEmail.objects.filter(reference=asked.reference).count() == 3
    send_again(desk, first)
    assert OutgoingEmail.objects.filter(message_id=f"{name}.again-2@{host}").exists()


def test_one_that_was_given_up_goes_to_the_front_of_the_queue(desk):
    row = make_mail(to="patient", about=make_request())
    OutgoingEmail.objects.filter(pk=row.pk).update(failed_at=timezone.now(), last_error="refused")
    send_again(desk, row)
    row.refresh_from_db()
    assert (row.is_waiting, row.last_error) == (True, "")
    assert OutgoingEmail.objects.filter(message_id__contains="again").count() == 0


def test_the_list_asks_as_often_for_many_as_for_few(desk):
    def queries() -> int:
        desk.get(LIST)
        with CaptureQueriesContext(connection) as seen:
            desk.get(LIST)
        return len(seen)

    make_request()
    few = queries()
    for _number in range(10):
        make_request()
    assert queries() == few
