"""Every page as it comes out of a printer."""

import re
import zlib

from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import KINDS, reader
from tests.processes import Site

ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"
WIDTH, HEIGHT = 680, 930  # of what is printed on a Letter page, in CSS pixels
# Another provider and the page with a table: what they hold breaks elsewhere
PRINTED = [*(url for url in KINDS if "?" not in url), "/providers/ngozi-okafor/", "/first-visit/"]


def on_paper(page: Page, url: str) -> None:
    page.goto(url)
    page.emulate_media(media="print")


def test_a_printed_page_says_whose_it_is_and_where_it_came_from(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": WIDTH, "height": HEIGHT}) as (page, _complaints):
        for url in PRINTED:
            on_paper(page, url)
            expect(page.locator(".page-address")).to_contain_text("1250 Example Parkway")
            expect(page.locator(".page-address")).to_contain_text(f"{demo_site.url}{url.removesuffix('no-such-page/')}")
            expect(page.locator(".site-header__phone")).to_be_visible()
            for away in (".notice", ".reach-bar", ".site-nav", ".tools", ".help"):
                expect(page.locator(away)).to_be_hidden()


def test_a_picture_takes_at_most_a_third_of_the_page(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": WIDTH, "height": HEIGHT}) as (page, _complaints):
        on_paper(page, ARTICLE)
        assert page.locator(".article__picture img").bounding_box()["height"] <= HEIGHT / 3


def test_no_table_is_cut_off_where_paper_does_not_scroll(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": 480, "height": HEIGHT}) as (page, _complaints):
        on_paper(page, "/first-visit/")
        table = page.get_by_role("table").bounding_box()
        assert table["x"] + table["width"] <= 480
        assert page.locator(".table-scroll").evaluate("region => region.scrollWidth <= region.clientWidth")


def test_what_is_folded_on_a_phone_is_on_paper(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": 375, "height": 667}) as (page, _complaints):
        on_paper(page, ARTICLE)
        expect(page.get_by_text("How much of the change came from the needle itself, as nobody")).to_be_visible()


def test_no_sheet_carries_a_line_alone(browser: Browser, demo_site: Site):
    with reader(browser, demo_site, viewport={"width": 1280, "height": 800}) as (page, _complaints):
        sparse = {}
        for url in PRINTED:
            page.goto(url)
            page.wait_for_load_state("networkidle")
            margin = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")
            lines = lines_of(page.pdf(format="Letter", margin=margin))
            if min(lines) < 3:
                sparse[url] = lines
        assert sparse == {}


def lines_of(pdf: bytes) -> list[int]:
    """Return how many heights there are at which each sheet has text."""
    packed = re.findall(rb"FlateDecode[^>]*>>\s*stream\r?\n(.*?)endstream", pdf, re.S)
    streams = [zlib.decompress(data) for data in packed]
    sheets = [stream for stream in streams if b" Tm" in stream]
    return [len({float(y) for y in re.findall(rb"(-?[\d.]+) Tm", sheet)}) for sheet in sheets]
