"""For one provider no two agreed or held times overlap; a time is offered, taken, given back, moved and freed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from appointments.models import Appointment, AppointmentRequest, OfferedTime
from appointments.moves import MoveRefused
from appointments.services import scheduling, visits
from appointments.services.scheduling import Slot, TimeTaken
from appointments.services.triage import move
from appointments.visit_jobs import let_offers_run_out
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import open_time
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
State = Appointment.State
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def rita():
    return make_user("rita", "Front desk")


@pytest.fixture
def lane():
    return make_provider("Dr. Ada Lane")


def slots(provider, *, count=3, start=None, minutes=30) -> list[Slot]:
    first = start or next_open_morning()
    length = timedelta(minutes=minutes)
    return [Slot(provider, first + n * length, first + (n + 1) * length) for n in range(count)]


def offered(rita, lane, **fields) -> AppointmentRequest:
    asked = make_request(**fields)
    visits.offer(appointment_request=asked, slots=slots(lane), by=rita)
    asked.refresh_from_db()
    return asked


def booked(rita, lane, at=None, **fields) -> AppointmentRequest:
    at = at or next_open_morning()
    return move(
        appointment_request=make_request(**fields),
        to=Status.BOOKED,
        by=rita,
        appointment_at=at,
        appointment_with=lane,
        minutes=30,
    )


def mails(message: str) -> int:
    return OutgoingEmail.objects.filter(template=f"appointments/emails/{message}").count()


# --- Offering


def test_an_offer_holds_its_times_until_the_end_of_the_next_open_day(rita, lane):
    asked = offered(rita, lane)
    held = list(asked.offered_times.held(timezone.now()))
    assert asked.status == Status.OFFERED and asked.first_contact_at is not None
    assert [time.starts_at for time in held] == [slot.starts_at for slot in slots(lane)]
    until = scheduling.end_of_next_open_day(timezone.now(), open_time())
    assert {time.held_until for time in held} == {min(until, held[0].starts_at)}
    assert mails("offered") == 1
    assert not any(scheduling.is_free(slot, now=timezone.now()) for slot in slots(lane))


def test_a_held_time_is_not_offered_or_booked_for_somebody_else(rita, lane):
    offered(rita, lane)
    other = make_request()
    with pytest.raises(TimeTaken):
        visits.offer(appointment_request=other, slots=slots(lane, count=1), by=rita)
    with pytest.raises(TimeTaken):
        booked(rita, lane)
    other.refresh_from_db()
    assert other.status == Status.NEW and not other.offered_times.exists()
    assert booked(rita, make_provider()).status == Status.BOOKED  # another provider is free


def test_times_that_only_touch_do_not_overlap(rita, lane):
    at = next_open_morning()
    booked(rita, lane, at)
    assert booked(rita, lane, at + HALF_HOUR).status == Status.BOOKED
    assert booked(rita, lane, at - HALF_HOUR).status == Status.BOOKED
    with pytest.raises(TimeTaken):
        booked(rita, lane, at + HALF_HOUR / 2)


@pytest.mark.parametrize("count", [0, 6])
def test_an_offer_has_one_to_five_times(rita, lane, count):
    with pytest.raises(ValueError, match="between one and 5"):
        visits.offer(appointment_request=make_request(), slots=slots(lane, count=count), by=rita)


def test_an_offer_that_overlaps_itself_is_refused(rita, lane):
    (one,) = slots(lane, count=1)
    with pytest.raises(TimeTaken):
        visits.offer(appointment_request=make_request(), slots=[one, one], by=rita)


def test_a_new_offer_replaces_the_one_before(rita, lane):
    asked = offered(rita, lane)
    later = slots(lane, start=next_open_morning() + timedelta(hours=3), count=2)
    visits.offer(appointment_request=asked, slots=later, by=rita)
    states = list(asked.offered_times.values_list("state", flat=True))
    assert states == ["given_back"] * 3 + ["open"] * 2


def test_nothing_is_offered_to_a_closed_request(rita, lane):
    asked = make_request()
    move(appointment_request=asked, to=Status.DECLINED, by=rita)
    with pytest.raises(MoveRefused):
        visits.offer(appointment_request=asked, slots=slots(lane), by=rita)


# --- Picking


def test_the_picked_time_is_booked_and_the_others_are_free_again(rita, lane):
    asked = offered(rita, lane)
    first, second, third = asked.offered_times.all()
    taken = visits.take(offered_time=second)
    visit = taken.appointment
    assert (taken.status, taken.appointment_at, taken.appointment_with) == (Status.BOOKED, second.starts_at, lane)
    assert (visit.starts_at, visit.minutes, visit.provider, visit.sequence) == (second.starts_at, 30, lane, 0)
    assert list(asked.offered_times.values_list("state", flat=True)) == ["given_back", "taken", "given_back"]
    assert booked(rita, lane, first.starts_at) and booked(rita, lane, third.starts_at)
    assert (mails("booked"), mails("desk_picked")) == (3, 1)


def test_a_time_is_taken_once(rita, lane):
    first, second, _third = offered(rita, lane).offered_times.all()
    visits.take(offered_time=first)
    for time in (first, second):
        with pytest.raises(TimeTaken):
            visits.take(offered_time=time)
    assert Appointment.objects.count() == 1


def test_a_hold_that_ran_out_is_free_for_others_and_cannot_be_taken(rita, lane, time_machine):
    asked = offered(rita, lane)
    time_machine.move_to(asked.offered_times.first().held_until)
    assert booked(rita, lane).status == Status.BOOKED
    with pytest.raises(TimeTaken):
        visits.take(offered_time=asked.offered_times.first())


def test_an_offer_that_runs_out_puts_the_request_before_the_desk_once(rita, lane, time_machine):
    asked = offered(rita, lane)
    let_offers_run_out()
    asked.refresh_from_db()
    assert asked.status == Status.OFFERED
    time_machine.move_to(asked.offered_times.first().held_until, tick=False)
    for _worker in range(2):
        let_offers_run_out()
    asked.refresh_from_db()
    assert (asked.status, asked.next_action_at) == (Status.CONTACTING, timezone.now())
    assert set(asked.offered_times.values_list("state", flat=True)) == {"given_back"}
    assert (mails("desk_ran_out"), mails("offer_ran_out")) == (1, 1)


def test_none_suits_gives_the_times_back_and_makes_a_call_due_now(rita, lane, clock):
    asked = offered(rita, lane)
    told = visits.decline_offers(appointment_request=asked, days=[1, 3], time_of_day="morning", text="After school")
    told.refresh_from_db()
    assert (told.status, told.next_action_at) == (Status.CONTACTING, timezone.now())
    assert (told.preferred_days, told.preferred_time) == ([1, 3], "morning")
    assert told.events.get(kind="none_suits").text == "After school"
    assert scheduling.is_free(slots(lane)[0], now=timezone.now())
    assert mails("desk_none_suits") == 1


# --- Booked: moved, cancelled, over


def test_a_moved_visit_keeps_its_uid_and_the_trail_has_both_times(rita, lane):
    asked = booked(rita, lane)
    before = asked.appointment
    later = next_open_morning(9)
    moved = move(
        appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=later, appointment_with=lane, text="Called"
    )
    visit = moved.appointment
    assert (visit.uid, visit.sequence, visit.starts_at, visit.minutes) == (before.uid, 1, later, 30)
    times, _arrow, _note = moved.events.last().text.partition("\n")
    assert times.count("Dr. Ada Lane") == 2 and " → " in times
    assert (mails("booked"), mails("moved")) == (1, 1)


def test_moving_without_a_change_does_nothing(rita, lane):
    asked = booked(rita, lane)
    events, sent = asked.events.count(), OutgoingEmail.objects.count()
    again = {"appointment_at": asked.appointment_at, "appointment_with": lane}
    move(appointment_request=asked, to=Status.BOOKED, by=rita, **again)
    assert (asked.events.count(), OutgoingEmail.objects.count()) == (events, sent)
    assert asked.appointment.sequence == 0


def test_a_visit_moves_over_its_own_time(rita, lane):
    asked = booked(rita, lane)
    shifted = asked.appointment_at + timedelta(minutes=15)
    moved = move(appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=shifted, appointment_with=lane)
    assert moved.appointment.starts_at == shifted


def test_another_time_may_be_offered_while_the_agreed_one_stands(rita, lane):
    asked = booked(rita, lane)
    visits.ask_for_another_time(appointment_request=asked)
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED and asked.next_action_at > timezone.now()
    held = visits.offer(appointment_request=asked, slots=slots(lane, start=next_open_morning(9)), by=rita)
    asked.refresh_from_db()
    assert (asked.status, asked.next_action_at) == (Status.BOOKED, max(time.held_until for time in held))
    moved = visits.take(offered_time=held[1])
    assert (moved.appointment.sequence, moved.appointment.starts_at) == (1, held[1].starts_at)
    assert moved.next_action_at is None
    assert mails("moved") == 1


@pytest.mark.parametrize(("wants_another", "status"), [(True, Status.CONTACTING), (False, Status.CANCELLED)])
def test_a_patient_cancels(rita, lane, wants_another, status):
    asked = booked(rita, lane)
    told = visits.cancel_for_patient(appointment_request=asked, wants_another=wants_another)
    visit = told.appointments.get()
    assert (told.status, visit.state, visit.sequence) == (status, State.CANCELLED_BY_PATIENT, 1)
    assert (told.next_action_at is not None) == wants_another
    assert (mails("cancelled_by_you"), mails("withdrawn"), mails("desk_cancelled")) == (1, 0, 1)
    assert scheduling.is_free(slots(lane)[0], now=timezone.now())


def test_the_clinic_cancels_and_owes_a_call(rita, lane, clock):
    asked = booked(rita, lane)
    told = visits.cancel_for_clinic(appointment_request=asked, reason="provider_away", by=rita)
    assert (told.status, told.next_action_at) == (Status.CONTACTING, timezone.now())
    assert told.appointments.get().state == State.CANCELLED_BY_CLINIC
    mail = OutgoingEmail.objects.get(template="appointments/emails/cancelled_by_us")
    assert mail.context["reason"] == "provider_away"
    assert mails("desk_cancelled") == 0


def test_a_visit_that_has_begun_is_not_cancelled(rita, lane, time_machine):
    asked = booked(rita, lane)
    time_machine.move_to(asked.appointment_at)
    for cancel in (
        lambda: visits.cancel_for_patient(appointment_request=asked, wants_another=False),
        lambda: visits.cancel_for_clinic(appointment_request=asked, reason="other", by=rita),
        lambda: visits.ask_for_another_time(appointment_request=asked),
    ):
        with pytest.raises(MoveRefused):
            cancel()


def test_who_did_not_come_can_be_called(rita, lane, time_machine):
    asked = booked(rita, lane)
    visit = asked.appointment
    with pytest.raises(MoveRefused):
        visits.set_outcome(appointment=visit, state=State.CAME, by=rita)
    time_machine.move_to(visit.ends_at)
    visits.set_outcome(appointment=visit, state=State.DID_NOT_COME, by=rita, follow_up=True)
    asked.refresh_from_db()
    assert (asked.status, asked.next_action_at is not None) == (Status.CONTACTING, True)
    assert (mails("cancelled_by_you"), mails("cancelled_by_us")) == (0, 0)
    assert visits.set_outcome(appointment=visit, state=State.CAME, by=rita).state == State.CAME  # a wrong tap, mended


def test_a_booking_of_the_release_before_has_no_row_and_is_moved_and_withdrawn_all_the_same(rita, lane):
    asked = make_request()
    AppointmentRequest.objects.filter(pk=asked.pk).update(status="booked", appointment_at=next_open_morning())
    at = next_open_morning(9)
    moved = move(appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=at, appointment_with=lane)
    assert moved.appointment.starts_at == at
    Appointment.objects.all().delete()
    assert move(appointment_request=asked, to=Status.CANCELLED).status == Status.CANCELLED


# --- The database's own word


def test_a_request_has_one_live_appointment(rita, lane):
    visit = booked(rita, lane).appointment
    visit.pk, visit.provider = None, None
    with pytest.raises(IntegrityError, match=r"one_live|UNIQUE"), transaction.atomic():
        visit.save(force_insert=True)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has the lock alone")
def test_postgresql_refuses_overlaps_by_itself(rita, lane):
    visit = booked(rita, lane).appointment
    visit.pk, visit.appointment_request = None, make_request()
    with pytest.raises(IntegrityError, match="appointments_no_overlap"), transaction.atomic():
        visit.save(force_insert=True)
    visit.provider = None  # nobody is not everybody
    visit.save(force_insert=True)
    held = visits.offer(appointment_request=make_request(), slots=slots(lane, start=next_open_morning(9)), by=rita)
    copy = OfferedTime.objects.get(pk=held[0].pk)
    copy.pk = None
    with pytest.raises(IntegrityError, match="offers_no_overlap"), transaction.atomic():
        copy.save(force_insert=True)
