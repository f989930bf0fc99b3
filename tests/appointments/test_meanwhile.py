"""Every step, from every status, when a colleague has just done every step: no record is false, no word lost."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from appointments.desk.steps import STEPS
from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.trail import record
from appointments.services.triage import claim
from tests.appointments.at_the_desk import next_open_morning, take
from tests.factories import make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
TYPED = "Zxqwort on the phone"


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


def request_in(status: str, sam) -> AppointmentRequest:
    """A question, so that it can be answered; tried often enough to be given up; claimed by nobody."""
    asked = make_request(kind="question", message="How much?", visit_type="")
    for days in (3, 2, 1):
        record(asked, RequestEvent.Kind.ATTEMPT, by=sam, at=timezone.now() - timedelta(days=days), outcome="no_answer")
    booked = next_open_morning(14) if status == Status.BOOKED else None
    AppointmentRequest.objects.filter(pk=asked.pk).update(status=status, appointment_at=booked)
    asked.refresh_from_db()
    return asked


def filled_in(step: str, kept: AppointmentRequest, *, days: int) -> dict:
    at = next_open_morning(days).strftime("%Y-%m-%dT%H:%M")
    return {
        "attempt": {"outcome": "no_answer", "call_back_at": at},
        "book": {"appointment_at": at},
        "decline": {"reason": "full"},
        "duplicate": {"of": kept.reference},
    }.get(step, {})


def colleague_does(sam, asked, step: str, kept: AppointmentRequest) -> None:
    form = STEPS[step].form({f"{step}-{k}": v for k, v in filled_in(step, kept, days=28).items()}, prefix=step)
    assert form.is_valid(), form.errors
    STEPS[step].run(asked, sam, **form.cleaned_data, text="Done by Sam")
    asked.refresh_from_db()


def facts(asked) -> tuple:
    asked = AppointmentRequest.objects.get(pk=asked.pk)
    return asked.status, asked.appointment_at, asked.next_action_at, asked.claimed_by, asked.events.count()


@pytest.mark.parametrize("status", Status)
def test_every_step_after_a_colleague_has_just_done_every_step(client, status):
    rita, sam = make_user("rita", "Front desk"), make_user("sam", "Front desk")
    client.force_login(rita)
    kept = make_request()
    asked = request_in(status, sam)
    theirs = [name for name, step in STEPS.items() if step.is_open(asked, sam)]
    assert theirs
    for their_step in theirs:
        for my_step in STEPS:
            with transaction.atomic():
                pair = f"{my_step} after {their_step}"
                check_pair(client, asked, sam, kept, their_step, my_step, pair)
                transaction.set_rollback(True)
            asked.refresh_from_db()


def check_pair(client, asked, sam, kept, their_step: str, my_step: str, pair: str) -> None:
    seen = asked.events.order_by("pk").last().pk
    if their_step == "give-back":
        claim(appointment_request=asked, by=sam)
    colleague_does(sam, asked, their_step, kept)
    before = facts(asked)
    mine = filled_in(my_step, kept, days=21)

    user = client.session["_auth_user_id"]
    is_open = STEPS[my_step].is_open(asked, user)
    has_moved = asked.events.filter(kind="moved", pk__gt=seen).exists()
    is_claimed = my_step == "claim" and their_step in ("claim", "take-over")

    response = take(client, asked, my_step, seen=seen, text=TYPED, **mine)

    if (has_moved and not STEPS[my_step].is_never_stale) or not is_open or is_claimed:
        page = response.content.decode()
        assert (response.status_code, facts(asked)) == (409, before), pair
        assert f"{TYPED}</textarea>" in page, pair
        assert all(f'value="{value}"' in page for value in typed_times(mine, page)), pair
        assert ("Do it all the same" in page) is (is_open and not is_claimed), pair
        if is_open and not is_claimed:
            shown = re.search(r'name="note-seen" value="(\d+)"', page)[1]
            response = take(client, asked, my_step, seen=shown, text=TYPED, **mine)
            assert response.status_code == 302, pair
    if response.status_code == 302:
        done = asked.events.filter(pk__gt=seen, by_id=user)
        assert TYPED in "".join(done.values_list("text", flat=True)), pair
        assert AppointmentRequest.objects.get(pk=asked.pk).status == expected(my_step, before[0]), pair


def typed_times(mine: dict, page: str) -> list[str]:
    """What I typed, where the page still has the field for it: a closed request has none."""
    return [value for name, value in mine.items() if name.endswith("_at") and f'-{name}"' in page]


def expected(step: str, status: str) -> str:
    if step == "attempt" and status == Status.NEW:
        return Status.CONTACTING
    return STEPS[step].target or status
