"""Beside an article: buttons that share and print it, and which section is being read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import reader
from tests.processes import Site

ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"
DESK = {"viewport": {"width": 1280, "height": 800}}
# A share sheet as phones have one; what it is given is kept, and it ends as a reader may end it
SHEET = "window.given = []; navigator.share = (what) => {{ given.push(what); return {end}; }};"
NO_SHEET = "Object.defineProperty(navigator, 'share', { value: undefined });"


@contextmanager
def article(browser: Browser, site: Site, script: str = "", **how) -> Iterator[Page]:
    with reader(browser, site, **(DESK | how)) as (page, complaints):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.add_init_script(script)
        page.goto(ARTICLE)
        yield page
        assert complaints == []


def copied(page: Page) -> str:
    expect(page.get_by_text("Link copied")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def test_without_a_share_sheet_the_address_is_copied_and_that_is_said(browser: Browser, demo_site: Site):
    with article(browser, demo_site, NO_SHEET) as page:
        page.get_by_role("button", name="Share").click()
        assert copied(page) == demo_site.url + ARTICLE


def test_the_share_sheet_gets_the_article_and_nothing_of_how_it_was_reached(browser: Browser, demo_site: Site):
    with article(browser, demo_site, SHEET.format(end="Promise.resolve()")) as page:
        page.goto(f"{ARTICLE}?utm_source=mail")
        page.get_by_role("button", name="Share").click()
        (given,) = page.evaluate("given")
        assert given == {"title": page.title(), "url": demo_site.url + ARTICLE}
        expect(page.get_by_text("Link copied")).to_have_count(0)


@pytest.mark.parametrize(("error", "is_copied"), [("AbortError", False), ("NotAllowedError", True)])
def test_a_sheet_that_was_closed_is_an_answer_and_one_that_fails_is_not(
    browser: Browser, demo_site: Site, error: str, is_copied: bool
):
    end = f"Promise.reject(new DOMException('', '{error}'))"
    with article(browser, demo_site, SHEET.format(end=end)) as page:
        page.get_by_role("button", name="Share").click()
        page.wait_for_function("given.length === 1")
        if is_copied:
            assert copied(page) == demo_site.url + ARTICLE
        else:
            expect(page.get_by_text("Link copied")).to_have_count(0)


def test_the_print_button_prints(browser: Browser, demo_site: Site):
    with article(browser, demo_site, "window.printed = 0; window.print = () => { printed += 1; };") as page:
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("printed") == 1


def test_without_scripts_there_are_no_buttons_that_do_nothing(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, java_script_enabled=False, **DESK) as (page, _complaints):
        page.goto(ARTICLE)
        expect(page.locator(".tools")).to_be_hidden()


def test_the_contents_mark_the_section_that_is_read(browser: Browser, demo_site: Site):
    with article(browser, demo_site) as page:
        contents = page.get_by_role("navigation", name="On this page")
        current = contents.locator("[aria-current=location]")
        expect(current).to_have_count(0)  # the opening belongs to none
        names = contents.get_by_role("link").all_inner_texts()
        for name in [*names, names[0]]:  # down, and up again
            contents.get_by_role("link", name=name).click()
            expect(current).to_have_text(name)
            expect(page.get_by_role("heading", name=name)).to_be_in_viewport()
