"""A patient's small phone, and what it left at the clinic."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from playwright.sync_api import Browser, Page

from tests.browser.looking import reader
from tests.processes import Site

PHONE = {"width": 375, "height": 667}
_addresses = count(1)


@contextmanager
def small_phone(browser: Browser, site: Site, *, scripts: bool = True) -> Iterator[Page]:
    """A fresh phone at an address of its own. Its page must end without a complaint from the browser."""
    address = {"X-Forwarded-For": f"10.4.0.{next(_addresses)}"}
    looks = {"viewport": PHONE, "java_script_enabled": scripts, "extra_http_headers": address, "has_touch": True}
    with reader(browser, site, **looks) as (page, complaints):
        page.set_default_timeout(15_000)
        yield page
        # The browser remarks on every answer of 400 and above, which a form with errors is on purpose, and on a summary
        # that has the focus already
        assert [words for words in complaints if not re.search("status of 4|Autofocus processing", words)] == []


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Send")).click()


def rows(site: Site, name: str) -> list[dict]:
    """The stored requests of this patient."""
    stored = json.loads(site.manage("dumpdata", "appointments.appointmentrequest"))
    return [row["fields"] for row in stored if row["fields"]["patient_name"] == name]
