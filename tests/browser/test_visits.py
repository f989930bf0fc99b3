"""A visit from the offer to the next offer: desk and patient in a real browser, with and without scripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from appointments.models import AppointmentRequest
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from tests.browser.looking import faults
from tests.factories import make_clinic, make_provider, make_request, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 375, "height": 667}
ON_A_PHONE = [(375, "light"), (375, "dark")]
AT_THE_DESK = [(375, "light"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def asked(transactional_db) -> AppointmentRequest:
    make_clinic(street="1 Main St.", before_visit="Please come ten minutes early.")
    make_user("rita", "Front desk")
    return make_request(provider=make_provider("Dr. Ada Lane"), visit_type="follow_up")


class Walk:
    """The desk's browser and the patient's phone, each of which says what is wrong with the page it shows."""

    def __init__(self, desk: Page, phone: Page, url: str, asked: AppointmentRequest, scripts: bool) -> None:
        self.desk, self.phone, self.url, self.asked, self.scripts = desk, phone, url, asked, scripts

    def sign_in(self) -> None:
        self.desk.goto(f"{self.url}/accounts/login/?next=/admin/")
        self.desk.get_by_label("Username").fill("rita")
        self.desk.get_by_label("Password").fill("a-long-password")
        self.desk.keyboard.press("Enter")
        expect(self.desk.get_by_role("heading", level=1)).to_have_text("Today")

    def open_request(self) -> None:
        self.desk.goto(self.url + reverse("admin:appointments_appointmentrequest_change", args=[self.asked.pk]))

    def choose(self, count: int, first: int = 0) -> None:
        for number in range(first, first + count):
            self.desk.get_by_role("checkbox", name=re.compile(" to ")).nth(number).check()

    def offer(self) -> None:
        self.open_request()
        self.desk.get_by_role("button", name="Offer times").click()
        self.choose(3)
        self.look_at(self.desk, AT_THE_DESK)
        self.desk.get_by_role("button", name="Offer these: see the mail").click()
        expect(self.desk.get_by_role("heading", name="This is what the patient gets")).to_be_visible()
        self.look_at(self.desk, AT_THE_DESK)
        self.desk.get_by_role("button", name="Hold the times and send").click()
        expect(self.desk.get_by_text("The times are held.")).to_be_visible()
        self.look_at(self.desk, AT_THE_DESK)

    def follow_link(self, message: str) -> None:
        """Open the phone at the link of the newest mail of this kind."""
        row = OutgoingEmail.objects.filter(template=f"appointments/emails/{message}").latest("pk")
        path = re.search(r"/appointments/status/\S+", build(row).body)[0]
        self.phone.goto(self.url + path)

    def pick_by_keyboard(self, number: int) -> None:
        self.follow_link("offered")
        self.look_at(self.phone, ON_A_PHONE)
        times = self.phone.get_by_role("radio", name=re.compile("minutes"))
        times.first.focus()
        self.phone.keyboard.press("Space")
        for _step in range(number):
            self.phone.keyboard.press("ArrowDown")
        expect(times.nth(number)).to_be_checked()
        self.phone.get_by_role("button", name="Take this time").focus()
        self.phone.keyboard.press("Enter")
        expect(self.phone.get_by_role("heading", name="Your appointment")).to_be_visible()
        self.look_at(self.phone, ON_A_PHONE)

    def move(self) -> None:
        self.open_request()
        self.desk.get_by_role("button", name="Find another time").click()
        self.choose(1, first=4)
        self.desk.get_by_role("button", name="Agreed in the call: see the mail").click()
        expect(self.desk.get_by_text("is moved")).to_be_visible()
        self.desk.get_by_role("button", name="Book and send").click()
        expect(self.desk.get_by_text("The appointment is agreed.")).to_be_visible()

    def cannot_come(self) -> None:
        self.follow_link("moved")
        self.phone.get_by_role("link", name=re.compile("Cancel my appointment on")).click()
        self.look_at(self.phone, ON_A_PHONE)
        self.phone.get_by_role("button", name="Cancel it, and find me another time").click()
        expect(self.phone.get_by_text("is cancelled. We will get in touch")).to_be_visible()
        self.look_at(self.phone, ON_A_PHONE)

    def look_at(self, page: Page, looks: list) -> None:
        if self.scripts:  # without them axe cannot look
            size = page.viewport_size
            assert faults(page, looks) == []
            page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@contextmanager
def walk(browser: Browser, url: str, asked: AppointmentRequest, *, scripts: bool) -> Iterator[Walk]:
    desk = browser.new_context(java_script_enabled=scripts, reduced_motion="reduce")
    phone = browser.new_context(java_script_enabled=scripts, reduced_motion="reduce", viewport=PHONE, has_touch=True)
    try:
        yield Walk(desk.new_page(), phone.new_page(), url, asked, scripts)
    finally:
        desk.close()
        phone.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_offered_picked_moved_cancelled_and_offered_again(browser: Browser, live_server, asked, scripts):
    with walk(browser, live_server.url, asked, scripts=scripts) as both:
        both.sign_in()
        both.offer()
        both.pick_by_keyboard(1)
        asked.refresh_from_db()
        picked = asked.appointment.starts_at
        assert asked.offered_times.get(state="taken").starts_at == picked
        both.move()
        assert (asked.appointment.sequence, asked.appointment.starts_at != picked) == (1, True)
        both.cannot_come()
        asked.refresh_from_db()
        assert asked.status == "contacting" and asked.next_action_at > timezone.now()
        both.offer()
        both.pick_by_keyboard(0)
    assert [visit.state for visit in asked.appointments.order_by("pk")] == ["cancelled_by_patient", "agreed"]


def test_a_time_that_is_gone_and_none_that_suits(browser: Browser, live_server, asked):
    with walk(browser, live_server.url, asked, scripts=True) as both:
        both.sign_in()
        both.offer()
        both.follow_link("offered")
        both.phone.get_by_role("radio", name=re.compile("minutes")).first.check()
        asked.offered_times.filter(pk=asked.offered_times.first().pk).update(state="given_back")
        both.phone.get_by_role("button", name="Take this time").click()
        expect(both.phone.get_by_text("This time is gone. Here are the others.")).to_be_visible()
        both.look_at(both.phone, ON_A_PHONE)
        both.phone.get_by_role("button", name="Take this time").click()
        expect(both.phone.get_by_role("alert")).to_contain_text("Choose a time")
        both.look_at(both.phone, ON_A_PHONE)
        both.phone.get_by_text("Tell us what would suit").click()
        both.phone.get_by_label("Tuesday").check()
        both.look_at(both.phone, ON_A_PHONE)
        both.phone.get_by_role("button", name="None suits, please call me").click()
        expect(both.phone.get_by_text("Thank you for telling us")).to_be_visible()
    asked.refresh_from_db()
    assert (asked.status, asked.preferred_days) == ("contacting", [1])
