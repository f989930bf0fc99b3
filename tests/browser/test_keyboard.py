"""From the keyboard: how far it is to the first request."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/admin/appointments/appointmentrequest/"


@pytest.fixture
def desk(live_server, page: Page) -> Page:
    call_command("load_demo", verbosity=0)
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
    page.get_by_label("Username").fill("frontdesk")
    page.get_by_label("Password").fill("demo-clinic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def test_the_first_request_is_within_eight_tabs_of_the_skip_link(desk, live_server):
    for url, first in {"/admin/": ".next__call a.button", QUEUE: "#result_list tbody th a"}.items():
        desk.goto(live_server.url + url)
        desk.keyboard.press("Tab")
        assert desk.evaluate("document.activeElement.className") == "skip-to-content-link"
        desk.keyboard.press("Enter")
        assert tabs_to(desk, first) <= 8, url


def tabs_to(page: Page, selector: str) -> int:
    """Press Tab until the element has the focus, taking the page's own short cut to the requests; give the presses."""
    for presses in range(1, 30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash") == "#requests":
            page.keyboard.press("Enter")
        if page.evaluate("selector => document.activeElement === document.querySelector(selector)", selector):
            return presses
    raise AssertionError(f"the keyboard does not reach {selector}")
