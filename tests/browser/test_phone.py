"""The frame of every page on a phone: one line of news, a slim bar above, call and request below."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import reader
from tests.processes import Site

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True}
ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"

# Of what has the focus: whether any of it is under the bar at the bottom
COVERED = """() => {
    const element = document.activeElement, bar = document.querySelector(".reach-bar");
    if (element === document.body || bar.contains(element)) return null;
    const bottom = element.getBoundingClientRect().bottom;
    return bottom > bar.getBoundingClientRect().top ? element.outerHTML.slice(0, 100) : "";
}"""


def test_the_notice_is_one_line_opens_and_stays_put_away(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, **PHONE) as (page, complaints):
        page.goto("/")
        notice = page.get_by_role("region", name="Notice")
        one_line = notice.bounding_box()["height"]
        assert one_line < 50
        notice.get_by_role("button", name="More").click()
        assert notice.bounding_box()["height"] > one_line
        expect(notice.get_by_text("New patients are welcome")).to_be_focused()
        notice.get_by_role("button", name="Put the notice away").click()
        expect(notice).to_be_hidden()
        page.goto("/articles/")
        expect(notice).to_be_hidden()
        assert complaints == []


def test_without_scripts_the_notice_is_whole(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, java_script_enabled=False, **PHONE) as (page, _complaints):
        page.goto("/")
        assert page.get_by_role("region", name="Notice").bounding_box()["height"] > 50
        expect(page.locator(".notice button:visible")).to_have_count(0)


def test_call_and_request_are_at_the_bottom(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, **PHONE) as (page, _complaints):
        page.goto(ARTICLE)
        bar = page.get_by_role("navigation", name="Reach us")
        expect(bar.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+1-919-555-0123")
        bar.get_by_role("link", name="Request an appointment").click()
        expect(page).to_have_url(re.compile(r"article=reasons-.*&provider=jason-williams"))
        expect(bar).to_have_count(0)


@pytest.mark.parametrize("url", ["/", ARTICLE, "/contact/"])
def test_the_bar_hides_nothing_that_has_the_focus(browser: Browser, demo_site: Site, url: str):
    with reader(browser, demo_site, **PHONE) as (page, _complaints):
        page.goto(url)
        assert [words for words in covered(page) if words] == []


def covered(page: Page) -> list[str]:
    """Press Tab until the focus comes to the bar, then back to the top; say for each stop what the bar covers of it."""
    found: list[str] = []
    for key in ("Tab", "Shift+Tab"):
        for _press in range(200):
            page.keyboard.press(key)
            words = page.evaluate(COVERED)
            if words is None:
                break
            found.append(words)
    assert len(found) > 40
    return found


def test_the_menu_leads_everywhere_a_patient_asks_for(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, **PHONE) as (page, _complaints):
        page.goto("/articles/")
        page.get_by_text("Menu", exact=True).click()
        assert page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts() == [
            "What we treat", "Our providers", "Articles", "Your first visit", "Insurance and fees", "Urgent help",
            "Contact", "Search",
        ]  # fmt: skip


def test_the_breadcrumb_is_one_step_back(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, **PHONE) as (page, _complaints):
        page.goto(ARTICLE)
        assert page.get_by_role("navigation", name="Breadcrumb").locator("li:visible").all_inner_texts() == ["Articles"]
