"""The request page's one form: no typed word is lost, no key logs a call, and only what matters stands in the way."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from appointments.services.trail import record
from appointments.services.triage import add_note, claim, log_attempt, move
from clinic.mail.models import OutgoingEmail
from tests.appointments.at_the_desk import next_open_morning, page_of, take
from tests.factories import answers, make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
TYPED = "Half an hour of typing"


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def rita():
    return make_user("rita", "Front desk")


@pytest.fixture
def sam():
    return make_user("sam", "Front desk")


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def typed(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def newest(asked) -> int:
    return asked.events.last().pk


# No word is lost


def test_there_is_one_form_and_its_first_button_does_nothing(desk):
    page = desk.get(page_of(make_request())).content.decode()
    form = re.search(r'<form method="post" class="desk".*?</form>', page, re.DOTALL)[0]
    assert form.count("<textarea name") == 1
    assert re.findall(r"<button[^>]*>", form)[0] == '<button name="step" value="" hidden data-nothing>'


@pytest.mark.parametrize("step", ["claim", "take-over", "give-back", "note"])
def test_the_note_goes_with_a_step_that_changes_no_status(desk, rita, step):
    asked = make_request()
    take(desk, asked, step, text=TYPED)
    assert asked.events.get(kind="note").text == TYPED


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("attempt", {"outcome": "spoke"}),
        ("book", {"appointment_at": "2030-06-03T10:00"}),
        ("decline", {"reason": "full"}),
        ("cancel", {}),
        ("spam", {}),
    ],
)
def test_the_note_goes_with_a_step_that_does(desk, step, fields):
    asked = make_request()
    assert take(desk, asked, step, text=TYPED, **fields).status_code == 302
    assert "\n".join(event.text for event in asked.events.all()).count(TYPED) == 1


def test_a_time_that_was_typed_is_still_there_after_another_step(desk):
    asked = make_request()
    at = next_open_morning()
    sent = {"step": "claim", "note-seen": newest(asked), "book-appointment_at": typed(at)}
    desk.post(page_of(asked), sent)
    assert f'value="{typed(at)}"' in desk.get(page_of(asked)).content.decode()
    assert f'value="{typed(at)}"' not in desk.get(page_of(asked)).content.decode()  # once, not for ever


def test_what_was_typed_is_not_shown_with_another_request(desk):
    asked, other = make_request(), make_request()
    at = next_open_morning()
    sent = {"step": "claim", "note-seen": newest(asked), "book-appointment_at": typed(at)}
    desk.post(page_of(asked), sent)
    assert typed(at) not in desk.get(page_of(other)).content.decode()


@pytest.mark.parametrize(("step", "status"), [("", 422), ("fly", 400), ("__class__", 400)])
def test_a_post_without_a_button_does_nothing_and_keeps_what_was_typed(desk, step, status):
    asked = make_request()
    sent = {"step": step, "note-text": TYPED, "note-seen": newest(asked), "attempt-call_back_at": "2030-01-01T10:00"}
    response = desk.post(page_of(asked), sent)
    page = response.content.decode()
    assert response.status_code == status
    assert ("Nothing was saved yet." in page) is (step == "")
    assert f"{TYPED}</textarea>" in page and 'value="2030-01-01T10:00"' in page
    assert asked.events.count() == 1


def test_a_reason_that_is_missing_is_asked_for_at_the_note(desk, rita):
    asked = move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    page = take(desk, asked, "reopen").content.decode()
    assert '<a href="#id_note-text">Say why, in the note</a>' in page


# A call-back


def test_a_call_back_in_the_past_is_refused_kindly(desk):
    asked = make_request()
    response = take(desk, asked, "attempt", outcome="spoke", text=TYPED, call_back_at="2020-01-01T10:00")
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("Enter a time to call back that is still to come") == 2
    assert f"{TYPED}</textarea>" in page
    asked.refresh_from_db()
    assert (asked.status, asked.events.count()) == (Status.NEW, 1)


@pytest.mark.parametrize(("chip", "hours"), [("none", None), ("hour", 1), ("afternoon", 4), ("opening", 23)])
def test_a_call_back_is_one_tap_away(desk, time_machine, chip, hours):
    monday_at_ten = next_open_morning(7) - timedelta(days=next_open_morning(7).weekday())
    time_machine.move_to(monday_at_ten, tick=False)
    desk.force_login(make_user("tom", "Front desk"))
    asked = make_request()
    assert f'value="{chip}"' in desk.get(page_of(asked)).content.decode()
    assert take(desk, asked, "attempt", outcome="no_answer", call_back=chip).status_code == 302
    asked.refresh_from_db()
    assert asked.next_action_at == (monday_at_ten + timedelta(hours=hours) if hours else None)


def test_a_chip_whose_time_has_passed_is_not_offered_and_refused(desk, time_machine):
    evening = next_open_morning().replace(hour=18)
    time_machine.move_to(evening, tick=False)
    desk.force_login(make_user("tom", "Front desk"))
    asked = make_request()
    page = desk.get(page_of(asked)).content.decode()
    assert 'value="opening"' in page and 'value="afternoon"' not in page and 'value="hour"' not in page
    assert "That time has passed" in take(desk, asked, "attempt", outcome="spoke", call_back="hour").content.decode()


def test_a_chip_and_another_time_are_one_too_many(desk):
    asked = make_request()
    at = typed(next_open_morning())
    response = take(desk, asked, "attempt", outcome="spoke", call_back="opening", call_back_at=at)
    assert response.status_code == 422
    assert "not both" in response.content.decode()


def test_a_call_back_that_is_planned_stays_planned_unless_changed(desk, rita):
    at = next_open_morning()
    asked = log_attempt(appointment_request=make_request(), by=rita, outcome="no_answer", call_back_at=at)
    assert 'value="planned"' in desk.get(page_of(asked)).content.decode()
    take(desk, asked, "attempt", outcome="spoke", call_back="planned")
    asked.refresh_from_db()
    assert asked.next_action_at == at


def test_a_call_back_that_is_due_says_so(desk, rita):
    at = timezone.now() - timedelta(minutes=5)
    asked = log_attempt(appointment_request=make_request(), by=rita, outcome="no_answer", call_back_at=at)
    assert "Call back now" in desk.get(page_of(asked)).content.decode()


# What a colleague did meanwhile


@pytest.mark.parametrize("meanwhile", ["note", "claim", "attempt"])
def test_a_colleagues_note_try_or_claim_stands_in_nobodys_way(desk, sam, meanwhile):
    asked = log_attempt(appointment_request=make_request(), by=sam, outcome="no_answer")
    seen = newest(asked)
    if meanwhile == "note":
        add_note(appointment_request=asked, by=sam, text="Her sister called")
    elif meanwhile == "claim":
        claim(appointment_request=asked, by=sam)
    else:
        log_attempt(appointment_request=asked, by=sam, outcome="voicemail")
    at = typed(next_open_morning())
    assert take(desk, asked, "book", seen=seen, appointment_at=at).status_code == 302
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED


def test_a_change_of_status_is_shown_beside_the_kept_answers_and_can_be_gone_past(desk, sam):
    asked, lane, at = make_request(), make_provider(), next_open_morning()
    seen = newest(asked)
    move(appointment_request=asked, to=Status.OFFERED, by=sam)
    agreed = {"appointment_at": typed(at), "appointment_with": lane.pk, "text": TYPED}
    response = take(desk, asked, "book", seen=seen, **agreed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "sam," in page and "Do it all the same: Book" in " ".join(page.split())
    assert f'value="{typed(at)}"' in page and f'value="{lane.pk}" selected' in page and f"{TYPED}</textarea>" in page
    asked.refresh_from_db()
    assert asked.status == Status.OFFERED
    shown = re.search(r'name="note-seen" value="(\d+)"', page)[1]
    assert take(desk, asked, "book", seen=shown, **agreed).status_code == 302


def test_what_the_table_forbids_by_now_is_not_offered_again(desk, sam):
    asked = make_request()
    seen = newest(asked)
    move(appointment_request=asked, to=Status.DECLINED, by=sam)
    page = take(desk, asked, "attempt", seen=seen, outcome="spoke", text=TYPED).content.decode()
    assert "new → declined" in " ".join(page.split())
    assert "Do it all the same" not in page and f"{TYPED}</textarea>" in page


def test_a_moved_appointment_stands_in_the_way_too(desk, sam):
    first, second = next_open_morning(7), next_open_morning(14)
    asked = move(appointment_request=make_request(), to=Status.BOOKED, by=sam, appointment_at=first)
    seen = newest(asked)
    move(appointment_request=asked, to=Status.BOOKED, by=sam, appointment_at=second)
    assert take(desk, asked, "book", seen=seen, appointment_at=typed(next_open_morning(21))).status_code == 409


def test_a_try_that_a_colleague_made_first_is_said_with_its_own_button(desk, sam):
    asked = make_request()
    seen = newest(asked)
    log_attempt(appointment_request=asked, by=sam, outcome="voicemail")
    page = take(desk, asked, "attempt", seen=seen, outcome="spoke").content.decode()
    assert re.search(r'name="attempt-outcome" value="spoke">\s*Do it all the same: Spoke', page)


# Duplicates


def test_the_same_request_again_is_closed_by_one_button(desk):
    kept = make_request(patient_name="Pat Roe", phone="+19195550142")
    again = make_request(patient_name="P. Roe", phone="+19195550142", email="other@example.org")
    button = f'name="duplicate-of" value="{kept.reference}"'
    assert button in desk.get(page_of(again)).content.decode()
    sent = {"duplicate-of": kept.reference, "note-text": TYPED, "note-seen": newest(again)}
    assert desk.post(page_of(again), sent).status_code == 302
    again.refresh_from_db()
    assert (again.status, again.duplicate_of) == (Status.DUPLICATE, kept)
    assert again.events.last().text == f"The same as {kept.reference}\n{TYPED}"
    assert kept.reference in desk.get(page_of(again)).content.decode()


@pytest.mark.parametrize("same", [{"phone": "+19195550142"}, {"email": "PAT@example.org"}, {"patient_name": "pat doe"}])
def test_the_same_person_is_known_by_number_address_or_name(desk, same):
    asked = make_request(phone="+19195550142", email="pat@example.org", patient_name="Pat Doe")
    other = make_request(**({"phone": "", "email": "x@example.org", "patient_name": "Somebody"} | same))
    make_request(phone="", email="y@example.org", patient_name="Nobody")
    assert list(desk.get(page_of(asked)).context["same_person"]) == [other]


def test_no_request_is_closed_as_a_duplicate_of_itself_or_of_a_closed_one(desk, rita):
    asked = make_request()
    closed = move(appointment_request=make_request(), to=Status.DECLINED, by=rita)
    assert f'name="duplicate-of" value="{closed.reference}"' not in desk.get(page_of(asked)).content.decode()
    for other in (asked, closed):
        response = take(desk, asked, "duplicate", of=other.reference, text=TYPED)
        assert response.status_code == 409
        assert "The request that stays must be another one" in response.content.decode()
    assert take(desk, asked, "duplicate", of="R-2222-2222").status_code == 422
    asked.refresh_from_db()
    assert asked.status == Status.NEW


# What the page says


def test_a_reopened_request_rings(desk, rita):
    asked = log_attempt(appointment_request=make_request(), by=rita, outcome="spoke")
    asked = move(appointment_request=asked, to=Status.DECLINED, by=rita)
    take(desk, asked, "reopen", text="She found a time")
    assert "Call back now" in desk.get(page_of(asked)).content.decode()


def test_a_patient_whose_mail_failed_is_called_not_written_to(desk):
    asked = make_request(phone="+19195550142")
    assert "Write to them" in desk.get(page_of(asked)).content.decode()
    OutgoingEmail.objects.filter(reference=asked.reference, audience="patient").update(failed_at=timezone.now())
    page = desk.get(page_of(asked)).content.decode()
    assert "Please call." in page and "Write to them" not in page


def test_one_to_check_shows_by_when_it_was_promised(desk):
    asked = submit_request(answers=answers(), submission_key="k", suspicions=["too_fast"])
    page = desk.get(page_of(asked)).content.decode()
    assert "Reply due" in page and "Kept apart" in page
    AppointmentRequest.objects.filter(pk=asked.pk).update(reply_due_at=asked.created_at)
    assert "Overdue, reply was due" in desk.get(page_of(asked)).content.decode()


def test_could_not_be_reached_is_offered_once_it_is_true(desk, rita):
    asked = make_request()
    for days in (0, 0):
        record(asked, "attempt", by=rita, at=timezone.now() - timedelta(days=days))
    AppointmentRequest.objects.filter(pk=asked.pk).update(status=Status.CONTACTING, first_contact_at=timezone.now())
    page = desk.get(page_of(asked)).content.decode()
    assert "2 of 3 tries, the next on another day." in page and 'value="unreachable"' not in page
    record(asked, "attempt", by=rita, at=timezone.now() - timedelta(days=1))
    assert 'value="unreachable"' in desk.get(page_of(asked)).content.decode()
