"""One visit at the desk: move, cancel, came or not; and the tile that counts those nobody has said it of."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, AppointmentRequest
from clinic.mail.models import OutgoingEmail
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_provider, make_user, make_visits

pytestmark = pytest.mark.django_db
State, Status = Appointment.State, AppointmentRequest.Status
PAST = reverse("admin:appointments_past_visits")


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


@pytest.fixture
def desk(client):
    client.force_login(make_user("rita", "Front desk"))
    return client


@pytest.fixture
def lane():
    return make_provider("Dr. Ada Lane")


@pytest.fixture
def over(lane):
    """A visit of yesterday."""
    return make_visits([lane], [timezone.now() - timedelta(days=1)])[0]


def url_of(visit) -> str:
    return reverse("admin:appointments_visit", args=[visit.pk])


def test_a_visit_ahead_can_be_moved_or_cancelled_but_has_no_outcome(desk, lane):
    (visit,) = make_visits([lane], [next_open_morning()])
    page = desk.get(url_of(visit)).content.decode()
    assert ">Move<" in page and "We cancel" in page and 'value="came"' not in page
    asked = visit.appointment_request
    assert asked.views.count() == 1  # who looked at a patient is written down
    sent = {"provider": lane.pk, "day": f"{visit.starts_at:%Y-%m-%d}", "minutes": 30}
    moving = desk.post(reverse("admin:appointments_offer", args=[asked.pk]), sent)
    assert moving.status_code == 200 and "Show this day" in moving.content.decode()
    cancelling = desk.post(reverse("admin:appointments_cancel_visit", args=[asked.pk]), sent)
    assert cancelling.status_code == 200 and "See the mail" in cancelling.content.decode()
    assert desk.post(url_of(visit), {"outcome": "came"}, follow=True).content.decode().count("Nothing was noted") == 1
    visit.refresh_from_db()
    assert visit.state == State.AGREED


def test_came_is_noted_and_leads_back_to_the_day(desk, over):
    response = desk.post(url_of(over), {"outcome": "came"})
    day = timezone.localdate(over.starts_at)
    assert response.url == f"{reverse('admin:appointments_day')}?on={day}#visit-{over.pk}"
    over.refresh_from_db()
    assert over.state == State.CAME
    page = desk.get(url_of(over)).content.decode()
    assert "Was that wrong?" in page and 'value="did_not_come"' in page and 'value="came"' not in page


def test_a_wrong_tap_is_put_right(desk, over):
    desk.post(url_of(over), {"outcome": "did_not_come"})
    desk.post(url_of(over), {"outcome": "came"})
    over.refresh_from_db()
    assert over.state == State.CAME
    assert over.appointment_request.events.filter(kind="outcome").count() == 2


def test_who_did_not_come_can_be_put_into_the_queue_without_a_mail(desk, over):
    assert "call about another time" in desk.post(url_of(over), {"outcome": "call"}, follow=True).content.decode()
    over.refresh_from_db()
    asked = over.appointment_request
    asked.refresh_from_db()
    assert (over.state, asked.status) == (State.DID_NOT_COME, Status.CONTACTING)
    assert asked.is_call_back_due(timezone.now())
    assert not OutgoingEmail.objects.filter(reference=asked.reference, audience="patient").exists()


def test_an_unknown_outcome_changes_nothing(desk, over):
    assert desk.post(url_of(over), {"outcome": "left"}).status_code == 302
    over.refresh_from_db()
    assert over.state == State.AGREED


def test_the_tile_counts_visits_without_an_outcome_and_leads_to_them(desk, over, lane):
    make_visits([lane], [timezone.now() + timedelta(days=1)])
    page = desk.get(reverse("admin:index")).content.decode()
    assert f'href="{PAST}"><strong>1</strong> did they come?' in page
    listed = desk.get(PAST)
    assert [visit.pk for visit in listed.context["page"]] == [over.pk]
    assert desk.post(url_of(over), {"outcome": "came", "back": "past"}).url == PAST
    assert "it is known whether the patient came" in desk.get(PAST).content.decode()
    assert PAST not in desk.get(reverse("admin:index")).content.decode()


def test_the_list_hides_names_and_has_pages(desk, lane):
    make_visits([lane], [timezone.now() - timedelta(hours=number) for number in range(2, 30)])
    desk.post(reverse("admin:appointments_names"))
    first = desk.get(PAST).content.decode()
    assert "Pat Number" not in first and "?page=2" in first
    assert len(desk.get(PAST, {"page": 2}).context["page"].object_list) == 3


def test_only_the_desk_says_what_became_of_a_visit(client, over):
    assert client.get(url_of(over)).status_code == 302
    client.force_login(make_user("pat", "Provider"))
    assert client.get(url_of(over)).status_code == 404 and client.get(PAST).status_code == 403
