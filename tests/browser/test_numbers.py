"""The managers' numbers, from a phone to a desk, light and dark: no axe violation, nothing scrolls sideways."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.browser.looking import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("by", ["month", "week"])
def test_the_numbers_in_every_look(live_server, page: Page, by):
    call_command("load_demo", verbosity=0)
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/appointments/numbers/%3Fby%3D{by}")
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill("demo-clinic")
    page.keyboard.press("Enter")
    page.locator(".plot").first.wait_for()
    for width, scheme in [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations(page)] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
