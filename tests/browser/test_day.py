"""Day, Week, visit and sheet in a real browser: axe finds nothing in any state, and all of it goes by keyboard."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from appointments.models import Appointment, AppointmentRequest
from appointments.services import visits
from appointments.services.scheduling import Slot
from tests.browser.looking import violations
from tests.factories import make_clinic, make_provider, make_request, make_user, make_visits

pytestmark = pytest.mark.django_db(transaction=True)
State = Appointment.State
LOOKS = [(width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark")]
DAY, WEEK, SHEET, PAST = (reverse(f"admin:appointments_{page}") for page in ("day", "week", "day_sheet", "past_visits"))


@pytest.fixture
def today(transactional_db):
    """A day with a visit in each state, a hold, somebody away, and one with nobody; some reach beyond opening."""
    make_clinic()
    lane, reyes, okafor = make_provider("Dr. Ada Lane"), make_provider("Dr. Bo Reyes"), make_provider("Dr. Cy Okafor")
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    okafor.time_away.create(starts_on=midnight.date(), ends_on=midnight.date())
    make_visits([lane], [midnight])  # over, without an outcome
    make_visits([lane], [midnight + timedelta(hours=1)], state=State.CAME)
    make_visits([lane], [midnight + timedelta(hours=2)], state=State.DID_NOT_COME)
    tomorrow = midnight + timedelta(days=1, hours=10)
    make_visits([reyes, None], [tomorrow, tomorrow])
    held = Slot(reyes, tomorrow + timedelta(hours=1), tomorrow + timedelta(hours=2))
    visits.offer(appointment_request=make_request(patient_name="Hilda Held"), slots=[held], by=None)
    return midnight.date()


@pytest.fixture
def desk(live_server, page: Page, today) -> Page:
    make_user("rita", "Front desk")
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
    page.get_by_label("Username").fill("rita")
    page.get_by_label("Password").fill("a-long-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def check(page: Page) -> None:
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in violations(page)
            for node in violation["nodes"]
        ]
        assert found == [], f"{page.url} at {width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} scrolls sideways"


def tab_to(page: Page, words: str) -> None:
    for _press in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.matches('a, button') ? document.activeElement.textContent : ''")
        if words in here:
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_no_state_of_a_day_breaks_a_rule(desk, live_server, today):
    tomorrow = today + timedelta(days=1)
    for path in (DAY, WEEK, f"{DAY}?on={tomorrow}", f"{WEEK}?on={tomorrow}", f"{SHEET}?on={tomorrow}", PAST, SHEET):
        desk.goto(live_server.url + path)
        check(desk)
    for state in State:
        visit = Appointment.objects.first()
        Appointment.objects.filter(pk=visit.pk).update(state=state)
        desk.goto(live_server.url + reverse("admin:appointments_visit", args=[visit.pk]))
        check(desk)
    desk.goto(live_server.url + DAY)
    desk.get_by_role("button", name="Hide names").click()
    check(desk)
    Appointment.objects.all().delete()
    for path in (DAY, WEEK, SHEET, PAST, f"{DAY}?on=2026-11-28"):
        desk.goto(live_server.url + path)
        check(desk)


def test_an_outcome_by_keyboard_alone(desk, live_server):
    """Today, the Day, the visit, what became of it, and the day again at the same place."""
    tab_to(desk, "Day")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Dr. Ada Lane")).to_be_visible()
    tab_to(desk, "did they come?")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Did they come?")).to_be_visible()
    tab_to(desk, "Did not come: call about another time")
    desk.keyboard.press("Space")
    expect(desk.get_by_text("Noted: the patient did not come.")).to_be_visible()
    assert AppointmentRequest.objects.filter(status="contacting").count() == 1
    tab_to(desk, "Day after")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Hilda Held")).to_be_visible()
    tab_to(desk, "Hilda Held")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Hilda Held")


def test_one_button_prints_the_sheet(desk, live_server, today):
    desk.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes' }")
    desk.goto(f"{live_server.url}{DAY}?on={today + timedelta(days=1)}")
    desk.get_by_role("link", name="Day sheet").click()
    expect(desk.locator("html")).to_have_attribute("data-printed", "yes")
    paper = desk.pdf(format="Letter")
    assert paper.count(b"/Type /Page\n") == 2  # a provider's, and that of nobody's visit
