"""What a patient typed stays in the request's own tables: not in mail, logs, addresses, cookies or error reports."""

import logging
import re
import runpy
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DataError
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from appointments import forms, jobs
from appointments.links import status_token
from appointments.models import AppointmentRequest
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import deliver_due
from tests.appointments.at_the_desk import page_of, take
from tests.factories import form_post, make_request, make_user

pytestmark = pytest.mark.django_db
FORM, QUESTION, STATUS = "/appointments/request/", "/contact/", "/appointments/status/"
PHONE_IN, FIND = (f"/admin/appointments/appointmentrequest/{page}/" for page in ("call", "find"))
SENTINEL = re.compile("zxqwort|555.?0177", re.IGNORECASE)
NUMBER = "919 555 0177"
TYPED = {
    "patient_relation": "child",
    "patient_name": "Zxqwort Child",
    "requester_name": "Zxqwort Parent",
    "phone": NUMBER,
    "email": "zxqwort@example.org",
    "note": "zxqwort interpreter",
}
ASKED = {"patient_name": "Zxqwort", "message": "zxqwort?", "email": "zxqwort@example.org", "contact_method": "email"}


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def logged():
    """Every line of every logger at DEBUG, as the product's own formatter writes it."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    loggers = [logging.getLogger(), logging.getLogger("django")]
    ear, levels = Ear(), [logger.level for logger in loggers]
    ear.setFormatter(loggers[1].handlers[0].formatter)
    for logger in loggers:
        logger.addHandler(ear)
        logger.setLevel(logging.DEBUG)
    yield lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(ear)
        logger.setLevel(level)


@pytest.fixture
def reports(settings):
    """Error reports by mail, as an owner may set them up, with the page that shows variables."""
    settings.ADMINS = [("Owner", "owner@example.com")]
    reporter, logger = AdminEmailHandler(include_html=True), logging.getLogger("django.request")
    reporter.setLevel(logging.ERROR)
    logger.addHandler(reporter)
    yield mail.outbox
    logger.removeHandler(reporter)


@pytest.fixture
def desk(client):
    client.force_login(make_user("rita", "Front desk"))
    return client


def mark_of(client, url: str) -> dict:
    return {"stamp": re.search(r'name="stamp" value="([^"]+)"', client.get(url).content.decode())[1]}


def trail(response) -> str:
    """Where an answer leads and what it sets: addresses, headers, cookies."""
    hops = [url for url, _status in getattr(response, "redirect_chain", [])]
    return "\n".join([*hops, str(response.headers), response.cookies.output()])


def rows_outside_the_request() -> str:
    """Mail rows, the admin's log, sessions: everything stored that is not the request's own."""
    mails, entries = OutgoingEmail.objects.values_list(), LogEntry.objects.values_list()
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return "\n".join(map(repr, [*mails, *entries, *sessions]))


def messages_sent() -> str:
    """Every mail as it left, less the line that says to whom."""
    OutgoingEmail.objects.update(due_at=timezone.now())
    deliver_due()
    written = []
    for message in mail.outbox:
        headers = {name: value for name, value in message.message().items() if name != "To"}
        written += [str(headers), message.subject, message.body, *(part.content for part in message.alternatives)]
    return "\n".join(written)


def test_the_checks_see_a_sentinel(logged):
    logging.getLogger("somewhere").debug("Zxqwort")
    logging.getLogger("django.request").debug("919-555-0177")
    OutgoingEmail.objects.create(message_id="zxqwort", template="t", audience="desk")
    for seen in [*logged, rows_outside_the_request()]:
        assert SENTINEL.search(seen)


def test_a_request_from_the_form_to_its_end_leaves_no_trace_elsewhere(client, clock, logged):
    answers = []

    def post(url, sent, **extra):
        answers.append(client.post(url, sent, follow=True, **extra))

    mark = mark_of(client, FORM)
    clock.shift(60)
    odd = {"visit_type": "zxqwort", "provider": "zxqwort", "preferred_days": ["zxqwort"], "phone": "zxqwort 0177"}
    post(FORM, form_post(**TYPED | odd, zxqwort="zxqwort"))
    post(FORM, form_post(**TYPED, **mark))
    post(FORM, form_post(**TYPED | {"note": "zxqwort again"}, **mark))
    post(STATUS, {"contact_method": "phone", "phone": "zxqwort"})
    post(STATUS, {"contact_method": "phone", "phone": "919 555 0177 ext 1"})
    clock.shift(timedelta(days=9))
    jobs.tell_patients_of_delay()
    jobs.remind_of_overdue()
    answers.append(client.get(f"{STATUS}{status_token(AppointmentRequest.objects.get().reference, 1)}/", follow=True))
    post(STATUS, {"withdraw": "zxqwort"})
    post(QUESTION, ASKED | {"email": "zxqwort"})
    post(QUESTION, ASKED | {"website": "zxqwort", "stamp": "zxqwort"})
    stored = AppointmentRequest.objects.order_by("pk")
    assert [(row.patient_name, row.status) for row in stored] == [
        ("Zxqwort Child", "cancelled"),
        ("Zxqwort", "quarantined"),
    ]
    assert not [answer for answer in map(trail, answers) if SENTINEL.search(answer)]
    assert not SENTINEL.search(messages_sent())
    assert OutgoingEmail.objects.filter(sent_at=None).count() == 0
    assert not SENTINEL.search(rows_outside_the_request())
    assert not SENTINEL.search("\n".join(logged))


def test_what_the_desk_types_of_a_patient_leaves_no_trace_elsewhere(desk, clock, logged):
    answers = [desk.post(PHONE_IN, form_post(**TYPED, entered_via="phone", **mark_of(desk, PHONE_IN)), follow=True)]
    stored = AppointmentRequest.objects.get()
    assert stored.note == "zxqwort interpreter"
    answers += [desk.post(FIND, {"q": words}) for words in ("Zxqwort", "0177", "zxqwort@example.org")]
    answers += [
        take(desk, stored, "note", text="zxqwort note"),
        take(desk, stored, "attempt", outcome="spoke", text="zxqwort said"),
        take(desk, stored, "book", appointment_at="zxqwort", text="zxqwort"),
        take(desk, stored, "note", text="zxqwort" * 200),
        take(desk, stored, "decline", reason="elsewhere", text="zxqwort why"),
        desk.get("/admin/appointments/appointmentrequest/?show=all&q="),
    ]
    assert "zxqwort why" in desk.get(page_of(stored)).content.decode()
    assert not [answer for answer in map(trail, answers) if SENTINEL.search(answer)]
    assert not SENTINEL.search(messages_sent())
    assert not SENTINEL.search(rows_outside_the_request())
    assert not SENTINEL.search("\n".join(logged))


# --- Errors


def broken(error: type[Exception] = ValueError):
    """Stands in for a function and fails with whatever it was given, as a careless message would."""

    def fail(*args, **kwargs):
        given = [getattr(each, "data", each) for each in (*args, *kwargs.values())]
        remembered = f"{given} {TYPED}"  # a variable of the frame, too
        try:
            raise LookupError(remembered)
        except LookupError as first:
            raise error(f"cannot take {remembered}\nDETAIL: Failing row contains {remembered}") from first

    return fail


def post_form(client):
    return client.post(FORM, form_post(**TYPED), HTTP_X_ODD="1")


def post_question(client):
    return client.post(QUESTION, ASKED)


def change_contact(client):
    asked = make_request(email="zxqwort@example.org")
    token = status_token(asked.reference, 1)
    client.get(f"{STATUS}{token}/")
    return client.post(STATUS, {"contact_method": "phone", "phone": NUMBER})


def as_desk(step):
    def act(client):
        client.force_login(make_user("rita", "Front desk"))
        return step(client)

    return act


def take_a_note(client):
    return take(client, make_request(patient_name="Zxqwort"), "note", text="zxqwort")


BREAKS = {
    "before the form": ("appointments.views.sanitize_post", UnicodeError, post_form),
    "a field's clean": ("appointments.forms.OneLine.to_python", ValueError, post_form),
    "the form's clean": ("appointments.forms.AppointmentRequestForm.clean", KeyError, post_form),
    "the guards": ("appointments.guards.suspicions", ValueError, post_form),
    "the service": ("clinic.practice.models.ClinicProfile.reply_due", ArithmeticError, post_form),
    "the database": ("appointments.models.AppointmentRequest.save", DataError, post_form),
    "the trail": ("appointments.services.asking.record", RuntimeError, post_form),
    "queueing the mail": ("appointments.emails.contact_changed", ValueError, change_contact),
    "the session": ("django.contrib.sessions.backends.db.SessionStore.save", ValueError, post_form),
    "a template": ("crispy_forms.helper.FormHelper.render_layout", ValueError, post_question),
    "the question form": ("appointments.forms.QuestionForm.answers", ValueError, post_question),
    "changing the contact": ("appointments.views.change_contact", ValueError, change_contact),
    "a desk step": ("appointments.services.triage.add_note", ValueError, as_desk(take_a_note)),
    "finding": ("appointments.desk.views.find", ValueError, as_desk(lambda desk: desk.post(FIND, {"q": "zxqwort"}))),
    "a phone-in": (
        "appointments.desk.views.submit_request",
        ValueError,
        as_desk(lambda desk: desk.post(PHONE_IN, form_post(**TYPED, entered_via="phone"))),
    ),
}


@pytest.mark.parametrize("place", BREAKS)
def test_an_error_is_told_without_what_was_typed(client, monkeypatch, logged, reports, place):
    target, error, act = BREAKS[place]
    if place == "a template":
        monkeypatch.setitem(ASKED, "message", "")  # so that the form is shown again
    monkeypatch.setattr(target, broken(error))
    client.raise_request_exception = False
    response = act(client)
    assert response.status_code == 500
    told, (report,) = "\n".join(logged), reports
    assert "Traceback" in told and error.__name__ in told and "in fail" in told  # still good for finding the fault
    assert error.__name__ in report.body and "in fail" in report.body
    page_of_report = report.alternatives[0].content
    for text in (told, report.subject, report.body, page_of_report, trail(response)):
        assert not SENTINEL.search(text)


def test_a_real_refusal_of_the_database_names_the_rule_and_not_the_row(client, monkeypatch, logged, reports):
    """PostgreSQL says which values it refused; that stays out."""
    careless = forms.AppointmentRequestForm.answers
    monkeypatch.setattr(forms.AppointmentRequestForm, "answers", lambda form: careless(form) | {"visit_type": ""})
    client.raise_request_exception = False
    assert post_form(client).status_code == 500
    told = "\n".join([*logged, reports[0].body])
    assert "IntegrityError" in told and "requests_ask_something" in told
    assert not SENTINEL.search(told)


def test_an_error_while_a_mail_is_made_is_told_without_the_address(monkeypatch, logged):
    make_request(email="zxqwort@example.org", patient_name="Zxqwort")
    monkeypatch.setattr("clinic.mail.queue.EmailMultiAlternatives", broken())
    deliver_due()
    assert not SENTINEL.search("\n".join(logged) + rows_outside_the_request())
    assert "was not sent" in "\n".join(logged)


def test_a_developer_still_sees_everything(settings, logged):
    settings.DEBUG = True
    try:
        raise ValueError("the whole story")
    except ValueError:
        logging.getLogger().exception("Oh")
    assert "the whole story" in logged[-1]


# --- The key in a status link


def test_no_log_line_holds_a_status_link(client, logged, monkeypatch):
    token = status_token(make_request().reference, 1)
    client.get(f"{STATUS}{token[:-3]}xyz/")
    client.post(f"{STATUS}{token}/")
    client.get(f"{STATUS}{token}/more/")
    monkeypatch.setattr("appointments.links.find_open", broken())
    client.raise_request_exception = False
    client.get(f"{STATUS}{token}/")
    told = "\n".join(logged)
    assert told.count("/appointments/status/.../") >= 4
    assert token[:12] not in told


def test_the_web_servers_lines_hold_no_status_link(monkeypatch):
    server = runpy.run_path(str(site.BASE_DIR / "gunicorn.conf.py"))
    told: list[str] = []
    monkeypatch.setattr("gunicorn.glogging.Logger.exception", lambda self, msg, *args, **kw: told.append(msg % args))
    logger = server["QuietLogger"].__new__(server["QuietLogger"])
    logger.exception("Error handling request %s", f"{STATUS}{status_token('R-2222-2222', 1)}/?patient=zxqwort")
    assert told == ["Error handling request /appointments/status/.../"]
