"""The forms that managers fill in: each control has a name, and axe finds nothing, light and dark, phone to desk."""

import pytest
from django.apps import apps
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.looking import faults

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [(width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark")]
FORMS = ["practice_clinicprofile", "providers_provider", "providers_treatment", "providers_condition", "pages_page"]
NAMELESS = """() => [...document.querySelectorAll("#content :is(input, select, textarea)")]
    .filter((field) => field.checkVisibility() && !["submit", "button"].includes(field.type))
    .filter((field) => !field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby"))
    .map((field) => field.outerHTML)"""


@pytest.fixture
def manager(live_server, page: Page) -> Page:
    call_command("load_demo", verbosity=0)
    page.emulate_media(reduced_motion="reduce")  # axe would read colours that are still on their way
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill("demo-clinic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def problems(page: Page) -> list[str]:
    """What axe finds in every look, and the controls that a screen reader has no name for."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    return [*faults(page, LOOKS), *page.evaluate(NAMELESS)]


def test_forms_for_the_clinics_facts(manager, live_server):
    found = {}
    for model in FORMS:
        row = apps.get_model(*model.split("_")).objects.first()
        manager.goto(f"{live_server.url}/admin/{model.replace('_', '/')}/{row.pk}/change/")
        manager.wait_for_load_state("networkidle")
        found[model] = problems(manager)

    assert found == {model: [] for model in FORMS}
