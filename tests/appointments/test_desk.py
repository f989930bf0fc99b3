"""The front desk's pages: the steps, stale pages, claims, finding a patient, entering a call."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from appointments.models import AppointmentRequest, RequestEvent, RequestView
from appointments.services.asking import submit_request
from appointments.services.trail import record
from appointments.services.triage import claim, log_attempt, move
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from tests.appointments.at_the_desk import next_open_morning, page_of, take
from tests.factories import answers, form_post, make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
QUEUE = "/admin/appointments/appointmentrequest/"


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def rita():
    return make_user("rita", "Front desk")


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def test_the_page_has_everything_for_the_call_and_is_recorded_as_seen(desk, rita):
    asked = make_request(phone="+19195550142", note="Step-free please", voicemail_ok=False, contact_method="phone")
    page = desk.get(page_of(asked)).content.decode()
    for words in ["Pat Doe", "(919) 555-0142", "no voicemail", "Step-free please", "I am on it", "No answer"]:
        assert words in page
    assert [(view.by, view.appointment_request) for view in RequestView.objects.all()] == [(rita, asked)]


def test_one_tap_logs_a_try_and_keeps_the_promise(desk, rita):
    asked = make_request()
    response = take(desk, asked, "attempt", outcome="voicemail", text="Will try after two")
    assert response.status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.first_contact_at is not None) == (Status.CONTACTING, True)
    tried = asked.events.get(kind="attempt")
    assert (tried.by, tried.outcome, tried.text) == (rita, "voicemail", "Will try after two")


def test_call_back_at_is_kept_and_shown(desk):
    asked = make_request()
    at = next_open_morning()
    take(desk, asked, "attempt", outcome="spoke", call_back_at=at.strftime("%Y-%m-%dT%H:%M"))
    asked.refresh_from_db()
    assert asked.next_action_at == at
    assert "Call back" in desk.get(page_of(asked)).content.decode()


def test_booking_writes_the_time_and_tells_the_patient(desk):
    asked, lane = make_request(), make_provider()
    at = next_open_morning()
    response = take(desk, asked, "book", appointment_at=at.strftime("%Y-%m-%dT%H:%M"), appointment_with=lane.pk)
    assert response.status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.appointment_at, asked.appointment_with) == (Status.BOOKED, at, lane)
    assert OutgoingEmail.objects.filter(template="appointments/emails/booked").count() == 1


def test_booking_warns_of_closed_hours_and_of_a_provider_already_taken(desk, rita):
    lane, at = make_provider(), next_open_morning()
    move(appointment_request=make_request(), to=Status.BOOKED, by=rita, appointment_at=at, appointment_with=lane)
    asked = make_request()
    lane.time_away.create(starts_on=at.date(), ends_on=at.date())
    typed = at.strftime("%Y-%m-%dT%H:%M")
    response = take(desk, asked, "book", appointment_at=typed, appointment_with=lane.pk, text="Agreed by phone")
    page = response.content.decode()
    assert response.status_code == 422
    assert "is away that day" in page and "Agreed by phone" in page
    night = at.replace(hour=22).strftime("%Y-%m-%dT%H:%M")
    assert "closed at that time" in take(desk, asked, "book", appointment_at=night).content.decode()
    sure = {"appointment_with": lane.pk, "despite_warning": "on"}
    taken = take(desk, asked, "book", appointment_at=typed, text="Agreed by phone", **sure)
    assert taken.status_code == 409 and "another appointment then" in taken.content.decode()
    assert "Agreed by phone" in taken.content.decode()
    later = (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert take(desk, asked, "book", appointment_at=later, **sure).status_code == 302  # away, and booked all the same


@pytest.mark.parametrize("typed", ["", "soon", "2020-01-01T10:00"])
def test_a_time_that_cannot_be_is_explained(desk, typed):
    asked = make_request()
    response = take(desk, asked, "book", appointment_at=typed)
    assert response.status_code == 422
    assert "Please mend this first" in response.content.decode()
    asked.refresh_from_db()
    assert asked.status == Status.NEW


def test_decline_tells_why_on_the_trail_and_to_the_patient_in_our_words(desk):
    asked = make_request()
    assert take(desk, asked, "decline", reason="rude").status_code == 422
    take(desk, asked, "decline", reason="insurance", text="Zxqwort gave two other clinics")
    asked.refresh_from_db()
    assert asked.status == Status.DECLINED
    last = asked.events.last()
    assert (last.outcome, last.text) == ("insurance", "Zxqwort gave two other clinics")
    assert "Insurance" in desk.get(page_of(asked)).content.decode()
    row = OutgoingEmail.objects.get(template="appointments/emails/declined")
    assert row.context["reason"] == "insurance"
    message = build(row)
    for body in (message.body, message.alternatives[0].content):
        assert "We do not work with your insurance plan." in " ".join(body.split())
        assert "Zxqwort" not in body


@pytest.mark.parametrize("reason", RequestEvent.DeclineReason.values)
def test_every_reason_has_a_sentence(reason):
    assert render_to_string("appointments/emails/why_declined.inc", {"reason": reason}).strip().endswith(".")


def test_a_reason_nobody_could_choose_is_not_mailed(rita):
    move(appointment_request=make_request(), to=Status.DECLINED, by=rita, outcome="Zxqwort")
    assert "reason" not in OutgoingEmail.objects.get(template="appointments/emails/declined").context


def test_reopening_needs_a_reason(desk, rita):
    asked = move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    assert take(desk, asked, "reopen").status_code == 422
    take(desk, asked, "reopen", text="She found a time")
    asked.refresh_from_db()
    assert asked.status == Status.NEW


def test_a_released_request_keeps_its_promise(desk):
    asked = submit_request(answers=answers(), submission_key="k", suspicions=["too_fast"])
    page = desk.get(page_of(asked)).content.decode()
    assert "filled in within three seconds" in page
    take(desk, asked, "release")
    released = AppointmentRequest.objects.get()
    assert (released.status, released.reply_due_at) == (Status.NEW, asked.reply_due_at)


def test_a_note_is_never_stale(desk):
    asked = make_request()
    record(asked, "attempt", by=make_user("sam", "Front desk"), outcome="no_answer")
    assert take(desk, asked, "note", seen=0, text="Her sister called").status_code == 302
    assert asked.events.last().text == "Her sister called"


def test_a_claim_by_a_colleague_is_said_and_can_be_taken_over(desk, rita):
    asked = make_request()
    sam = make_user("sam", "Front desk")
    claim(appointment_request=asked, by=sam)
    response = take(desk, asked, "claim", text="I had started")
    assert response.status_code == 409
    page = response.content.decode()
    assert "sam is already on it" in page and "I had started</textarea>" in page
    take(desk, asked, "take-over")
    asked.refresh_from_db()
    assert asked.claimed_by == rita


def test_unreachable_before_three_tries_is_refused_with_the_reason(desk):
    asked = make_request()
    take(desk, asked, "attempt", outcome="no_answer")
    response = take(desk, asked, "unreachable")
    assert response.status_code == 409
    assert (
        response.content.decode().count("1 of 3 tries, the next on another day.") == 2
    )  # refused, and why not offered


@pytest.mark.parametrize("step", ["fly", "__class__"])
def test_an_unknown_step_does_nothing(desk, step):
    assert desk.post(page_of(make_request()), {"step": step}).status_code == 400


def test_a_call_joins_the_queue_with_the_same_clock(desk, rita):
    url = reverse("admin:appointments_phone_in")
    assert desk.post(url, form_post()).status_code == 422
    response = desk.post(url, form_post(entered_via="voicemail"))
    stored = AppointmentRequest.objects.get()
    assert response.url == page_of(stored)
    assert (stored.entered_via, stored.status, stored.events.get().by) == ("voicemail", Status.NEW, rita)
    assert stored.reply_due_at > stored.created_at
    assert OutgoingEmail.objects.filter(audience="desk").count() == 1


def test_a_call_can_end_in_a_booking_while_the_caller_waits(desk, rita):
    response = desk.post(reverse("admin:appointments_phone_in"), form_post(entered_via="phone", book="1"))
    stored = AppointmentRequest.objects.get()
    assert response.url == f"{page_of(stored)}#id_book-appointment_at"
    assert 'id="id_book-appointment_at"' in desk.get(page_of(stored)).content.decode()
    assert stored.claimed_by == rita  # nobody else calls them meanwhile


def test_a_call_is_asked_about_in_the_desks_words(desk):
    sent = form_post(entered_via="phone", patient_relation="", contact_method="")
    page = desk.post(reverse("admin:appointments_phone_in"), sent).content.decode()
    assert "Choose who is calling" in page and "Choose how we should get back to them" in page
    child = desk.post(reverse("admin:appointments_phone_in"), sent | {"patient_relation": "child"}).content.decode()
    assert "Enter the caller&#x27;s name" in child
    assert not [words for words in ("reach you", "your name", "Your ") if words in page + child]


def test_the_queue_starts_on_live_work_earliest_promise_first(desk, rita):
    late = make_request()
    late.reply_due_at = late.created_at
    late.save()
    answered = log_attempt(appointment_request=make_request(), by=rita, outcome="no_answer")
    AppointmentRequest.objects.filter(pk=answered.pk).update(created_at=late.created_at, reply_due_at=late.created_at)
    fresh = make_request()
    move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    response = desk.get(QUEUE)
    assert list(response.context["cl"].result_list) == [late, fresh, answered]
    assert "Overdue" in response.content.decode()


@pytest.mark.parametrize(
    ("show", "count"), [("overdue", 1), ("unclaimed", 1), ("mine", 1), ("to-check", 1), ("all", 4), ("mail-failed", 1)]
)
def test_the_queue_shows_what_is_asked_for(desk, rita, show, count):
    late = make_request()
    AppointmentRequest.objects.filter(pk=late.pk).update(reply_due_at=late.created_at)
    claim(appointment_request=make_request(), by=rita)
    submit_request(answers=answers(), submission_key="k", suspicions=["honeypot"])
    move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    OutgoingEmail.objects.filter(reference=late.reference, audience="patient").update(failed_at=timezone.now())
    assert len(desk.get(QUEUE, {"show": show}).context["cl"].result_list) == count


def test_one_status_shows_all_that_have_it(desk, rita):
    make_request()
    declined = move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    assert list(desk.get(QUEUE, {"status__exact": "declined"}).context["cl"].result_list) == [declined]


def test_the_queue_asks_the_database_the_same_number_of_times_however_long(desk, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(count: int) -> int:
        while AppointmentRequest.objects.count() < count:
            make_request(provider=make_provider(slug=f"p{AppointmentRequest.objects.count()}"))
        desk.get(QUEUE)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.get(QUEUE)
        return len(seen)

    assert queries(10) == queries(60)


def test_news_counts_what_came_since(desk):
    first = make_request()
    make_request()
    response = desk.get(reverse("admin:appointments_news", args=[first.pk]), headers={"X-Background": "1"})
    assert response.json() == {"count": 1, "waiting": "2"}


@pytest.mark.parametrize("role", ["Provider", None])
def test_nobody_else_sees_requests(client, role):
    asked = make_request()
    client.force_login(make_user("pia", role))
    for url in [page_of(asked), reverse("admin:appointments_find"), reverse("admin:appointments_phone_in"), QUEUE]:
        assert client.get(url).status_code == 403
    assert client.post(page_of(asked), {"step": "spam"}).status_code == 403
    asked.refresh_from_db()
    assert asked.status == Status.NEW
