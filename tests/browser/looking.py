"""What every public page is held to, looked at as its readers do: light and dark, from a small phone to a desk."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.processes import Site

LOOKS = [(width, scheme) for width in (320, 768, 1280) for scheme in ("light", "dark")]
AXE = {
    "resultTypes": ["violations"],
    # Not the style sheets: axe takes an @import's address as relative to the page, and asks the site for what is not
    # there. Only an experimental rule would read them.
    "preload": {"assets": ["media"]},
}
AXE_IN_PUBLIC = AXE | {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2, which axe leaves out unless asked
}
FORMS = ["/contact/", "/appointments/request/"]  # the only pages that set a cookie, against forged posts
ERRORS = ["400", "403", "404", "413", "429", "500", "503", "csrf"]

# One address of each kind of page; the sitemap gives all of them
KINDS = [
    "/",
    "/articles/",
    "/articles/?treatment=dry-needling&condition=neck-pain",
    "/articles/?q=needling",
    "/articles/?q=xylophone",
    "/articles/reasons-to-try-dry-needling-for-low-back-pain/",
    "/providers/",
    "/providers/jason-williams/",
    "/treatments/",
    "/treatments/dry-needling/",
    "/treatments/dry-needling/for/low-back-pain/",
    "/conditions/",
    "/conditions/low-back-pain/",
    "/insurance-and-fees/",
    *FORMS,
    "/appointments/request/?article=is-dry-needling-safe&provider=jason-williams",
    "/no-such-page/",
]


def addresses(site: Site) -> list[str]:
    """Every page that the sitemap names, as paths."""
    with urlopen(f"{site.url}/sitemap.xml") as answer:  # noqa: S310  (our own address)
        return re.findall(rf"<loc>{site.url}([^<]+)</loc>", answer.read().decode())


@contextmanager
def reader(browser: Browser, site: Site, **how) -> Iterator[tuple[Page, list[str]]]:
    """A page of a fresh browser, and what it had to complain of: messages, errors, requests that left the site."""
    context = browser.new_context(base_url=site.url, reduced_motion="reduce", **how)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(f"console: {message.text}") if not own(message) else None)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: complaints.append(f"off the site: {request.url}") if site.url not in request.url else None,
    )
    try:
        yield page, complaints
    finally:
        context.close()


def own(message: ConsoleMessage) -> bool:
    """Whether Chromium only repeats the page's own answer, which is meant: 404 for no page, 422 for a form to mend."""
    return message.text.startswith("Failed to load resource") and message.location["url"] == message.page.url


def violations(page: Page) -> list[dict]:
    """Return the violations that axe finds on the page as it is now."""
    return Axe().run(page, options=AXE).response["violations"]


def faults(page: Page, looks: list[tuple[int, str]]) -> list[str]:
    """Return what is wrong with the page in these looks: violations of axe's rules, and sideways scrolling."""
    found = []
    page.evaluate(Axe().axe_script)
    # Links scroll out from under the bar at the bottom; axe would call what lies beneath it now too small
    page.evaluate("for (const bar of document.querySelectorAll('.reach-bar')) bar.style.position = 'static'")
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        for violation in page.evaluate(f"axe.run({json.dumps(AXE_IN_PUBLIC)}).then(results => results.violations)"):
            found += [f"{width} {scheme} {violation['id']}: {node['html']}" for node in violation["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} {scheme} scrolls sideways")
    return found


def error_pages(site: Site) -> dict[str, str]:
    """Every designed error page as the running site would send it; most cannot be provoked from outside."""
    code = (
        "import json; from django.test import RequestFactory; from clinic.pages import errors;"
        "request = RequestFactory().get('/');"
        "page = lambda name: errors._page(request, 400, template=name).content.decode();"
        f"print(json.dumps({{name: page(name) for name in {ERRORS}}}))"
    )
    return json.loads(site.manage("shell", "-v", "0", "-c", code))
