"""Every page that staff can open, as each role meets it: no axe violation, no sideways scrolling, a silent console."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.looking import faults

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [(width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark")]
PEOPLE = {"desk": "frontdesk", "provider": "williams", "manager": "manager", "admin": "admin"}
VIEWS = ["", "add/", "{pk}/change/", "{pk}/history/", "{pk}/delete/"]
QUEUE = "/admin/appointments/appointmentrequest/"
OTHERS = [
    "/admin/",
    f"{QUEUE}find/",
    f"{QUEUE}call/",
    f"{QUEUE}?show=all",
    "/admin/practice/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/logout/",
]


def base_of(model) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def paths() -> list[str]:
    """Every page of the admin for one row of each kind, and what stands beside them."""
    found = list(OTHERS)
    for model in admin.site._registry:
        rows = model.objects.order_by("pk")
        row = rows.exclude(username="admin").first() if model is User else rows.first()
        found += [base_of(model) + view.format(pk=row and row.pk) for view in VIEWS if row or "pk" not in view]
    return found


@pytest.fixture
def sign_in(live_server, page: Page):
    """Sign somebody in; whatever the console says from then on is collected."""
    call_command("load_demo", verbosity=0)

    def open_for(username: str) -> tuple[Page, list[str]]:
        said: list[str] = []
        page.on("console", lambda message: said.append(f"{page.url}: {message.text}") if not meant(message) else None)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        page.emulate_media(reduced_motion="reduce")  # axe would read colours that are still on their way
        page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill("demo-clinic")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        return page, said

    return open_for


def meant(message: ConsoleMessage) -> bool:
    """Chromium repeats that a page was refused to this role, and gives advice on forms."""
    return "403 (Forbidden)" in message.text or message.type in ("verbose", "debug", "info")


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_of_a_role(live_server, sign_in, role):
    page, said = sign_in(PEOPLE[role])
    found = {}
    for path in paths():
        if page.goto(live_server.url + path).status == 200:
            page.wait_for_load_state("networkidle")
            page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
            found[path] = faults(page, LOOKS)
    assert len(found) > 5
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert said == []


@pytest.mark.parametrize("role", ["provider", "manager"])
def test_forms_that_came_back(live_server, sign_in, role):
    """The admin's forms with everything wrong that can be."""
    page, said = sign_in(PEOPLE[role])
    found = {}
    for model in admin.site._registry:
        if page.goto(f"{live_server.url}{base_of(model)}add/").status != 200:
            continue
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state("networkidle")
        found[base_of(model)] = faults(page, LOOKS)
    assert found
    assert {model: wrong for model, wrong in found.items() if wrong} == {}
    assert said == []


def test_the_first_request_is_within_eight_tabs_of_the_skip_link(live_server, sign_in):
    page, _said = sign_in("frontdesk")
    for url, first in {"/admin/": ".next__call a.button", QUEUE: "#result_list tbody th a"}.items():
        page.goto(live_server.url + url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-to-content-link"
        page.keyboard.press("Enter")
        assert tabs_to(page, first) <= 8, url


def tabs_to(page: Page, selector: str) -> int:
    """Press Tab until the element has the focus, taking the page's own short cut to the requests; give the presses."""
    for presses in range(1, 30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash") == "#requests":
            page.keyboard.press("Enter")
        if page.evaluate("selector => document.activeElement === document.querySelector(selector)", selector):
            return presses
    raise AssertionError(f"the keyboard does not reach {selector}")
