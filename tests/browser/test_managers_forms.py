"""The forms that managers fill in: each control has a name, and axe finds nothing, light and dark, phone to desk."""

from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Page, expect

from appointments.models import AppointmentRequest
from clinic.staff.links import password_link
from tests.browser.looking import faults

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = [(width, scheme) for width in (375, 768, 1280) for scheme in ("light", "dark")]
FORMS = [
    "practice_clinicprofile",
    "practice_messagetemplate",
    "providers_provider",
    "providers_treatment",
    "providers_condition",
    "pages_page",
    "pages_commonquestion",
]
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
    page.evaluate("document.querySelectorAll('#content details').forEach(details => { details.open = true })")
    return [f"{page.url}: {fault}" for fault in [*faults(page, LOOKS), *page.evaluate(NAMELESS)]]


def test_forms_for_the_clinics_facts(manager, live_server):
    found = []
    for model in FORMS:
        row = apps.get_model(*model.split("_")).objects.first()
        manager.goto(f"{live_server.url}/admin/{model.replace('_', '/')}/{row.pk}/change/")
        manager.wait_for_load_state("networkidle")
        found += problems(manager)

    assert found == []


def test_accounts(manager, live_server):
    frontdesk = User.objects.get(username="frontdesk")
    found = []
    for path in ["add/", f"{frontdesk.pk}/change/", f"{frontdesk.pk}/sign-in/", f"{frontdesk.pk}/password/"]:
        manager.goto(f"{live_server.url}/admin/auth/user/{path}")
        found += problems(manager)

    assert found == []


def test_a_new_colleague_from_today_to_a_password_of_their_own(manager, live_server):
    """Three clicks: New colleague, the role, Save; then the link, as it stands in the mail."""
    manager.get_by_role("link", name="New colleague").click()
    manager.get_by_label("First name").fill("Rita")
    manager.get_by_label("Last name").fill("Lopez")
    manager.get_by_label("Email address").fill("rita@example.org")
    manager.get_by_label("Front desk").check()
    manager.get_by_role("button", name="Save", exact=True).click()
    expect(manager.locator(".messagelist")).to_contain_text("Rita Lopez signs in as rita.lopez")
    manager.goto(f"{live_server.url}/admin/auth/user/add/")
    manager.get_by_role("button", name="Save", exact=True).click()
    assert problems(manager) == []  # with everything to mend

    rita = User.objects.get(username="rita.lopez")
    manager.goto(live_server.url + urlsplit(password_link(rita)[0]).path)
    assert problems(manager) == []
    manager.get_by_label("New password", exact=False).first.fill("correct horse battery")
    manager.get_by_label("New password confirmation").fill("correct horse battery")
    manager.get_by_role("button", name="Keep this password").click()
    expect(manager.get_by_role("status")).to_contain_text("Sign in with it as rita.lopez")
    manager.goto(live_server.url + urlsplit(password_link(rita)[0]).path)
    assert problems(manager) == []  # the link is spent


def test_words_to_copy_at_a_request(manager, live_server, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    asked = AppointmentRequest.objects.live().filter(requester_name="").first()
    manager.goto(f"{live_server.url}/admin/appointments/appointmentrequest/{asked.pk}/change/")
    manager.get_by_text("Words to send", exact=True).last.click()
    assert problems(manager) == []
    manager.locator(".words").get_by_role("button", name="Copy").first.click()
    expect(manager.locator(".words").get_by_role("button", name="Copied")).to_be_visible()
    copied = manager.evaluate("navigator.clipboard.readText()")
    assert asked.patient_name in copied and asked.reference in copied and "{" not in copied
