"""What a patient does about a visit on the status page: pick, decline, cancel, ask for another time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, AppointmentRequest
from appointments.services import visits
from appointments.services.scheduling import Slot
from appointments.services.triage import move
from clinic.mail.models import OutgoingEmail
from tests.appointments.as_patient import open_link
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
PAGE = "/appointments/status/"
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


@pytest.fixture
def offered(client, rita, lane):
    """A request with three times at hand, its page open in the browser."""
    asked = make_request()
    starts = [next_open_morning() + number * HALF_HOUR for number in range(3)]
    slots = [Slot(lane, start, start + HALF_HOUR) for start in starts]
    visits.offer(appointment_request=asked, slots=slots, by=rita)
    open_link(client, asked)
    return asked


@pytest.fixture
def booked(client, rita, lane):
    asked = move(
        appointment_request=make_request(),
        to=Status.BOOKED,
        by=rita,
        appointment_at=next_open_morning().replace(hour=14),
        appointment_with=lane,
        minutes=30,
    )
    open_link(client, asked)
    return asked


def told(client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_the_page_offers_each_time_with_day_zone_whom_how_long_and_where(client, offered):
    page = told(client)
    at = timezone.localtime(offered.offered_times.first().starts_at)
    assert f"{at:%A}, {at:%B} {at.day}, 10 am {at.tzname()}: Dr. Ada Lane, DC, 30 minutes" in page
    assert page.count('name="offered_time"') == 3
    assert "checked" not in page


def test_one_post_takes_a_time(client, offered):
    second = offered.offered_times.all()[1]
    response = client.post(PAGE, {"offered_time": second.pk}, follow=True)
    offered.refresh_from_db()
    assert response.redirect_chain == [(PAGE, 302)]
    assert (offered.status, offered.appointment.starts_at) == (Status.BOOKED, second.starts_at)
    page = told(client)
    assert "Your appointment" in page and "Add to calendar" in page and "Pick a time" not in page


def test_a_time_that_is_gone_is_answered_with_the_others(client, offered):
    first = offered.offered_times.first()
    first.state = "given_back"
    first.save()
    response = client.post(PAGE, {"offered_time": first.pk})
    page = response.content.decode()
    assert response.status_code == 409
    assert "This time is gone. Here are the others." in page
    assert page.count('name="offered_time"') == 2
    offered.refresh_from_db()
    assert offered.status == Status.OFFERED


def test_pressing_twice_is_answered_kindly(client, offered):
    sent = {"offered_time": offered.offered_times.first().pk}
    assert client.post(PAGE, sent).status_code == 302
    again = client.post(PAGE, sent)
    assert again.status_code == 409
    assert "yours already" in again.content.decode()
    assert Appointment.objects.count() == 1


def test_when_all_times_are_gone_the_page_says_what_happens_next(client, offered, time_machine):
    first = offered.offered_times.first()
    time_machine.move_to(first.held_until)
    open_link(client, offered)  # the session of yesterday is over
    page = client.post(PAGE, {"offered_time": first.pk})
    assert page.status_code == 409
    assert "so are the others" in page.content.decode()


@pytest.mark.parametrize("sent", [{"pick": "yes"}, {"offered_time": "x"}, {"offered_time": "999999"}])
def test_without_a_choice_the_page_says_so(client, offered, sent):
    response = client.post(PAGE, sent)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    offered.refresh_from_db()
    assert offered.status == Status.OFFERED


def test_somebody_elses_time_cannot_be_taken(client, offered, rita):
    other = make_request()
    at = next_open_morning(9)
    (time,) = visits.offer(appointment_request=other, slots=[Slot(make_provider(), at, at + HALF_HOUR)], by=rita)
    assert client.post(PAGE, {"offered_time": time.pk}).status_code == 422
    other.refresh_from_db()
    assert other.status == Status.OFFERED


def test_none_suits_asks_for_a_call(client, offered):
    sent = {"none_suits": "yes", "preferred_days": ["1", "3"], "preferred_time": "morning", "text": "After school"}
    assert client.post(PAGE, sent).status_code == 302
    offered.refresh_from_db()
    assert (offered.status, offered.preferred_days) == (Status.CONTACTING, [1, 3])
    assert "Thank you for telling us" in told(client)
    assert OutgoingEmail.objects.filter(template="appointments/emails/desk_none_suits").count() == 1


def test_a_note_that_is_too_long_is_kept_to_be_shortened(client, offered):
    response = client.post(PAGE, {"none_suits": "yes", "text": "x" * 201})
    assert response.status_code == 422
    assert "Shorten this to 200 characters; it has 201" in response.content.decode()
    assert "x" * 201 in response.content.decode()


def test_cancelling_asks_once_and_whether_another_time_is_wanted(client, booked):
    at = timezone.localtime(booked.appointment_at)
    assert f"Cancel my appointment on {at:%a, %b} {at.day}" in told(client)
    confirm = client.get(reverse("appointments:status-cancel"))
    assert confirm.status_code == 200 and confirm["Cache-Control"] == "no-store"
    booked.refresh_from_db()
    assert booked.status == Status.BOOKED
    assert client.post(reverse("appointments:status-cancel"), {"another": "yes"}).status_code == 302
    booked.refresh_from_db()
    assert booked.status == Status.CONTACTING and booked.next_action_at
    assert "is cancelled. We will get in touch to find another time." in told(client)


def test_cancelling_for_good_closes_the_request(client, booked):
    client.post(reverse("appointments:status-cancel"), {"cancel": "yes"})
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED
    client.post(reverse("appointments:status-cancel"), {"cancel": "yes"})  # pressed twice
    assert booked.appointments.get().state == Appointment.State.CANCELLED_BY_PATIENT


def test_asking_for_another_time_keeps_this_one(client, booked):
    client.post(PAGE, {"another_time": "yes"})
    booked.refresh_from_db()
    page = told(client)
    assert booked.status == Status.BOOKED and booked.appointment
    assert "You asked for another time" in page and "this one stays yours" in page
    assert "Ask for another time" not in page


def test_a_visit_that_is_over_is_shown_and_not_changed(client, booked, time_machine):
    time_machine.move_to(booked.appointment.ends_at)
    open_link(client, booked)
    page = told(client)
    assert "This appointment is over" in page
    assert "Cancel my appointment" not in page and "Ask for another time" not in page
    assert client.post(PAGE, {"another_time": "yes"}).status_code == 409
    assert client.get(reverse("appointments:status-cancel")).status_code == 302


def test_one_post_stops_reminders(client, booked):
    assert "Do not remind me" in told(client)
    client.post(PAGE, {"no_reminder": "yes"})
    booked.refresh_from_db()
    assert booked.wants_no_reminder is True
    assert "Do not remind me" not in told(client)


def test_withdrawing_asks_once_and_offers_to_ask_again_with_everything_filled_in(client):
    asked = make_request(phone="+19195550142", note="Bring the dog", preferred_time="morning")
    open_link(client, asked)
    confirm = client.get(reverse("appointments:status-withdraw"))
    assert "Withdraw your request?" in confirm.content.decode()
    asked.refresh_from_db()
    assert asked.status == Status.NEW
    client.post(PAGE, {"withdraw": "yes"})
    assert "Ask again" in told(client)
    form = client.get("/appointments/request/?again=yes").content.decode()
    assert "Pat Doe" in form and "pat@example.org" in form and "555-0142" in form and "Bring the dog" in form


def test_nobody_elses_answers_are_filled_in(client):
    make_request()
    assert "Pat Doe" not in client.get("/appointments/request/?again=yes").content.decode()
    open_link(client, make_request())  # one that is still open is not asked again
    assert "Pat Doe" not in client.get("/appointments/request/?again=yes").content.decode()


@pytest.mark.parametrize("page", ["status-cancel", "status-withdraw", "calendar"])
def test_without_a_link_there_is_no_page(client, page):
    assert client.get(reverse(f"appointments:{page}")).status_code == 404


def test_looking_changes_nothing(client, offered, booked):
    for asked in (offered, booked):
        open_link(client, asked)
        for page in (
            PAGE,
            *map(reverse, ("appointments:status-cancel", "appointments:status-withdraw", "appointments:calendar")),
        ):
            for look in (client.get, client.head):
                look(f"{page}?offered_time={offered.offered_times.first().pk}&cancel=yes&withdraw=yes")
        asked.refresh_from_db()
    assert (offered.status, booked.status) == (Status.OFFERED, Status.BOOKED)
