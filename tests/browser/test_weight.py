"""What the first view of an article costs a phone: bytes over the wire as they are sent, and requests."""

from playwright.sync_api import Browser

from tests.browser.looking import reader
from tests.processes import Site

PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75}
ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"


def test_the_first_view_of_an_article_is_light(browser: Browser, demo_site: Site):
    """At most 70 KB compressed with the lead picture, 60 KB of fonts beside it, eleven requests (two small scripts)."""
    with reader(browser, demo_site, **PHONE) as (page, _complaints):
        loaded: list[tuple[str, str, int]] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        kinds: dict[str, tuple[str, str]] = {}
        session.on(
            "Network.responseReceived",
            lambda event: kinds.update({event["requestId"]: (event["type"], event["response"]["url"])}),
        )
        session.on(
            "Network.loadingFinished",
            lambda event: loaded.append((*kinds[event["requestId"]], event["encodedDataLength"])),
        )
        page.goto(ARTICLE, wait_until="networkidle")
    fonts = sum(size for kind, _url, size in loaded if kind == "Font")
    rest = sum(size for kind, _url, size in loaded if kind != "Font")
    print(f"{rest / 1024:.1f} KB and {fonts / 1024:.1f} KB of fonts in {len(loaded)} requests")  # noqa: T201  (pytest -s)
    assert rest <= 70 * 1024, loaded
    assert 0 < fonts <= 60 * 1024
    assert len(loaded) <= 11
