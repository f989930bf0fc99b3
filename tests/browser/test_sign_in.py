"""Signing in, and being away too long, as a person at the desk sees it."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from tests.browser.looking import violations
from tests.factories import make_clinic, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server, settings):
    settings.STAFF_MFA = "required"
    make_clinic()
    make_user("rosa", is_superuser=True)
    return live_server.url


def fill_in(page, *, password="a-long-password"):
    page.get_by_label("Username").fill("rosa")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def code_of(page) -> str:
    secret = page.locator("strong code").inner_text()
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def faults(page) -> list[str]:
    found = []
    for scheme in ["light", "dark"]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme} {v['id']}: {v['nodes'][0]['html']}" for v in violations(page)]
    return found


def away(seconds: int) -> None:
    """The only session there is has seen nobody for so long."""
    row = Session.objects.get()
    session = SessionStore(row.session_key)
    session["seen_at"] = time.time() - seconds
    session.save()


def test_first_sign_in_sets_up_codes(site, page):
    page.goto(f"{site}/admin/")
    assert faults(page) == []
    fill_in(page, password="wrong")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert faults(page) == []
    fill_in(page)
    page.wait_for_url("**/totp/activate/")
    assert page.get_by_role("img", name="Picture for the camera").bounding_box()["width"] == 240
    assert faults(page) == []
    page.get_by_label("The six digits").fill(code_of(page))
    page.get_by_role("button", name="Turn codes on").click()
    assert page.locator("main li code").count() == 10
    assert faults(page) == []
    page.get_by_role("link", name="go on").click()
    page.wait_for_url("**/admin/")
    for path in ["2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/generate/", "password/change/", "logout/"]:
        page.goto(f"{site}/accounts/{path}")
        assert faults(page) == [], path


def test_content_security_policy_has_nothing_to_forbid(site, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{site}/accounts/login/")
    fill_in(page)
    page.get_by_label("The six digits").fill(code_of(page))
    page.get_by_role("button", name="Turn codes on").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{site}/admin/")
    assert complaints == []


def test_code_and_recovery_code_without_scripts(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    fill_in(page)
    page.get_by_label("The six digits").fill(code_of(page))
    page.get_by_role("button", name="Turn codes on").click()
    code = page.locator("main li code").first.inner_text()
    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    fill_in(page)
    page.get_by_label("Code from your authenticator app").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    context.close()


def test_code_page_and_closed_door_are_accessible(site, page):
    page.goto(f"{site}/accounts/login/")
    for _time in range(11):
        fill_in(page, password="wrong")
    assert page.get_by_label("Code from your authenticator app").is_visible()
    assert faults(page) == []


@pytest.fixture
def at_work(site, page, settings):
    """Half an article page typed, on a clock of the test's own."""
    settings.STAFF_MFA = "optional"
    page.clock.install()
    page.goto(f"{site}/admin/pages/page/add/")
    fill_in(page)
    page.wait_for_url("**/pages/page/add/")
    page.locator("[role=textbox]").click()
    page.keyboard.type("Bring your shoes")
    return page


def test_warning_and_a_click_to_stay(at_work):
    away(28 * 60 + 30)
    with at_work.expect_response("**/accounts/session/") as typing_is_a_sign_of_life:
        at_work.clock.fast_forward("01:01")
    assert typing_is_a_sign_of_life.value.json()["seconds"] > 1790
    away(28 * 60 + 30)
    at_work.clock.fast_forward("01:01")
    dialog = at_work.get_by_role("alertdialog", name="Are you still there?")
    dialog.wait_for()
    assert faults(at_work) == []
    dialog.get_by_role("button", name="Stay signed in").click()
    dialog.wait_for(state="hidden")
    assert time.time() - SessionStore(Session.objects.get().session_key)["seen_at"] < 60
    assert at_work.locator("[role=textbox]").inner_text() == "Bring your shoes"


def test_typed_text_comes_back_after_sign_in(at_work):
    page = at_work
    away(31 * 60)
    page.clock.fast_forward("01:01")
    page.wait_for_url("**/accounts/login/**")
    assert "You were away for half an hour" in page.locator("main").inner_text()
    fill_in(page)
    page.wait_for_url("**/pages/page/add/")
    assert page.locator("[role=textbox]").inner_text() == "Bring your shoes"
    assert page.locator("#idle-kept[role=status]").inner_text() == "What you had typed is back."
    page.reload()
    assert "shoes" not in page.locator("[role=textbox]").inner_text()


def test_text_sent_too_late_comes_back_after_sign_in(at_work):
    page = at_work
    page.get_by_label("Title").fill("First visit")
    page.get_by_label("Summary").fill("What to bring.")
    away(31 * 60)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/accounts/login/**")
    fill_in(page)
    page.wait_for_url("**/pages/page/add/")
    assert page.locator("[role=textbox]").inner_text() == "Bring your shoes"


def test_text_is_not_shown_to_somebody_else(at_work):
    page = at_work
    make_user("mallory", is_superuser=True)
    away(31 * 60)
    page.clock.fast_forward("01:01")
    page.wait_for_url("**/accounts/login/**")
    page.get_by_label("Username").fill("mallory")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/pages/page/add/")
    assert "shoes" not in page.locator("[role=textbox]").inner_text()
    assert page.evaluate("sessionStorage.length") == 0


def test_signing_out_on_purpose_keeps_nothing(at_work):
    at_work.locator(".shell__more > summary").click()
    at_work.get_by_role("button", name="Log out").click()
    at_work.wait_for_url("**/admin/logout/")
    assert at_work.evaluate("sessionStorage.length") == 0
