"""The Day, the Week and the printed sheet: what stands on them, for whom, and how few queries it takes."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from appointments.desk.day_grid import grid_of
from appointments.models import Appointment, AppointmentRequest, RequestView
from appointments.services import visits
from appointments.services.days import days
from appointments.services.scheduling import Slot
from clinic.practice.models import Closure
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_provider, make_request, make_user, make_visits

pytestmark = pytest.mark.django_db
State = Appointment.State
DAY, WEEK, SHEET = (reverse(f"admin:appointments_{page}") for page in ("day", "week", "day_sheet"))
MOST_QUERIES = 12


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


def read(client, url: str, on) -> str:
    page = client.get(url, {"on": f"{on:%Y-%m-%d}"}).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<h1")[2])).split())


def hold(provider, at, **fields):
    asked = make_request(**fields)
    slot = Slot(provider, at, at + timedelta(minutes=30))
    (held,) = visits.offer(appointment_request=asked, slots=[slot], by=None)
    return held


# --- What stands on a day


def test_a_day_shows_agreed_held_and_closed_in_order(desk, lane):
    at = next_open_morning()
    make_visits([lane], [at])
    hold(lane, at + timedelta(minutes=30), patient_name="Hilda Held")
    page = read(desk, DAY, at)
    for words in [
        "10 am to 10:30 am Pat Number 0 agreed", "10:30 am to 11 am Hilda Held held", "noon to 1 pm closed", "1 visit",
    ]:  # fmt: skip
        assert words in page


def test_absence_and_closure_are_told(desk, lane):
    at = next_open_morning()
    lane.time_away.create(starts_on=at.date(), ends_on=at.date())
    assert "9 am to 5 pm away" in read(desk, DAY, at) and "away" in read(desk, WEEK, at)
    Closure.objects.create(reason="Feast", starts_on=at.date(), ends_on=at.date())
    assert "The clinic is closed that day." in read(desk, DAY, at) and "closed" in read(desk, WEEK, at)


def test_what_was_cancelled_is_off_the_day_and_what_was_held_too_long(desk, lane, clock):
    at = next_open_morning()
    make_visits([lane], [at], state=State.CANCELLED_BY_CLINIC)
    hold(lane, at + timedelta(hours=1), patient_name="Hilda Held")
    clock.move_to(at - timedelta(hours=1))
    desk.force_login(make_user("sam", "Front desk"))  # an earlier sign-in has run out by then
    page = read(desk, DAY, at)
    assert "Pat Number" not in page and "Hilda" not in page and "0 visits" in page


def test_each_provider_has_a_column_and_so_have_visits_with_nobody(desk, lane):
    at = next_open_morning()
    reyes, gone = make_provider("Dr. Bo Reyes"), make_provider("Dr. Gone", is_listed=False)
    make_provider("Dr. Idle", is_listed=False)
    make_visits([lane, reyes, gone, None], [at] * 4)
    assert [column.provider for column in days(at.date(), 1, now=timezone.now())[0].columns] == [
        lane,
        reyes,
        gone,
        None,
    ]
    page = read(desk, DAY, at)
    assert "No provider yet 1 visit" in page and "Dr. Gone 1 visit" in page and "Idle" not in page


def test_a_week_shows_monday_to_sunday(desk, lane):
    at = next_open_morning()
    monday = at - timedelta(days=at.weekday())
    make_visits([lane], [monday, monday + timedelta(days=4), monday + timedelta(days=7)])
    page = read(desk, WEEK, at)
    assert f"Week of {monday:%B} {monday.day}" in page
    assert "Pat Number 0" in page and "Pat Number 1" in page and "Pat Number 2" not in page


def test_the_grid_places_a_visit_by_its_start_and_length(lane):
    at = next_open_morning()
    make_visits([lane], [at])
    grid = grid_of(days(at.date(), 1, now=timezone.now())[0])
    placed = {(each.block.state, each.row, each.rows) for each in grid.columns[0].blocks}
    assert placed == {("agreed", 13, 6), ("closed", 37, 12)}  # rows of five minutes from nine on
    assert (grid.rows, len(grid.hours)) == (96, 8)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)], ids=["spring", "autumn"])
def test_the_days_on_which_the_clocks_change_are_drawn(desk, lane, day):
    assert "Dr. Ada Lane" in read(desk, DAY, day) and "Dr. Ada Lane" in read(desk, WEEK, day)


@pytest.mark.parametrize("on", ["", "x", "2026-13-01", "2026-02-30", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("url", [DAY, WEEK, SHEET])
def test_a_day_that_is_none_shows_today(desk, url, on):
    response = desk.get(url, {"on": on})
    assert response.status_code == 200 and response.context["on"] == timezone.localdate()


def test_names_are_hidden_by_the_switch(desk, lane):
    at = next_open_morning()
    (visit,) = make_visits([lane], [at])
    held = hold(lane, at + timedelta(hours=1), patient_name="Hilda Held")
    desk.post(reverse("admin:appointments_names"), {"next": DAY})
    for url in (DAY, WEEK):
        page = read(desk, url, at)
        assert "Pat Number" not in page and "Hilda" not in page
        assert visit.appointment_request.reference in page and held.appointment_request.reference in page


def test_reading_lists_of_patients_changes_nothing(desk, lane):
    """As with the queue: the log holds who opened a request, not who saw a name in a list."""
    make_visits([lane], [next_open_morning()])
    for url in (DAY, WEEK, SHEET):
        read(desk, url, next_open_morning())
    assert not RequestView.objects.exists()


# --- The sheet


def test_the_sheet_has_a_page_a_provider_and_never_the_reason(desk, lane):
    at = next_open_morning()
    reyes = make_provider("Dr. Bo Reyes")
    make_provider("Dr. Idle")
    first, second = make_visits([lane, reyes], [at, at])
    facts = {"phone": "+19195550142", "preferred_language": "Spanish", "note": "Step-free", "patient_type": "returning"}
    AppointmentRequest.objects.filter(pk=first.appointment_request_id).update(
        **facts, message="My back", visit_type="by_phone"
    )
    page = read(desk, SHEET, at)
    assert "10 am to 10:30 am by phone Pat Number 0 returning (919) 555-0142 Spanish Step-free" in page
    assert page.count("Here before") == 2 and second.appointment_request.patient_name in page and "Idle" not in page
    for reason in ("New problem", "Follow-up", "First visit", "My back"):
        assert reason not in page
    assert "No visits that day." in read(desk, SHEET, at + timedelta(days=1))


# --- Who sees whose


def test_providers_see_their_own_day_only(client, lane):
    at = next_open_morning()
    pia = make_provider("Dr. Pia Own", user=make_user("pia", "Provider"))
    own, other = make_visits([pia, lane], [at, at])
    held = hold(pia, at + timedelta(hours=1), patient_name="Hilda Held")
    client.force_login(pia.user)
    for url in (DAY, WEEK, SHEET):
        page = read(client, url, at)
        assert "Pat Number 0" in page and "Pat Number 1" not in page and "Ada Lane" not in page
    assert f"/{held.appointment_request_id}/change/" not in client.get(DAY, {"on": f"{at:%Y-%m-%d}"}).content.decode()
    assert client.get(reverse("admin:appointments_visit", args=[own.pk])).status_code == 200
    assert client.get(reverse("admin:appointments_visit", args=[other.pk])).status_code == 404
    assert client.post(reverse("admin:appointments_visit", args=[own.pk]), {"outcome": "came"}).status_code == 403


def test_whoever_treats_nobody_reads_why_there_is_no_day(client, lane):
    make_visits([lane], [next_open_morning()])
    client.force_login(make_user("pat", "Provider"))
    for url in (DAY, WEEK):
        page = read(client, url, next_open_morning())
        assert "belongs to no provider" in page and "Pat Number" not in page
    assert "No visits" in read(client, SHEET, next_open_morning())


@pytest.mark.parametrize("url", [DAY, WEEK, SHEET])
def test_others_see_no_day(client, url):
    assert client.get(url).status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get(url).status_code == 403


# --- A busy clinic


def busy_week() -> date:
    """Two hundred visits in one week, ten a day with each of four providers."""
    four = [make_provider(f"Dr. Number {number}") for number in range(4)]
    at = next_open_morning()
    monday = at - timedelta(days=at.weekday(), hours=1)
    starts = [monday + timedelta(days=day, minutes=30 * slot) for day in range(5) for slot in range(10)]
    make_visits(four, [start for start in starts for _each in four])
    return monday.date()


@pytest.mark.parametrize("url", [DAY, WEEK])
@pytest.mark.parametrize("history", [0, 20_000])
def test_a_busy_week_takes_few_queries_whatever_the_past(desk, django_assert_max_num_queries, url, history):
    monday = busy_week()
    lane = make_provider("Dr. Ada Lane")
    long_ago = timezone.now() - timedelta(days=3000)
    make_visits([lane], [long_ago + timedelta(hours=number) for number in range(history)], state=State.CAME)
    desk.get(url)  # what is read once a process
    with django_assert_max_num_queries(MOST_QUERIES):
        page = desk.get(url, {"on": str(monday)}).content.decode()
    assert page.count('class="day__who"') == (200 if url == WEEK else 40)
