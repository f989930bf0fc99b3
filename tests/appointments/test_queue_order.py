"""Which request is next: what is due first, be it a promised reply or a call-back, and who leaves the queue."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.moves import CLOSED, MoveRefused
from appointments.services.trail import record
from appointments.services.triage import claim, log_attempt, move, tries_of
from tests.factories import make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
Requests = AppointmentRequest.objects


@pytest.fixture
def rita():
    make_clinic()
    return make_user("rita", "Front desk")


@pytest.fixture
def now():
    return timezone.now()


def due(hours: float, now, **fields) -> AppointmentRequest:
    """A new request whose promise runs out in so many hours."""
    asked = make_request(now=now - timedelta(days=9))
    Requests.filter(pk=asked.pk).update(reply_due_at=now + timedelta(hours=hours), **fields)
    return Requests.get(pk=asked.pk)


def tried(rita, asked, *, call_back_at=None) -> AppointmentRequest:
    return log_attempt(appointment_request=asked, by=rita, outcome="no_answer", call_back_at=call_back_at)


def test_a_call_back_that_is_due_stands_among_the_new(rita, now):
    soon, later = due(2, now), due(5, now)
    unplanned = tried(rita, due(0, now))
    call_back = tried(rita, due(-3, now), call_back_at=now + timedelta(hours=1))
    overdue = due(-1, now)

    assert list(Requests.live().by_due()) == [overdue, call_back, soon, later, unplanned]


def test_only_a_call_back_whose_time_has_come_rings(rita, now):
    past = tried(rita, due(0, now), call_back_at=now - timedelta(minutes=1))
    ahead = tried(rita, due(0, now), call_back_at=now + timedelta(minutes=1))
    fresh = due(3, now)

    assert list(Requests.to_call_back(now)) == [past]
    assert set(Requests.to_do_now(now)) == {past, fresh}
    assert [row.is_call_back_due(now) for row in (past, ahead, fresh)] == [True, False, False]
    assert [row.is_to_do_now(now) for row in (past, ahead, fresh)] == [True, False, True]


@pytest.mark.parametrize("status", Status)
def test_what_has_something_planned_is_live_where_somebody_can_act(now, status):
    asked = due(1, now, status=status, next_action_at=now, appointment_at=now)
    acts = status in (*AppointmentRequest.LIVE, Status.BOOKED)

    assert asked.is_live is acts
    assert Requests.live().filter(pk=asked.pk).exists() is acts
    assert Requests.to_call_back(now).filter(pk=asked.pk).exists() is acts
    assert asked.is_call_back_due(now) is acts


@pytest.mark.parametrize("status", Status)
def test_the_filter_and_the_predicate_agree_on_what_is_live(now, status):
    asked = due(1, now, status=status, appointment_at=now)

    assert Requests.live().filter(pk=asked.pk).exists() is asked.is_live
    assert Requests.to_do_now(now).filter(pk=asked.pk).exists() is asked.is_to_do_now(now)


@pytest.mark.parametrize("to", [Status.BOOKED, Status.DECLINED, Status.SPAM, Status.CANCELLED])
def test_what_leaves_the_queue_has_nothing_planned(rita, now, to):
    planned = tried(rita, make_request(), call_back_at=now + timedelta(hours=1))

    assert move(appointment_request=planned, to=to, by=rita, appointment_at=now).next_action_at is None


@pytest.mark.parametrize("status", CLOSED)
def test_reopening_is_due_at_once(rita, now, status):
    asked = due(-50, now, status=status, first_contact_at=now - timedelta(days=3))

    reopened = move(appointment_request=asked, to=Status.NEW, by=rita, text="She called again", now=now)

    assert list(Requests.to_call_back(now)) == [reopened]
    assert Requests.live().by_due().first() == reopened


def test_tries_are_counted_from_the_last_opening(rita, now):
    asked = make_request()
    for days in (4, 3, 2):
        record(asked, "attempt", by=rita, at=now - timedelta(days=days))
    move(appointment_request=asked, to=Status.DECLINED, by=rita)
    move(appointment_request=asked, to=Status.NEW, by=rita, text="Again")
    tried(rita, asked)

    assert (tries_of(asked).count, tries_of(asked).are_enough) == (1, False)
    assert Requests.with_tries().get(pk=asked.pk).tries == 1
    with pytest.raises(MoveRefused):
        move(appointment_request=asked, to=Status.UNREACHABLE, by=rita)


def test_tries_of_a_request_that_was_never_closed_all_count(rita):
    asked = tried(rita, tried(rita, make_request()))

    assert Requests.with_tries().get(pk=asked.pk).tries == tries_of(asked).count == 2


def test_a_duplicate_keeps_which_request_goes_on(rita):
    kept = make_request()

    closed = move(appointment_request=make_request(), to=Status.DUPLICATE, by=rita, duplicate_of=kept)

    assert closed.duplicate_of == kept
    assert move(appointment_request=closed, to=Status.NEW, by=rita, text="No").duplicate_of is None


def test_no_request_is_a_duplicate_of_itself(rita):
    asked = make_request()

    with pytest.raises(MoveRefused, match="itself"):
        move(appointment_request=asked, to=Status.DUPLICATE, by=rita, duplicate_of=asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        Requests.filter(pk=asked.pk).update(duplicate_of=asked)


@pytest.mark.parametrize("status", CLOSED)
def test_no_request_is_a_duplicate_of_a_closed_one(rita, now, status):
    closed = due(1, now, status=status)

    with pytest.raises(MoveRefused, match="nobody looks after it"):
        move(appointment_request=make_request(), to=Status.DUPLICATE, by=rita, duplicate_of=closed)


def test_a_request_on_which_a_colleague_is_stands_out_of_ones_own_way(rita, now):
    mine, free = claim(appointment_request=make_request(), by=rita), make_request()
    claim(appointment_request=make_request(), by=make_user("sam", "Front desk"))
    run_out = claim(appointment_request=make_request(), by=make_user("tom", "Front desk"), now=now - timedelta(hours=1))

    assert set(Requests.not_claimed_by_others(rita, now)) == {mine, free, run_out}
