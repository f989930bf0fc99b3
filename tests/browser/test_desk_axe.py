"""The desk's pages for everybody who works there, from a phone to a desk: no axe violation, all of it by keyboard."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from appointments.models import AppointmentRequest
from tests.browser.looking import violations

pytestmark = pytest.mark.django_db(transaction=True)
Status = AppointmentRequest.Status
QUEUE = "/admin/appointments/appointmentrequest/"
LOOKS = [(width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark")]


@pytest.fixture
def desk(live_server, page: Page) -> Page:
    call_command("load_demo", verbosity=0)
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
    check(page)
    page.get_by_label("Username").fill("frontdesk")
    page.get_by_label("Password").fill("demo-clinic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def check(page: Page) -> None:
    """No violation in any look, no sideways scrolling of the page, no id twice."""
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
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids)), sorted(name for name in ids if ids.count(name) > 1)


def go(page: Page, live_server, path: str) -> None:
    page.goto(f"{live_server.url}{path}")


def test_lists_and_forms(desk, live_server):
    check(desk)  # today
    go(desk, live_server, QUEUE)
    check(desk)
    desk.get_by_text("More filters").click()
    check(desk)
    go(desk, live_server, f"{QUEUE}?show=all&status__exact=booked")
    check(desk)
    go(desk, live_server, f"{QUEUE}find/")
    check(desk)
    desk.get_by_label("Name, phone number").fill("a")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("requests found")).to_be_visible()
    check(desk)
    go(desk, live_server, f"{QUEUE}call/")
    check(desk)
    desk.get_by_role("button", name="Put it into the queue").click()
    expect(desk.get_by_role("alert")).to_be_focused()
    check(desk)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_chosen_by_hand(desk, live_server, theme):
    """Against what the machine prefers."""
    desk.evaluate(f"localStorage.setItem('theme', '{theme}')")
    go(desk, live_server, QUEUE)
    check(desk)


def test_the_request_page_in_every_status(desk, live_server):
    for status in Status:
        asked = AppointmentRequest.objects.filter(status=status).first()
        go(desk, live_server, f"{QUEUE}{asked.pk}/change/")
        desk.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        check(desk)


def test_trouble_on_the_request_page(desk, live_server):
    asked = AppointmentRequest.objects.filter(status=Status.NEW).first()
    go(desk, live_server, f"{QUEUE}{asked.pk}/change/")
    desk.get_by_role("button", name="Book", exact=True).click()
    expect(desk.get_by_role("alert")).to_be_focused()
    expect(desk).to_have_title(re.compile(rf"Error: \(\d+\) Request {asked.reference} \| Clinic office"))
    check(desk)
    desk.get_by_role("link", name="Enter the time you agreed").click()
    expect(desk.get_by_label("Agreed time")).to_be_focused()


def test_a_call_from_the_queue_by_keyboard_alone(desk, live_server):
    """Tab to the first request, open it, claim it, write what was said, log the try."""
    go(desk, live_server, QUEUE)
    first = desk.locator("#result_list tbody th a").first
    reference = first.inner_text()
    tab_to(desk, reference)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text(reference)
    tab_to(desk, "I am on it")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("You are on it")).to_be_visible()
    for _press in range(60):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.id") == "id_note-text":
            break
    desk.keyboard.type("Will ring back")
    tab_to(desk, "Voicemail left")
    desk.keyboard.press("Space")
    expect(desk.locator(".timeline")).to_contain_text("tried to reach: Voicemail left")
    expect(desk.locator(".timeline")).to_contain_text("Will ring back")


def tab_to(page: Page, words: str) -> None:
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "focus unseen"
            return
    raise AssertionError(f"the keyboard does not reach {words}")
