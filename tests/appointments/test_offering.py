"""The desk's pages for times: a provider's day, the very mail, offers and answers by phone, and cancelling for us."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services import visits
from appointments.services.free_times import provider_day
from appointments.services.scheduling import Slot
from appointments.services.triage import move
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from clinic.practice.models import Closure
from tests.appointments.at_the_desk import next_open_morning, page_of
from tests.factories import make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status


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


@pytest.fixture
def lane():
    return make_provider("Dr. Ada Lane")


@pytest.fixture
def asked(lane):
    return make_request(provider=lane, visit_type="follow_up")


def offer_url(asked) -> str:
    return reverse("admin:appointments_offer", args=[asked.pk])


def chosen(lane, *starts) -> list[str]:
    return [f"{lane.pk}@{start.isoformat()}" for start in starts]


def posted(lane, do, *starts, **fields) -> dict:
    day = timezone.localdate(starts[0] if starts else next_open_morning())
    return {"provider": lane.pk, "day": day, "minutes": 30, "do": do, "slot": chosen(lane, *starts)} | fields


def words(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


# --- The day


def test_a_day_shows_what_is_free_agreed_and_held(lane, rita):
    at = next_open_morning()
    taken = make_request()
    move(appointment_request=taken, to=Status.BOOKED, by=rita, appointment_at=at, appointment_with=lane, minutes=30)
    held = Slot(lane, at + timedelta(minutes=30), at + timedelta(hours=1))
    visits.offer(appointment_request=make_request(), slots=[held], by=rita)
    day = provider_day(lane, at.date(), minutes=60, now=timezone.now())
    shown = [(timezone.localtime(s.starts_at).strftime("%H:%M"), s.state) for s in day.stretches]
    assert shown == [
        ("09:00", "free"), ("10:00", "agreed"), ("10:30", "held"), ("11:00", "free"),
        ("13:00", "free"), ("13:30", "free"), ("14:00", "free"), ("14:30", "free"),
        ("15:00", "free"), ("15:30", "free"), ("16:00", "free"),
    ]  # fmt: skip


def test_a_closed_day_and_an_absence_leave_nothing_to_choose(desk, lane, asked):
    at = next_open_morning()
    lane.time_away.create(starts_on=at.date(), ends_on=at.date())
    assert "is away that day" in words(desk.post(offer_url(asked), posted(lane, "show", at) | {"slot": []}))
    Closure.objects.create(reason="Feast", starts_on=at.date(), ends_on=at.date())
    page = words(desk.post(offer_url(asked), posted(lane, "show", at) | {"slot": []}))
    assert "closed that day" in page and 'type="checkbox"' not in page


def test_the_page_opens_on_the_wished_provider_and_the_next_open_day(desk, lane, asked):
    page = words(desk.get(offer_url(asked)))
    assert f'<option value="{lane.pk}" selected>' in page
    assert f'name="minutes" value="{30}"' in page
    assert asked.views.count() == 1  # who looked at a patient is written down


def test_times_of_several_days_are_chosen_together(desk, lane, asked):
    first, second = next_open_morning(), next_open_morning(9)
    page = words(desk.post(offer_url(asked), posted(lane, "show", first, second, day=second.date())))
    assert page.count(" checked") == 2 and "Chosen on other days" in page


# --- The mail, and then it leaves


def test_the_desk_reads_the_very_mail_before_it_leaves(desk, lane, asked):
    starts = [next_open_morning() + timedelta(hours=number) for number in range(2)]
    page = words(desk.post(offer_url(asked), posted(lane, "preview", *starts)))
    asked.refresh_from_db()
    assert asked.status == Status.NEW and not asked.offered_times.exists()
    assert "/appointments/status/" not in page  # the patient's key is nobody else's
    response = desk.post(offer_url(asked), posted(lane, "send", *starts, text="Said mornings"))
    assert response.url == page_of(asked)
    asked.refresh_from_db()
    assert (asked.status, asked.offered_times.count()) == (Status.OFFERED, 2)
    mail = build(OutgoingEmail.objects.get(template="appointments/emails/offered"))
    assert mail.subject in page
    for line in mail.body.splitlines():
        assert "/appointments/status/" in line or " ".join(line.split()) in page


def test_without_an_address_the_words_are_there_to_be_read(desk, lane):
    asked = make_request(contact_method="phone", phone="+19195550142", email="", provider=lane)
    page = words(desk.post(offer_url(asked), posted(lane, "preview", next_open_morning())))
    assert "they answer by phone" in page and "data-copy" in page
    desk.post(offer_url(asked), posted(lane, "send", next_open_morning()))
    assert asked.offered_times.count() == 1
    assert not OutgoingEmail.objects.filter(audience="patient", reference=asked.reference).exists()


@pytest.mark.parametrize(
    ("do", "count", "says"),
    [
        ("preview", 0, "Choose at least one time"),
        ("send", 6, "Choose at most 5 times"),
        ("book", 2, "Choose the one time"),
    ],
)
def test_what_cannot_be_offered_is_said_and_nothing_is_done(desk, lane, asked, do, count, says):
    starts = [next_open_morning() + timedelta(minutes=30 * number) for number in range(count)]
    response = desk.post(offer_url(asked), posted(lane, do, *starts))
    assert response.status_code == 422 and says in words(response)
    assert not asked.offered_times.exists()


def test_a_time_taken_meanwhile_is_said_and_the_note_kept(desk, lane, asked, rita):
    at = next_open_morning()
    other = {"appointment_at": at, "appointment_with": lane, "minutes": 30}
    move(appointment_request=make_request(), to=Status.BOOKED, by=rita, **other)
    for do in ("send", "book"):
        response = desk.post(offer_url(asked), posted(lane, do, at, text="She said ten"))
        assert response.status_code == 409
        assert "Nothing was sent" in words(response) and "She said ten" in words(response)


@pytest.mark.parametrize(
    "slot", ["", "x", "1@", "@2026-12-01T10:00", "99999@2026-12-01T10:00:00+00:00", "1@9999-99-99"]
)
def test_a_slot_that_is_none_is_left_out(desk, lane, asked, slot):
    response = desk.post(offer_url(asked), posted(lane, "send") | {"slot": [slot]})
    assert response.status_code == 422


def test_a_time_agreed_in_the_call_is_booked_after_its_mail_was_seen(desk, lane, asked):
    at = next_open_morning()
    page = words(desk.post(offer_url(asked), posted(lane, "preview-booking", at)))
    assert "Your appointment is agreed." in page
    desk.post(offer_url(asked), posted(lane, "book", at))
    asked.refresh_from_db()
    assert (asked.status, asked.appointment.starts_at, asked.appointment.minutes) == (Status.BOOKED, at, 30)
    later = at + timedelta(hours=1)
    assert "is moved" in words(desk.post(offer_url(asked), posted(lane, "preview-booking", later)))
    desk.post(offer_url(asked), posted(lane, "book", later))
    assert (asked.appointment.starts_at, asked.appointment.sequence) == (later, 1)


def test_an_answer_by_phone_books_an_offered_time(desk, lane, asked, rita):
    at = next_open_morning()
    (held,) = visits.offer(appointment_request=asked, slots=[Slot(lane, at, at + timedelta(minutes=30))], by=rita)
    assert "Book this one" in words(desk.get(page_of(asked)))
    url = reverse("admin:appointments_book_offered", args=[asked.pk])
    desk.post(url, {"offered_time": held.pk})
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED
    assert "taken" in words(desk.get(page_of(asked)))
    assert "not held any more" in words(desk.post(url, {"offered_time": held.pk}, follow=True))


def test_we_cancel_with_a_reason_and_its_own_mail(desk, lane, asked, rita):
    at = next_open_morning()
    move(appointment_request=asked, to=Status.BOOKED, by=rita, appointment_at=at, appointment_with=lane)
    url = reverse("admin:appointments_cancel_visit", args=[asked.pk])
    assert desk.post(url, {"do": "preview", "reason": ""}).status_code == 422
    page = words(desk.post(url, {"do": "preview", "reason": "provider_away", "text": "Ill"}))
    assert "we have to cancel your appointment" in page and "Dr. Ada Lane, DC cannot be there" in page
    asked.refresh_from_db()
    assert asked.status == Status.BOOKED
    desk.post(url, {"do": "cancel", "reason": "provider_away", "text": "Ill"})
    asked.refresh_from_db()
    assert asked.status == Status.CONTACTING and asked.next_action_at <= timezone.now()
    assert "as you asked" not in build(OutgoingEmail.objects.get(template="appointments/emails/cancelled_by_us")).body
    assert desk.get(url).status_code == 302  # nothing left to cancel


@pytest.mark.parametrize("page", ["offer", "book_offered", "cancel_visit"])
def test_only_the_desk_and_managers_plan(client, asked, page):
    url = reverse(f"admin:appointments_{page}", args=[asked.pk])
    assert client.post(url).status_code == 302
    client.force_login(make_user("pat", "Provider"))
    assert client.post(url).status_code == 403
