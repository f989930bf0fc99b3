"""Every status and every move of the one table."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.moves import CLOSED, MoveRefused, targets_from
from appointments.services.trail import record
from appointments.services.triage import AlreadyClaimed, claim, give_back, log_attempt, move
from clinic.mail.models import OutgoingEmail
from tests.factories import make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
PAIRS = [(start, end) for start in Status for end in Status]


@pytest.fixture
def rita():
    make_clinic()
    return make_user("rita", "Front desk")


def request_in(status: str, **fields) -> AppointmentRequest:
    appointment_request = make_request(**fields)
    AppointmentRequest.objects.filter(pk=appointment_request.pk).update(
        status=status, appointment_at=timezone.now() if status == Status.BOOKED else None
    )
    return appointment_request


def test_every_status_stands_in_the_table():
    assert all(targets_from(status) for status in Status)


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_a_move_is_made_or_refused_as_the_table_says(rita, start, end):
    question = {"kind": "question", "message": "How much?", "visit_type": ""}
    appointment_request = request_in(start, **question)
    if end == Status.UNREACHABLE:
        for days_ago in (2, 1, 0):
            record(appointment_request, "attempt", by=rita, at=timezone.now() - timedelta(days=days_ago))
    needed = {"appointment_at": timezone.now(), "duplicate_of": make_request()}
    if end in targets_from(start):
        moved = move(appointment_request=appointment_request, to=end, by=rita, **needed)
        assert moved.status == end
        last = moved.events.last()
        assert (last.from_status, last.to_status, last.by) == (start, end, rita)
    else:
        with pytest.raises(MoveRefused):
            move(appointment_request=appointment_request, to=end, by=rita, **needed)
        appointment_request.refresh_from_db()
        assert appointment_request.status == start


@pytest.mark.parametrize(("days_ago", "enough"), [((2, 1), False), ((0, 0, 0), False), ((1, 0, 0), True)])
def test_unreachable_means_three_tries_on_two_days(rita, days_ago, enough):
    appointment_request = request_in(Status.CONTACTING)
    noon = timezone.localtime().replace(hour=12)
    for days in days_ago:
        record(appointment_request, "attempt", by=rita, at=noon - timedelta(days=days))
    if enough:
        move(appointment_request=appointment_request, to=Status.UNREACHABLE, by=rita)
    else:
        with pytest.raises(MoveRefused):
            move(appointment_request=appointment_request, to=Status.UNREACHABLE, by=rita)


def test_a_claim_has_one_holder_until_taken_over_or_run_out(rita, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    sam = make_user("sam", "Front desk")
    stored = make_request()
    claim(appointment_request=stored, by=rita)
    with pytest.raises(AlreadyClaimed):
        claim(appointment_request=stored, by=sam)
    assert claim(appointment_request=stored, by=sam, take_over=True).claimed_by == sam
    time_machine.shift(15 * 60)
    assert claim(appointment_request=stored, by=rita).claimed_by == rita


def test_only_ones_own_claim_is_given_back(rita):
    sam = make_user("sam", "Front desk")
    stored = claim(appointment_request=make_request(), by=rita)
    assert give_back(appointment_request=stored, by=sam).claimed_by == rita
    assert give_back(appointment_request=stored, by=rita).claimed_by is None


def test_only_questions_are_answered(rita):
    with pytest.raises(MoveRefused):
        move(appointment_request=make_request(), to=Status.ANSWERED, by=rita)


def test_a_stale_copy_cannot_undo_newer_work(rita):
    stale = make_request()
    move(appointment_request=stale, to=Status.DECLINED, by=rita)
    assert stale.status == Status.NEW
    with pytest.raises(MoveRefused):
        move(appointment_request=stale, to=Status.BOOKED, by=rita, appointment_at=timezone.now())


def test_booking_needs_a_time(rita):
    with pytest.raises(ValueError, match="appointment_at"):
        move(appointment_request=make_request(), to=Status.BOOKED, by=rita)


def test_the_first_attempt_keeps_the_promise_and_a_claim_does_not(rita):
    appointment_request = make_request()
    claimed = claim(appointment_request=appointment_request, by=rita)
    assert claimed.first_contact_at is None
    tried = log_attempt(appointment_request=appointment_request, by=rita, outcome="no_answer")
    assert tried.status == Status.CONTACTING
    first = tried.first_contact_at
    assert first is not None
    again = log_attempt(appointment_request=appointment_request, by=rita, outcome="voicemail")
    assert again.first_contact_at == first


def test_closed_requests_only_reopen():
    assert all(targets_from(status) == {Status.NEW} for status in CLOSED)


@pytest.mark.parametrize(
    ("end", "message"),
    [(Status.BOOKED, "booked"), (Status.DECLINED, "declined"), (Status.CANCELLED, "withdrawn")],
)
def test_the_patient_hears_of_what_concerns_them(rita, end, message):
    moved = move(appointment_request=make_request(), to=end, by=rita, appointment_at=timezone.now())
    assert OutgoingEmail.objects.filter(template=f"appointments/emails/{message}", reference=moved.reference).exists()


def test_a_withdrawal_by_the_patient_tells_the_desk():
    make_clinic()
    moved = move(appointment_request=make_request(), to=Status.CANCELLED)
    assert OutgoingEmail.objects.filter(audience="desk", template="appointments/emails/desk_withdrawn").count() == 1
    assert moved.first_contact_at is None
