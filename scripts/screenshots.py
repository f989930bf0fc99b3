"""Take the pictures in docs/screenshots anew: start the demo clinic on data of its own and photograph its pages.

    python scripts/screenshots.py [name ...]

Needs the development requirements (Playwright and a Chromium, see scripts/chromium.py).
"""

import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from chromium import find as find_chromium  # noqa: E402

from tests.processes import MailServer, Site  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
QUEUE = "/admin/appointments/appointmentrequest/"
COLOURS = 96  # flat pages need few; it keeps a picture under 150 KB


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()  # before Playwright starts, for it may ask Playwright too
    server = MailServer()
    server.start()
    with tempfile.TemporaryDirectory() as data_dir, sync_playwright() as playwright:
        site = Site(Path(data_dir), email_url=server.url)
        try:
            site.manage("migrate", "--verbosity", "0")
            site.manage("load_demo")
            site.start()
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = front_desk(browser, site)
            for name, take in SHOTS.items():
                if not wanted or name in wanted:
                    take(page)
                    save(page, name)
            for name, (path, look) in PUBLIC.items():
                if not wanted or name in wanted:
                    visitor = browser.new_context(base_url=site.url, **look).new_page()
                    visitor.goto(path)
                    save(visitor, name, whole=False)
            browser.close()
        finally:
            site.stop()
            server.stop()


def front_desk(browser: Browser, site: Site) -> Page:
    """A browser in which the receptionist has signed in."""
    page = browser.new_context(base_url=site.url, viewport={"width": 1180, "height": 780}).new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill("frontdesk")
    page.get_by_label("Password").fill("demo-clinic")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="Today").wait_for()
    return page


def save(page: Page, name: str, *, whole: bool = True) -> None:
    picture = Image.open(BytesIO(page.screenshot(full_page=whole)))
    path = FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def today(page: Page) -> None:
    page.goto("/admin/")


def queue(page: Page) -> None:
    page.goto(QUEUE)


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
    page.get_by_role("heading", name="requests found").wait_for()


SHOTS: dict[str, Callable[[Page], None]] = {
    "desk-today": today,
    "desk-queue": queue,
    "desk-request": request,
    "desk-to-check": to_check,
    "desk-find": find,
}

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}
PUBLIC: dict[str, tuple[str, dict]] = {
    "home": ("/", DESKTOP),
    "article-phone": ("/articles/reasons-to-try-dry-needling-for-low-back-pain/", PHONE),
    "request-phone": ("/appointments/request/#request-form", PHONE),
    "provider-phone-dark": ("/providers/jason-williams/", PHONE | {"color_scheme": "dark"}),
}


if __name__ == "__main__":
    main(sys.argv[1:])
