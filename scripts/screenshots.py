"""Take the pictures in docs/screenshots anew: the demo clinic on data of its own, at a moment that stands still.

    python scripts/screenshots.py [name ...]

The same code gives the same pictures, byte for byte, with the same Chromium. Needs the development requirements
(Playwright and a Chromium, see scripts/chromium.py).
"""

import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import time_machine
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from chromium import find as find_chromium  # noqa: E402
from demo_pages import NOW, start_site  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
QUEUE = "/admin/appointments/appointmentrequest/"
ARTICLE = "reasons-to-try-dry-needling-for-low-back-pain"
COLOURS = 96  # flat pages need few; it keeps a picture under 150 KB

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
OFFICE = {"viewport": {"width": 1180, "height": 780}}
WRITING = {"viewport": {"width": 1000, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()  # before Playwright starts, for it may ask Playwright too
    with running_site() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for username, look, shots in SESSIONS:
            chosen = {name: take for name, take in shots.items() if not wanted or name in wanted}
            if chosen:
                page = open_page(browser, url, username, look)
                for name, take in chosen.items():
                    take(page)
                    save(page, name, whole=name in WHOLE)
                page.context.close()
        browser.close()


@contextmanager
def running_site() -> Iterator[str]:
    """Serve the demo clinic from this process, so that its clock can be stopped; give its address."""
    # References are drawn by lot; here always the same ones
    lots = patch("secrets.choice", random.Random("screenshots").choice)  # noqa: S311  (guards nothing)
    with tempfile.TemporaryDirectory() as data_dir, time_machine.travel(NOW, tick=False), lots:
        start_site(Path(data_dir))
        from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
        from django.core.wsgi import get_wsgi_application

        server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
        server.set_app(get_wsgi_application())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


def open_page(browser: Browser, url: str, username: str, look: dict) -> Page:
    """Open a browser of its own, signed in where a username is given."""
    page = browser.new_context(base_url=url, **look).new_page()
    if username:
        page.goto("/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill("demo-clinic")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1, name="Today").wait_for()
    return page


def save(page: Page, name: str, *, whole: bool) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    picture = Image.open(BytesIO(page.screenshot(full_page=whole, animations="disabled")))
    path = FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def at(path: str) -> Callable[[Page], None]:
    return lambda page: page.goto(path) and None


# The front desk


def request(page: Page) -> None:
    page.goto(QUEUE)
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("button", name="I am on it").click()
    page.get_by_text("You are on it").wait_for()


def to_check(page: Page) -> None:
    page.goto(f"{QUEUE}?show=to-check")
    page.locator("#result_list tbody th a").first.click()


def find(page: Page) -> None:
    page.goto(f"{QUEUE}find/")
    page.get_by_label("Name, phone number").fill("0140")
    page.keyboard.press("Enter")
    page.get_by_text("requests found").wait_for()


def day(page: Page) -> None:
    """The first day ahead on which somebody comes."""
    page.goto(f"{QUEUE}week/")
    page.locator(".week li a").first.wait_for()
    page.locator("tr:has(li a) th a").first.click()


# Writing


def open_article(page: Page) -> None:
    page.goto("/admin/articles/article/")
    page.get_by_role("link", name="Reasons to try dry needling for low back pain").click()


def without_summary(page: Page) -> None:
    """Save the article with something missing, which makes a draft of its working copy."""
    open_article(page)
    page.get_by_label("Summary").fill("")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Before this can be published").wait_for()


def writers_home(page: Page) -> None:
    without_summary(page)
    page.goto("/admin/")


def editor(page: Page) -> None:
    open_article(page)
    menubar = page.locator(".prose-menubar").first
    menubar.wait_for()
    menubar.evaluate("bar => scrollTo(0, bar.getBoundingClientRect().top + scrollY - 48)")


def preview(page: Page) -> None:
    open_article(page)
    page.get_by_role("link", name="Preview").click()
    page.get_by_role("link", name="On a phone").click()
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()


# Who sees it, on what, and the pictures in the order they are taken
SESSIONS: list[tuple[str, dict, dict[str, Callable[[Page], None]]]] = [
    ("", DESKTOP, {"home": at("/")}),
    ("", PHONE, {
        "article-phone": at(f"/articles/{ARTICLE}/"),
        "request-phone": at(f"/appointments/request/?article={ARTICLE}&provider=jason-williams#request-form"),
    }),
    ("", PHONE | {"color_scheme": "dark"}, {"provider-phone-dark": at("/providers/jason-williams/")}),
    ("frontdesk", OFFICE, {
        "desk-today": at("/admin/"),
        "desk-queue": at(QUEUE),
        "desk-request": request,
        "desk-to-check": to_check,
        "desk-find": find,
        "desk-day": day,
    }),
    ("williams", WRITING, {
        "writing-home": writers_home,
        "writing-editor": editor,
        "writing-missing": without_summary,
        "writing-preview": preview,
    }),
]  # fmt: skip
NAMES = [name for _username, _look, shots in SESSIONS for name in shots]
WHOLE = {name for name in NAMES if name.startswith("desk-")}  # the others end where the screen does


if __name__ == "__main__":
    main(sys.argv[1:])
