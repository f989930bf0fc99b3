"""Asking, as a patient with a small phone does it: with and without scripts, by keyboard alone, on second thoughts."""

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.looking import faults
from tests.browser.phone import rows, send, small_phone
from tests.processes import Site, command_of, wait_until

ARTICLE = "/articles/is-dry-needling-safe/"
FORM, QUESTION, STATUS = "/appointments/request/", "/contact/", "/appointments/status/"
LOOKS = [(375, "light"), (375, "dark")]
MAKE_LATE = (
    "from datetime import timedelta as d; from appointments.models import AppointmentRequest as A;"
    "a = A.objects.get(reference='{}');"
    "A.objects.filter(pk=a.pk).update(created_at=a.created_at - d(30), reply_due_at=a.created_at - d(29))"
)
REVOKE = (
    "from appointments.models import AppointmentRequest as A; A.objects.filter(reference='{}').update(link_version=2)"
)

pytestmark = pytest.mark.usefixtures("demo_site")
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def fill_in(page: Page, **answers: str) -> None:
    """The least there is to answer; each group by its question, as a person reads it."""
    page.get_by_role("group", name="Who is the visit for?").get_by_label("Me", exact=True).check()
    page.get_by_label("Patient’s full name").fill(answers.get("name", "Pat Doe"))
    page.get_by_role("group", name="What kind of visit is it?").get_by_label("First visit here").check()
    page.get_by_role("group", name="How should we reach you?").get_by_label("Phone call").check()
    page.get_by_label("Your phone number").fill(answers.get("phone", "919 555 0142"))


def reference_on(page: Page) -> str:
    return re.search(r"R-\w{4}-\w{4}", page.get_by_text("Your reference").inner_text())[0]


def has_focus(field: Locator) -> bool:
    return field.evaluate("field => field === document.activeElement")


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@with_and_without_scripts
def test_from_the_article_to_request_sent(browser: Browser, demo_site: Site, scripts: bool):
    name = f"Ada {scripts}"
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(ARTICLE)
        page.get_by_role("link", name="Request an appointment").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Request an appointment")
        assert not scrolls_sideways(page)
        fill_in(page, name=name)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        expect(page.get_by_text("We reply by")).to_be_visible()
        assert not scrolls_sideways(page)
        (row,) = rows(demo_site, name)
        assert row["reference"] == reference_on(page)
        # No mail can reach this patient, so the page itself says how to come back
        link = page.get_by_role("link", name="Link to this request").get_attribute("href")
        page.context.clear_cookies()
        page.goto(link)
        assert reference_on(page) == row["reference"]
        assert page.url == demo_site.url + STATUS


@with_and_without_scripts
def test_errors_come_with_focus_lead_to_their_fields_and_cost_no_answer(browser: Browser, demo_site: Site, scripts):
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(FORM)
        page.get_by_label("Patient’s full name").fill("Bo Reed")
        page.get_by_label("Phone call").check()
        page.get_by_label("Your phone number").fill("919")
        page.get_by_text("Help us find a time sooner").click()
        page.get_by_label("Tuesday").check()
        page.get_by_label("Anything that helps us schedule").fill("Step-free, please")
        send(page)
        summary = page.locator("#error-summary")
        expect(summary).to_be_focused()
        expect(page).to_have_title(re.compile("^Error: "))
        errors = [link.inner_text() for link in summary.get_by_role("link").all()]
        assert errors == [
            "Choose who the visit is for",
            "Choose what kind of visit it is",
            "Enter a phone number, like 919 555 0123",
        ]
        for words in errors:
            summary.get_by_role("link", name=words).click()
            target = page.locator(page.url.partition("#")[2].join(["#", ""]))
            expect(target).to_be_focused()
            expect(target).to_be_in_viewport()
            described = page.locator(".mb-3").filter(has=target).get_by_text(words)
            expect(described).to_be_visible()
        expect(page.get_by_label("Patient’s full name")).to_have_value("Bo Reed")
        expect(page.get_by_label("Your phone number")).to_have_value("919")
        expect(page.get_by_label("Tuesday")).to_be_checked()
        expect(page.get_by_label("Anything that helps us schedule")).to_have_value("Step-free, please")
        fill_in(page, name="Bo Reed")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")


@with_and_without_scripts
def test_going_back_to_mend_the_number_is_the_same_request(browser: Browser, demo_site: Site, scripts: bool):
    name = f"Cy {scripts}"
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(FORM)
        fill_in(page, name=name, phone="919 555 0141")
        send(page)
        reference = reference_on(page)
        page.go_back()
        expect(page.get_by_label("Patient’s full name")).to_have_value(name)
        page.get_by_label("Your phone number").fill("919 555 0143")
        send(page)
        assert reference_on(page) == reference
        (row,) = rows(demo_site, name)
        assert row["phone"] == "(919) 555-0143"


@with_and_without_scripts
def test_changing_how_to_be_reached_and_taking_it_back(browser: Browser, demo_site: Site, scripts: bool):
    name = f"Di {scripts}"
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(FORM)
        fill_in(page, name=name)
        send(page)
        page.get_by_label("E-mail", exact=True).check()
        page.get_by_role("button", name="Change how to reach me").click()
        expect(page.locator("#error-summary")).to_be_focused()
        page.get_by_label("Your e-mail address").fill("di@example.org")
        page.get_by_role("button", name="Change how to reach me").click()
        expect(page.locator("#error-summary")).to_have_count(0)
        assert [(row["contact_method"], row["email"]) for row in rows(demo_site, name)] == [("email", "di@example.org")]
        page.get_by_role("link", name="Withdraw this request").click()
        page.get_by_role("button", name="Withdraw this request").click()
        expect(page.get_by_text("This request was withdrawn")).to_be_visible()
        expect(page.get_by_role("link", name="Withdraw this request")).to_have_count(0)
        assert [row["status"] for row in rows(demo_site, name)] == ["cancelled"]


@with_and_without_scripts
def test_a_question_from_the_contact_page(browser: Browser, demo_site: Site, scripts: bool):
    name = f"Ed {scripts}"
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(QUESTION)
        page.get_by_role("link", name="Ask a question").click()
        send(page)
        expect(page.locator("#error-summary")).to_be_focused()
        page.get_by_label("Your name").fill(name)
        page.get_by_label("Your question").fill("Do you take walk-ins?")
        page.get_by_label("E-mail", exact=True).check()
        page.get_by_label("Your e-mail address").fill("ed@example.org")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Question sent")
        assert [row["kind"] for row in rows(demo_site, name)] == ["question"]


def test_a_lost_cookie_and_a_restarted_server_cost_no_answer(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(FORM)
        fill_in(page, name="Flo Gray")
        page.context.clear_cookies()
        (master,) = demo_site.web_masters()
        orphans = demo_site.web_workers()  # they answer on for a moment: only their successors count
        os.kill(master, signal.SIGKILL)
        wait_until(lambda: not any(map(command_of, orphans)) and demo_site.answers(), what="the restart")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        assert len(rows(demo_site, "Flo Gray")) == 1


# --- By keyboard alone


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab, as often as it takes, until the target has the focus, shows it, and is in sight."""
    for _press in range(120):
        page.keyboard.press("Tab")
        if has_focus(target):
            expect(target).to_be_in_viewport()
            assert target.evaluate("field => getComputedStyle(field).outlineStyle !== 'none'"), "the focus is not seen"
            return
    raise AssertionError(f"Tab never came to {target}")


def test_the_whole_way_by_keyboard(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        press, type_in = page.keyboard.press, page.keyboard.type
        page.goto(ARTICLE)
        tab_to(page, page.get_by_role("main").get_by_role("link", name="Request an appointment").first)
        press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Request an appointment")
        tab_to(page, page.get_by_label("Me", exact=True))
        press("ArrowDown")  # to "My child"
        expect(page.get_by_label("My child under 18")).to_be_checked()
        tab_to(page, page.get_by_label("Patient’s full name"))
        type_in("Gil Keys")
        tab_to(page, page.get_by_role("button", name="Send request"))
        press("Enter")
        expect(page.locator("#error-summary")).to_be_focused()
        tab_to(page, page.locator("#error-summary").get_by_role("link", name="Enter your name"))
        press("Enter")
        expect(page.get_by_label("Your name", exact=True)).to_be_focused()
        type_in("Parent Keys")
        tab_to(page, page.get_by_label("First visit here"))
        press("Space")
        tab_to(page, page.get_by_label("Phone call"))
        press("Space")
        tab_to(page, page.get_by_label("Your phone number"))
        type_in("919 555 0148")
        tab_to(page, page.get_by_text("Help us find a time sooner"))
        press("Enter")
        tab_to(page, page.get_by_label("Tuesday"))
        press("Space")
        page.get_by_label("Your phone number").press("Enter")  # sends, from any field of one line
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        tab_to(page, page.get_by_role("link", name="Withdraw this request"))
        press("Enter")
        tab_to(page, page.get_by_role("button", name="Withdraw this request"))
        press("Enter")
        expect(page.get_by_text("This request was withdrawn")).to_be_visible()
        (row,) = rows(demo_site, "Gil Keys")
        assert (row["requester_name"], row["preferred_days"], row["status"]) == ("Parent Keys", [1], "cancelled")


# --- What the small script does


def test_scripts_put_away_what_does_not_apply_and_lose_nothing(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(FORM)
        expect(page.get_by_label("Your name", exact=True)).to_be_hidden()
        page.get_by_label("Someone else").check()
        expect(page.get_by_label("Your name", exact=True)).to_be_visible()
        expect(page.get_by_label("Your phone number")).to_be_hidden()
        page.get_by_label("E-mail", exact=True).check()
        expect(page.get_by_label("Your phone number")).to_be_hidden()
        expect(page.get_by_label("Your e-mail address")).to_have_attribute("required", "")
        page.get_by_label("Phone call").check()
        expect(page.get_by_label("Your phone number")).to_have_attribute("required", "")
        expect(page.get_by_label("Your e-mail address")).to_be_visible()  # for a receipt
        expect(page.get_by_label("Your e-mail address")).not_to_have_attribute("required", "")
        page.get_by_label("Someone else").check()
        send(page)
        expect(page.get_by_label("Your name", exact=True)).to_be_visible()
        page.get_by_label("Me", exact=True).check()
        expect(page.get_by_label("Your name", exact=True)).to_be_hidden()
    with small_phone(browser, demo_site, scripts=False) as page:
        page.goto(FORM)
        for label in ("Your name", "Your phone number", "Your e-mail address"):
            expect(page.get_by_label(label, exact=True)).to_be_visible()


# --- Every state, for everybody


def test_every_state_of_the_form_passes_axe_in_light_and_dark(browser: Browser, demo_site: Site):
    found = {}
    with small_phone(browser, demo_site) as page:

        def look(state: str) -> None:
            if wrong := faults(page, LOOKS):
                found[state] = wrong

        page.goto(f"{FORM}?article=is-dry-needling-safe&provider=jason-williams")
        look("prefilled")
        page.get_by_text("More signs").click()
        page.get_by_text("Change", exact=True).click()
        page.get_by_text("Help us find a time sooner").click()
        look("all open")
        page.goto(FORM)
        look("empty")
        send(page)
        expect(page.locator("#error-summary")).to_be_visible()
        look("errors")
        fill_in(page)
        page.get_by_label("Someone else").check()
        page.get_by_label("E-mail", exact=True).check()
        look("half answered")
        page.get_by_label("Phone call").check()
        page.get_by_label("Me", exact=True).check()
        send(page)
        reference = reference_on(page)
        look("sent")
        page.get_by_role("button", name="Change how to reach me").click()
        expect(page.locator("#error-summary")).to_be_visible()
        look("contact not changed")
        demo_site.manage("shell", "-v", "0", "-c", MAKE_LATE.format(reference))
        page.goto(STATUS)
        expect(page.get_by_text("We are running late")).to_be_visible()
        expect(page.get_by_text("We reply by")).to_have_count(0)
        expect(page.get_by_role("main").get_by_role("link", name=re.compile(r"\(\d{3}\) ")).first).to_be_visible()
        look("late")
        page.get_by_role("link", name="Withdraw this request").click()
        page.get_by_role("button", name="Withdraw this request").click()
        expect(page.get_by_text("This request was withdrawn")).to_be_visible()
        look("withdrawn")
        demo_site.manage("shell", "-v", "0", "-c", REVOKE.format(reference))
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
        look("gone")
        page.goto(QUESTION)
        send(page)
        expect(page.locator("#error-summary")).to_be_visible()
        look("question with errors")
        flood = [page.request.post(FORM, form={}, max_redirects=0).status for _n in range(30)]
        assert flood[0] == 422 and flood[-1] == 429
        page.goto(FORM)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Please wait a few minutes")
        expect(page.get_by_role("main").get_by_role("link", name=re.compile("^Call"))).to_be_visible()
        look("429")
    assert found == {}
