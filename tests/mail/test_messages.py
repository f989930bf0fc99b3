"""Every message: made from safe facts alone, and such that any mail program takes it apart."""

from datetime import timedelta
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings as site
from django.utils import timezone

from appointments import emails, jobs, visit_jobs
from appointments.models import Appointment, AppointmentRequest
from appointments.services import visits
from appointments.services.asking import change_contact, submit_request
from appointments.services.scheduling import slot
from appointments.services.triage import claim, log_attempt, move
from clinic.mail.models import OutgoingEmail
from clinic.practice.templatetags.clock import in_short
from tests.factories import answers, make_clinic, make_mail, make_provider, make_request, make_user
from tests.mail.rows import as_sent

MESSAGES = sorted(
    path.name.removesuffix(".subject.txt")
    for path in (Path(site.BASE_DIR) / "templates/appointments/emails").glob("*.subject.txt")
)
Status = AppointmentRequest.Status
Kind = AppointmentRequest.Kind
SENTINELS = ["zxqwort", "5550177", "555-0177"]
VISIT = {
    "starts_at": "2026-12-01T13:30:00+00:00",
    "minutes": 30,
    "provider": "Dr. Ada Lane, DC",
    "is_by_phone": False,
    "first_visit_url": "http://testserver/first-visit/",
}
ALSO_NEEDED = {
    "waiting": 1,
    "count": 2,
    "overdue": 1,
    "contacting": 1,
    "to_check": 1,
    "mail_failed": 1,
    **VISIT,
    "before_at": "2026-11-30T13:30:00+00:00",
    "held_until_at": "2026-11-27T22:00:00+00:00",
    "offers": [VISIT, VISIT | {"is_by_phone": True, "provider": ""}],
    "reason": "provider_away",
    "wants_another": True,
}
VOID = {"meta", "br", "hr", "img", "link", "input"}


def sentinel_answers(**fields) -> dict:
    """A patient who leaves a mark in everything that can be typed."""
    typed = {
        "patient_name": "Zxqwort Name",
        "requester_name": "Zxqwort Asker",
        "preferred_language": "Zxqwortish",
        "note": "zxqwort\nnote",
        "message": "zxqwort {{ question }} <b>?",
        "email": "zxqwort@example.org",
        "phone": "+19195550177",
        "patient_relation": "child",
    }
    return answers(**(typed | fields))


def check(message, *, to_patient: bool) -> None:
    """Sentinel nowhere but the address of the patient's own mail; well made."""
    headers = {name: str(value) for name, value in message.items()}
    to = headers.pop("To")
    assert to == ("zxqwort@example.org" if to_patient else "desk@example.com")
    assert "\n" not in headers["Subject"] and headers["Subject"].strip()
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    calendars = {"text/calendar", "application/ics"} & set(parts)
    assert set(parts) == {"text/plain", "text/html", *calendars} and len(calendars) in (0, 2)
    text, html = parts["text/plain"].get_content(), parts["text/html"].get_content()
    assert not any(part.defects for part in message.walk())
    assert text.strip() and "Test Clinic" in text
    assert not [line for line in text.splitlines() if len(line) > 72 and "://" not in line]
    assert "\n\n\n" not in text
    assert "Reference ." not in text and "Reference ." not in html
    WellFormed().check(html)
    events = [parts[calendar].get_payload(decode=True).decode() for calendar in calendars]
    events = [
        event.replace("\r\n ", "").replace("\n ", "").replace("mailto:zxqwort@example.org", "") for event in events
    ]
    everything = "\n".join([*headers, *headers.values(), text, html, *events]).lower()
    assert not [sentinel for sentinel in SENTINELS if sentinel in everything]


class WellFormed(HTMLParser):
    """Every element closed, in order."""

    def check(self, html: str) -> None:
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_check_sees_a_sentinel_and_bad_html():
    with pytest.raises(AssertionError):
        WellFormed().check("<p><b>bold</p></b>")
    asked = make_request(**sentinel_answers())
    row = make_mail("x", about=asked, context={"request_id": asked.pk, "reference": ""}, reference="zxqwort")
    with pytest.raises(AssertionError, match="zxqwort"):
        check(as_sent(row), to_patient=False)


@pytest.mark.parametrize("message", MESSAGES)
def test_no_message_says_a_word_of_the_patients(message):
    """Whatever its kind, status, channel and type of patient."""
    to_patient = not message.startswith("desk_") and message not in ("overdue", "digest", "to_check")
    cases = product(Kind, AppointmentRequest.ContactMethod, AppointmentRequest.PatientType)
    for number, (kind, method, patient_type) in enumerate(cases):
        choices = {"kind": kind, "contact_method": method, "patient_type": patient_type}
        asked = make_request(**sentinel_answers(**choices, best_time=["morning", "afternoon", "any"][number % 3]))
        asked.appointment_at = timezone.now()
        row = make_mail(
            f"{message}.{number}",
            to="patient" if to_patient else "desk",
            about=asked,
            template=f"appointments/emails/{message}",
            context=emails.safe_facts(asked) | ALSO_NEEDED,
        )
        check(as_sent(row), to_patient=to_patient)


def ways_through(now) -> None:
    """Requests with sentinels taken through all that sends mail, for a question as for an appointment."""
    rita, ada = make_user("rita", "Front desk"), make_provider()
    words = {"by": rita, "text": "zxqwort, the desk wrote"}
    for kind in Kind:

        def ask(key: str, kind=kind, **fields) -> AppointmentRequest:
            return submit_request(answers=sentinel_answers(kind=kind, **fields), submission_key=f"{kind} {key}")

        booked, declined, tried, withdrawn, mended, checked = [ask(str(number)) for number in range(6)]
        at = now + timedelta(hours=list(Kind).index(kind))
        move(appointment_request=booked, to=Status.BOOKED, appointment_at=at, appointment_with=ada, **words)
        move(appointment_request=declined, to=Status.DECLINED, **words)
        for days in (2, 1, 0):
            at = now - timedelta(days=days)
            log_attempt(appointment_request=tried, outcome="no_answer", now=at, **words)
        move(appointment_request=tried, to=Status.UNREACHABLE, **words)
        move(appointment_request=withdrawn, to=Status.CANCELLED)
        claim(appointment_request=mended, by=rita)
        ask("4", note="zxqwort again")
        change_contact(appointment_request=checked, answers={"phone": "+19195550178", "best_time": "morning"})
        submit_request(answers=sentinel_answers(kind=kind), submission_key=f"{kind} odd", suspicions=["honeypot"])
        submit_request(answers=sentinel_answers(kind=kind), submission_key=f"{kind} late", now=now - timedelta(days=14))
    ways_of_visits(now, rita, ada)
    for hours in range(8 * 24):  # whatever day this is, the clinic opens on one of these
        for job in (jobs.remind_of_overdue, jobs.remind_of_quarantine, jobs.send_digest):
            job(now + timedelta(hours=hours))
    jobs.tell_patients_of_delay(now)


def ways_of_visits(now, rita, ada) -> None:
    """Times offered, picked, declined and run out; visits agreed, moved, cancelled by either side and reminded of."""
    start = now + timedelta(days=8)

    def ask(number: int, *, booked: bool = False) -> AppointmentRequest:
        asked = submit_request(answers=sentinel_answers(), submission_key=f"visit {number}")
        at = start + timedelta(hours=number)
        if booked:
            return move(appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=at, appointment_with=ada)
        visits.offer(appointment_request=asked, slots=[slot(asked, ada, at)], by=rita, text="zxqwort, offered", now=now)
        return asked

    picked, declined, _unanswered = ask(1), ask(2), ask(3)
    visits.take(offered_time=picked.offered_times.get())
    visits.decline_offers(appointment_request=declined, days=[1], text="zxqwort, after school")
    ours, theirs, moved, _kept = (ask(number, booked=True) for number in range(4, 8))
    visits.cancel_for_clinic(
        appointment_request=ours, reason=Appointment.CancelReason.OTHER, by=rita, text="zxqwort, ill"
    )
    visits.ask_for_another_time(appointment_request=theirs)
    visits.cancel_for_patient(appointment_request=theirs, wants_another=True)
    later = start + timedelta(hours=20)
    move(appointment_request=moved, to=Status.BOOKED, by=rita, appointment_at=later, appointment_with=ada)
    visit_jobs.remind_of_visits(start)
    visit_jobs.let_offers_run_out(start)


def test_no_way_through_the_product_mails_a_word_of_the_patients():
    make_clinic(manager_email="desk@example.com")
    ways_through(timezone.now())
    rows = list(OutgoingEmail.objects.all())
    assert {row.template.rpartition("/")[2] for row in rows} == set(MESSAGES)
    for row in rows:
        assert not [sentinel for sentinel in SENTINELS if sentinel in str(row.context).lower()]
        check(as_sent(row), to_patient=row.audience == "patient")


def test_the_headers_tell_machines_what_this_is():
    asked = make_request()
    first, receipt = OutgoingEmail.objects.order_by("pk")
    message = as_sent(first)
    assert message["Message-ID"] == f"<new.{asked.reference}@testserver>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<desk-new-request.appointments.testserver>"
    assert message["Reply-To"] == "desk@example.com"
    assert message["From"] == "Test Clinic <appointments@testserver>"
    assert message["In-Reply-To"] is None
    assert as_sent(receipt)["Message-ID"] == f"<received.{asked.reference}@testserver>"


def test_without_a_desk_address_there_is_no_reply_to():
    make_request()
    make_clinic(desk_email="")
    assert as_sent(OutgoingEmail.objects.get(audience="patient"))["Reply-To"] is None


def test_later_mail_joins_the_thread_of_the_first():
    asked = make_request()
    move(appointment_request=asked, to=Status.CANCELLED)
    for name, thread in [("withdrawn", "received"), ("desk-withdrawn", "new")]:
        message = as_sent(OutgoingEmail.objects.get(message_id__startswith=f"{name}.{asked.reference}"))
        assert message["In-Reply-To"] == message["References"] == f"<{thread}.{asked.reference}@testserver>"


def test_the_same_row_makes_the_same_message_id_at_every_try():
    row = make_mail()
    assert as_sent(row)["Message-ID"] == as_sent(row)["Message-ID"] == "<m@testserver>"


def test_the_desk_reads_the_promise_and_how_to_reach_the_patient_in_clinic_time():
    asked = make_request(patient_type="returning", best_time="morning", contact_method="phone", phone="+19195550123")
    message = as_sent(OutgoingEmail.objects.get(audience="desk"))
    expected = f"[Appointments] New request {asked.reference}, reply due {in_short(asked.reply_due_at)}"
    assert message["Subject"] == expected
    text = message.get_body(("plain",)).get_content()
    assert "A returning patient. Reach them by phone, best in the morning." in text
    assert "1 request waits for a first reply." in text
    assert f"http://testserver/admin/appointments/appointmentrequest/{asked.pk}/change/" in text


def test_the_patients_link_opens_the_status_page_of_this_request(client):
    asked = make_request()
    text = as_sent(OutgoingEmail.objects.get(audience="patient")).get_body(("plain",)).get_content()
    (link,) = [line for line in text.splitlines() if line.startswith("http://testserver/appointments/status/")]
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    assert asked.reference in page.content.decode()


def test_a_clinic_of_any_name_can_write():
    make_clinic(name='Praxis "Süd", Müller & Söhne <GmbH>')
    make_request()
    message = as_sent(OutgoingEmail.objects.get(audience="patient"))
    assert message["From"].addresses[0].display_name == 'Praxis "Süd", Müller & Söhne <GmbH>'
    assert message["Subject"].strip() == 'Praxis "Süd", Müller & Söhne <GmbH> has your request'
    assert "Müller &amp; Söhne" in message.get_body(("html",)).get_content()
