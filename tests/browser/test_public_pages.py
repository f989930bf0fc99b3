"""Every public page as its readers meet it: in any look, without scripts, by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import FORMS, KINDS, LOOKS, addresses, error_pages, faults, reader
from tests.processes import Site

ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"

# Where the focus is: a number of its own for each element, its words, and whether it shows that it has the focus
FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    window.visited = window.visited || [];
    if (!window.visited.includes(element)) window.visited.push(element);
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
        number: window.visited.indexOf(element),
        words: (element.innerText || element.name || element.outerHTML).trim().slice(0, 60),
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""
# What the keyboard should have come to by then: all that can be used, but one radio button of each group
MISSED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(element => element.checkVisibility({visibilityProperty: true}) && element.tabIndex >= 0)
    .filter(element => !window.visited.includes(element))
    .filter(element => element.type !== "radio" || !window.visited.some(other => other.name === element.name))
    .map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def all_pages(demo_site: Site) -> list[str]:
    pages = addresses(demo_site)
    assert len(pages) > 40
    return pages


def test_every_kind_of_page_in_every_look(browser: Browser, demo_site: Site):
    found = {}
    for url in KINDS:
        with reader(browser, demo_site) as (page, complaints):
            page.goto(url)
            wrong = faults(page, LOOKS) + complaints
            cookies = [cookie["name"] for cookie in page.context.cookies()]
            if cookies and url.partition("?")[0] not in FORMS:
                wrong.append(f"sets a cookie: {cookies}")
            if wrong:
                found[url] = wrong
    assert found == {}


def test_every_page_once(browser: Browser, demo_site: Site, all_pages: list[str]):
    """Each in one of the looks, taken in turn."""
    found = {}
    with reader(browser, demo_site) as (page, complaints):
        for number, url in enumerate(all_pages):
            if url in KINDS:
                continue
            page.goto(url)
            if wrong := faults(page, [LOOKS[number % len(LOOKS)]]):
                found[url] = wrong
        assert (found, complaints) == ({}, [])
        assert page.context.cookies() == []


def test_every_error_page(browser: Browser, demo_site: Site):
    """Each in one of the looks, taken in turn; the one for a wrong address is among the kinds above."""
    found = {}
    with reader(browser, demo_site) as (page, complaints):
        for number, (name, html) in enumerate(error_pages(demo_site).items()):
            show(page, f"/error-{name}", html)
            expect(page.locator("main").get_by_role("link").first).to_be_visible()
            if wrong := faults(page, [LOOKS[number % len(LOOKS)]]):
                found[name] = wrong
        assert (found, complaints) == ({}, [])


def show(page: Page, url: str, html: str) -> None:
    """Have the browser meet this page at that address, with the site's own files around it."""
    page.route(f"**{url}", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(url)


@pytest.mark.parametrize("url", ["/", ARTICLE, "/articles/", "/contact/", "/appointments/request/"])
def test_pages_hold_large_text(browser: Browser, demo_site: Site, url: str):
    """Text at 200 %, on a tablet: nothing is cut off and nothing scrolls sideways."""
    with reader(browser, demo_site, viewport={"width": 768, "height": 1024}) as (page, complaints):
        page.goto(url)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert faults(page, [(768, "light")]) == []
        assert complaints == []


@pytest.mark.parametrize(("url", "width"), [*((url, 1280) for url in KINDS), ("/", 320), (ARTICLE, 320)])
def test_the_keyboard_reaches_everything(browser: Browser, demo_site: Site, url: str, width: int):
    with reader(browser, demo_site, viewport={"width": width, "height": 800}) as (page, _complaints):
        page.goto(url)
        steps = walk(page)
        assert steps[0]["words"] == "Skip to the page"
        assert [step["words"] for step in steps if not step["seen"]] == [], "focus is not visible"
        assert [step["words"] for step in steps if not step["inside"]] == [], "focus is off the screen"
        assert page.evaluate(MISSED) == []


def walk(page: Page) -> list[dict]:
    """Press Tab until the focus leaves the page or comes round; give each stop."""
    steps: list[dict] = []
    for _press in range(400):
        page.keyboard.press("Tab")
        step = page.evaluate(FOCUS)
        if step is None or step["number"] < len(steps):
            return steps
        steps.append(step)
    raise AssertionError("the focus never leaves the page")


def test_the_skip_link_skips(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": 1280, "height": 800}) as (page, _complaints):
        page.goto(ARTICLE)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_without_scripts_from_the_menu_to_the_status_page(browser: Browser, demo_site: Site):
    """On a small phone: menu, filter, article, form with its errors, status page; each of them also checked."""
    phone = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
    with reader(browser, demo_site, **phone) as (page, complaints):
        page.goto("/")
        page.get_by_text("Menu", exact=True).click()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Articles").click()
        narrow_the_list(page)
        page.locator(".card__title a").first.click()
        page.get_by_role("link", name="Request an appointment").last.click()
        ask(page)
        assert complaints == []


def narrow_the_list(page: Page) -> None:
    everything = page.locator(".entry").count()
    page.get_by_label("Treatment").select_option("Dry needling")
    page.get_by_label("Words").fill("trapezius")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search the articles")
    expect(page.get_by_label("Words")).to_have_value("trapezius")
    assert 0 < page.locator(".entry").count() < everything
    page.get_by_role("link", name="Remove the filter: Dry needling").click()
    expect(page.get_by_label("Treatment")).to_have_value("")


def ask(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Request an appointment")
    page.wait_for_timeout(3000)  # no person is faster than that
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title("Error: Request an appointment | AccessHealth Chiropractic")
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("full name").fill("Zxqwort Quillfeather")
    page.get_by_label("Been here, follow-up").check()
    page.get_by_label("Phone call", exact=True).check()
    page.get_by_label("Your phone number").fill("919 555 0123")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request sent")
