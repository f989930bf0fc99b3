"""How short asking is: measured on a small phone, coming from an article. docs/asking.md states these numbers."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from appointments.guards import FASTEST_PERSON
from tests.browser.looking import reader
from tests.browser.phone import PHONE, rows, send, small_phone
from tests.processes import MailServer, Site, wait_until

FORM = "/appointments/request/"
ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"
CARRIED = "article=reasons-to-try-dry-needling-for-low-back-pain&provider=jason-williams"
PREFILLED = f"{FORM}?{CARRIED}"

pytestmark = pytest.mark.usefixtures("demo_site")


def screens_down(page: Page, selector: str) -> float:
    """Return how far down something starts, in heights of the screen."""
    top = page.locator(selector).evaluate("part => part.getBoundingClientRect().top + scrollY")
    return top / PHONE["height"]


def test_the_first_question_and_send_are_near(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(PREFILLED)
        assert screens_down(page, "#div_id_patient_relation") <= 1.2
        assert screens_down(page, ".form__send button") <= 3.2
        page.get_by_label("Someone else").check()
        page.get_by_label("Phone call").check()  # every question that may need an answer is there now
        assert screens_down(page, ".form__send button") <= 3.5


def test_seven_touches_are_enough(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(ARTICLE)
        page.get_by_role("main").get_by_role("link", name="Request an appointment", exact=True).tap()
        page.get_by_label("Me", exact=True).tap()
        page.get_by_label("Patient’s full name").tap()
        page.keyboard.type("Hal Seven")
        page.get_by_label("First visit here").tap()
        page.get_by_label("Phone call").tap()
        page.get_by_label("Your phone number").tap()
        page.keyboard.type("919 555 0151")
        page.get_by_role("button", name="Send request").tap()
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        (row,) = rows(demo_site, "Hal Seven")
        assert (row["visit_type"], row["patient_type"]) == ("first_visit", "new")
        assert row["source_article"] and row["provider"]


def test_twelve_tabs_are_enough(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(PREFILLED)
        tabs = 0

        def tab_until(name: str) -> None:
            nonlocal tabs
            while page.evaluate("document.activeElement.name || document.activeElement.className") != name:
                page.keyboard.press("Tab")
                tabs += 1
                assert tabs <= 12

        tab_until("skip-link")
        page.keyboard.press("Enter")
        tab_until("patient_relation")
        page.keyboard.press("Space")
        tab_until("patient_name")
        page.keyboard.type("Ida Twelve")
        tab_until("visit_type")
        page.keyboard.press("Space")
        tab_until("contact_method")
        page.keyboard.press("Space")
        tab_until("phone")
        page.keyboard.type("919 555 0152")
        tab_until("button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        assert len(rows(demo_site, "Ida Twelve")) == 1


# --- What a link prefilled


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_whom_the_link_named_is_one_line_and_can_be_changed(browser: Browser, demo_site: Site, scripts: bool):
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(PREFILLED)
        whom = page.get_by_label("Whom would you like to see?")
        expect(page.get_by_text("With: Dr. Jason Williams, DC")).to_be_visible()
        expect(whom).to_be_hidden()
        page.get_by_text("Change", exact=True).click()
        whom.select_option("First available")
        send(page)
        expect(page.locator("#error-summary")).to_be_visible()
        expect(page.get_by_text("With: First available")).to_be_visible()
        expect(page.get_by_text("You came from")).to_be_visible()  # a form that comes back still knows


@pytest.mark.parametrize("address", [ARTICLE, "/providers/jason-williams/"])
def test_every_way_from_an_article_or_provider_says_where_it_started(browser: Browser, demo_site: Site, address: str):
    with small_phone(browser, demo_site) as page:
        page.goto(address)
        links = [link.get_attribute("href") for link in page.locator(f'a[href^="{FORM}"]').all()]
        carried = CARRIED if address == ARTICLE else "provider=jason-williams"
        assert len(links) >= 4
        assert set(links) == {f"{FORM}?{carried}"}


def test_no_way_to_the_form_leads_away_from_it(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(PREFILLED)
        expect(page.locator(f'a[href^="{FORM}"]')).to_have_count(0)
        page.get_by_label("Me", exact=True).check()
        page.get_by_label("Patient’s full name").fill("Jo Nolink")
        page.get_by_label("Talk by phone").check()
        page.get_by_label("Phone call").check()
        page.get_by_label("Your phone number").fill("919 555 0153")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        expect(page.locator(f'a[href^="{FORM}"]')).to_have_count(0)


# --- Leaving and coming back


def kept(page: Page) -> str:
    return page.evaluate("Object.values(sessionStorage).join(' ')")


def half_fill(page: Page, name: str) -> None:
    page.get_by_label("My child under 18").check()
    page.get_by_label("Patient’s full name").fill(name)
    page.get_by_label("E-mail", exact=True).check()
    page.get_by_text("Help us find a time sooner").click()
    page.get_by_label("Friday").check()


def test_leaving_a_half_filled_form_loses_nothing_in_this_tab(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(FORM)
        half_fill(page, "Kim Away")
        page.goto(ARTICLE)
        page.goto(PREFILLED)
        expect(page.get_by_label("My child under 18")).to_be_checked()
        expect(page.get_by_label("Your name", exact=True)).to_be_visible()
        expect(page.get_by_label("Patient’s full name")).to_have_value("Kim Away")
        expect(page.get_by_label("Your e-mail address")).to_be_visible()
        expect(page.get_by_label("Friday")).to_be_visible()
        expect(page.get_by_label("Friday")).to_be_checked()
        expect(page.get_by_text("With: Dr. Jason Williams, DC")).to_be_visible()  # what the link names stands
        send(page)
        expect(page.locator("#error-summary")).to_be_visible()
        page.goto(FORM)  # also after a try that came back
        expect(page.get_by_label("Patient’s full name")).to_have_value("Kim Away")
        another_tab = page.context.new_page()
        another_tab.goto(FORM)
        expect(another_tab.get_by_label("Patient’s full name")).to_have_value("")


def test_what_was_sent_is_not_kept(browser: Browser, demo_site: Site):
    with small_phone(browser, demo_site) as page:
        page.goto(FORM)
        half_fill(page, "Lou Sent")
        assert "Lou Sent" in kept(page)
        page.get_by_label("Your name", exact=True).fill("Parent Sent")
        page.get_by_label("Been here, follow-up").check()
        page.get_by_label("Your e-mail address").fill("lou@example.org")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        assert kept(page) == ""
        page.goto(FORM)
        expect(page.get_by_label("Patient’s full name")).to_have_value("")


def test_nothing_is_kept_where_patients_share_a_screen(browser: Browser, demo_site: Site):
    """As with KEEP_HALF_FILLED_FORMS=false, which leaves out the mark that the script looks for."""
    with small_phone(browser, demo_site) as page:
        page.route(f"**{FORM}", lambda route: without_the_mark(route))
        page.goto(FORM)
        page.get_by_label("Patient’s full name").fill("Mia Shared")
        assert kept(page) == ""


def without_the_mark(route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace(" data-keep", ""))


# --- On other screens


@pytest.mark.parametrize("how", [{"viewport": {"width": 320, "height": 568}}, {"forced_colors": "active"}])
def test_a_child_on_a_narrow_screen_and_in_forced_colours(browser: Browser, demo_site: Site, how: dict):
    name = f"Ned {len(how)} {next(iter(how))}"
    with reader(browser, demo_site, **how) as (page, complaints):
        page.goto(FORM)
        page.get_by_label("My child under 18").check()
        page.get_by_label("Patient’s full name").fill(name)
        page.get_by_label("Your name", exact=True).fill("Parent Keys")
        page.get_by_label("Been here, something new").check()
        page.get_by_label("Phone call").check()
        page.get_by_label("Your phone number").fill("919 555 0154")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        assert complaints == []
    (row,) = rows(demo_site, name)
    assert (row["patient_relation"], row["requester_name"], row["patient_type"]) == (
        "child",
        "Parent Keys",
        "returning",
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_without_a_telephone(browser: Browser, demo_site: Site, mail_server: MailServer, scripts: bool):
    """An address is enough: no number is asked for, and the mail has the way back to the request."""
    name, address = f"Oda {scripts}", f"oda-{scripts}@example.org".lower()
    with small_phone(browser, demo_site, scripts=scripts) as page:
        page.goto(FORM)
        page.get_by_label("Me", exact=True).check()
        page.get_by_label("Patient’s full name").fill(name)
        page.get_by_label("First visit here").check()
        page.get_by_label("E-mail", exact=True).check()
        expect(page.get_by_label("Your phone number")).to_be_visible(visible=not scripts)
        page.get_by_label("Your e-mail address").fill(address)
        page.wait_for_timeout(FASTEST_PERSON.total_seconds() * 1000)  # who is faster waits for the desk's look
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
        (row,) = rows(demo_site, name)
        assert (row["contact_method"], row["email"], row["phone"]) == ("email", address, "")
        wait_until(lambda: any(mail.recipient == address for mail in mail_server.accepted), what="the patient's mail")
        (mail,) = (mail for mail in mail_server.accepted if mail.recipient == address)
        page.context.clear_cookies()
        page.goto(re.search(rf"{demo_site.url}/appointments/status/\S+", mail.text)[0])
        expect(page.get_by_text(row["reference"])).to_be_visible()
