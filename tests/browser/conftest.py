"""A real Chromium, and for whole journeys the real processes behind it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.processes import MailServer, Site

expect.set_options(timeout=20_000)  # milliseconds: a busy machine is slow, not wrong

DEBIANS_CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The Chromium of the machine, unless CHROMIUM names another."""
    if os.environ.get("CHROMIUM") or not os.path.exists(DEBIANS_CHROMIUM):
        return browser_type_launch_args
    return {**browser_type_launch_args, "executable_path": DEBIANS_CHROMIUM}


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def demo_site(tmp_path_factory, mail_server) -> Iterator[Site]:
    """The demo clinic, run as in production on data of its own."""
    site = Site(tmp_path_factory.mktemp("demo"), email_url=mail_server.url)
    site.manage("migrate", "--verbosity", "0")
    site.manage("load_demo")
    site.start()
    yield site
    site.stop()
