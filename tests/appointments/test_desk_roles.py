"""Who may take which step, from where: every status x step x role, told by the one table of moves."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.admin import AppointmentRequestAdmin, RequestViewAdmin
from appointments.desk.request_page import SAYS_ITS_STEP
from appointments.desk.steps import STEPS
from appointments.models import AppointmentRequest, RequestEvent, RequestView
from appointments.moves import targets_from
from appointments.services.trail import record
from clinic.staff.roles import ROLES
from tests.appointments.at_the_desk import next_open_morning, page_of, take
from tests.factories import make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status

LIVE = {Status.NEW, Status.CONTACTING, Status.OFFERED}
CLOSED = {status for status in Status if targets_from(status) == {Status.NEW}}
EVERYWHERE = set(Status)
# Where each step may be taken. The ones that move are MOVES, read backwards; written out, so that a change of the
# table that nobody meant fails here.
MAY = {
    "claim": LIVE,
    "take-over": LIVE,
    "give-back": EVERYWHERE,
    "attempt": LIVE,
    "book": LIVE | {Status.BOOKED},
    "answer": {Status.NEW, Status.CONTACTING},
    "decline": LIVE,
    "unreachable": {Status.CONTACTING},
    "duplicate": LIVE,
    "cancel": LIVE | {Status.BOOKED, Status.QUARANTINED},
    "release": {Status.QUARANTINED},
    "spam": LIVE | {Status.QUARANTINED},
    "reopen": CLOSED,
    "note": EVERYWHERE,
}
MAY_WORK = {"Front desk", "Manager"}
# What these steps need besides a press of the button
FILLED_IN = {
    "attempt": {"outcome": "no_answer"},
    "decline": {"reason": "full"},
    "reopen": {"text": "She called again"},
    "note": {"text": "Her sister called"},
}


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


def request_in(status: str) -> AppointmentRequest:
    """A question, so that it can be answered; tried often enough to be given up."""
    asked = make_request(kind="question", message="How much?", visit_type="")
    tries = [timezone.now() - timedelta(days=days) for days in (3, 2, 1)]
    for at in tries:
        record(asked, RequestEvent.Kind.ATTEMPT, by=None, at=at, outcome="no_answer")
    appointment_at = next_open_morning(14) if status == Status.BOOKED else None
    AppointmentRequest.objects.filter(pk=asked.pk).update(status=status, appointment_at=appointment_at)
    asked.refresh_from_db()
    return asked


def press(client, asked: AppointmentRequest, step: str):
    filled = FILLED_IN.get(step, {})
    if step == "book":
        filled = {"appointment_at": next_open_morning().strftime("%Y-%m-%dT%H:%M")}
    if step == "duplicate":
        filled = {"of": make_request().reference}
    return take(client, asked, step, **filled)


def test_every_step_and_role_stands_here():
    assert set(MAY) == set(STEPS)
    assert set(ROLES) > MAY_WORK


@pytest.mark.parametrize("step", [name for name, step in STEPS.items() if step.target])
def test_a_step_that_moves_is_open_where_the_table_of_moves_says(step):
    target = STEPS[step].target
    sources = {status for status in Status if target in targets_from(status)}
    if target == Status.NEW:
        sources &= MAY["release"] if step == "release" else MAY["reopen"]
    assert MAY[step] == sources


@pytest.mark.parametrize("role", [*ROLES, None])
@pytest.mark.parametrize("status", Status)
def test_every_step_from_every_status_for_every_role(client, role, status):
    user = make_user("worker", role)
    client.force_login(user)
    for step in STEPS:
        asked = request_in(status)
        before = (asked.status, asked.events.count())
        response = press(client, asked, step)
        asked.refresh_from_db()
        after = (asked.status, asked.events.count())
        if role not in MAY_WORK:
            assert (response.status_code, after) == (403, before), step
        elif status not in MAY[step]:
            assert (response.status_code, after[0]) == (409, before[0]), step
        else:
            assert response.status_code == 302, step
            target = STEPS[step].target
            assert after[0] == (target or (Status.CONTACTING if (step, status) == ("attempt", "new") else status)), step
            newest = asked.events.order_by("pk").last()
            assert newest.by == (None if step == "give-back" else user), step  # nothing was theirs to give back


@pytest.mark.parametrize("status", Status)
def test_the_page_offers_only_what_can_be_done(client, status):
    client.force_login(make_user("rita", "Front desk"))
    shown = client.get(page_of(request_in(status))).context["forms"]
    assert {name.replace("_", "-") for name in shown} == {step for step in STEPS if status in MAY[step]}


BUTTON = re.compile(r'<button[^>]* name="(?:step" value=")?(?P<name>[a-z-]+)"')
CLAIMING = {"claim", "take-over", "give-back"}  # one of the three, by who is on it


@pytest.mark.parametrize("status", Status)
def test_each_step_that_is_open_has_a_button(client, status):
    client.force_login(make_user("rita", "Front desk"))
    asked = request_in(status)
    make_request(phone=asked.phone, patient_name=asked.patient_name)  # what it may be a duplicate of
    page = client.get(page_of(asked))
    buttons = {match["name"] for match in BUTTON.finditer(page.content.decode())}
    steps = {SAYS_ITS_STEP.get(name, name) for name in buttons} & set(STEPS)
    assert steps - CLAIMING == {step for step in STEPS if status in MAY[step]} - CLAIMING
    assert bool(steps & CLAIMING) == (status in LIVE)


def test_who_looked_is_for_the_manager_to_read_and_for_nobody_to_change(client):
    url = reverse("admin:appointments_requestview_changelist")
    asked = make_request()
    client.force_login(make_user("rita", "Front desk"))
    client.get(page_of(asked))
    assert client.get(url).status_code == 403
    mona = make_user("mona", "Manager")
    client.force_login(mona)
    seen = client.get(url)
    assert seen.status_code == 200
    assert "rita" in seen.content.decode() and asked.reference in seen.content.decode()
    view = RequestView.objects.get()
    assert client.post(reverse("admin:appointments_requestview_delete", args=[view.pk])).status_code == 403


def test_no_route_of_the_desk_is_unlisted():
    """Whoever adds one says here, and in the site's table of routes and roles, who may use it."""
    from django.contrib import admin

    desk = AppointmentRequestAdmin(AppointmentRequest, admin.site).get_urls()
    own = RequestViewAdmin(RequestView, admin.site).get_urls()
    listed = {"changelist", "add", "history", "delete", "change"}
    names = [pattern.name for pattern in desk if pattern.name and pattern.name.startswith("appointments_")]
    assert {name.removeprefix("appointments_appointmentrequest_") for name in names} == listed | {
        "appointments_book_offered",
        "appointments_cancel_visit",
        "appointments_day",
        "appointments_day_sheet",
        "appointments_find",
        "appointments_known",
        "appointments_names",
        "appointments_news",
        "appointments_offer",
        "appointments_past_visits",
        "appointments_phone_in",
        "appointments_reminders",
        "appointments_visit",
        "appointments_week",
    }
    assert {p.name.removeprefix("appointments_requestview_") for p in own if p.name} == listed
