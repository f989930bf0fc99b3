"""The demo clinic on data of its own, and its pages as files: what is random or signed on them taken out."""

import html
import io
import logging
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
SITE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 24, 10, 7, tzinfo=ZoneInfo("America/New_York"))  # a Tuesday, with a morning's work waiting
HEADERS = [
    "Content-Type", "Location", "Cache-Control", "Content-Security-Policy", "Referrer-Policy", "Retry-After", "Vary",
    "X-Frame-Options", "X-Robots-Tag",
]  # fmt: skip
MOST_ROWS = 3  # addresses that differ in a number alone
MOST_QUERIES = 8  # addresses that differ in what the query says, not in what it asks about

# What is random or signed on a page, and what stands for it; {} is a number, the same for the same text on a page
ALIKE = [
    (re.compile(r'(?<=nonce=")[^"]+|(?<=nonce-)[\w+/=-]+'), "NONCE"),
    (re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+'), "CSRF"),
    (re.compile(r"\.?[\w-]+(?::|%3A)[\w-]{6}(?::|%3A)[\w-]{43}\b"), "SIGNED-{}"),
    (re.compile(r"\bR-[2-9A-Z]{4}-[2-9A-Z]{4}\b"), "REFERENCE-{}"),
    (re.compile(r"\b[0-9a-f]{24}\b"), "FILE-{}"),
    (re.compile(r"(?<=/static/)([\w./@-]+)\.[0-9a-f]{12}(?=\.\w+)"), r"\1"),
    (re.compile(r"\w+\*{6,}"), "PASSWORD-HASH"),
    (re.compile(r"(?<=/admin/r/)\d+"), "CONTENT-TYPE"),
    (re.compile(r"\b[A-Z2-7]{32}\b|(?<=data:image/svg\+xml;base64,)[\w+/=]+"), "CODE-SECRET"),
]


def start_site(data_dir: Path) -> None:
    """Load the demo clinic into an empty data directory."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "CLINIC_DATA_DIR": str(data_dir),
        "DATABASE_URL": f"sqlite:///{data_dir / 'clinic.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "memorymail://",
        "SECRET_KEY": "for-comparing-pages-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "SITE_URL": SITE,
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXY_COUNT": "0",
        "TIME_ZONE": "America/New_York",
        "STAFF_MFA": "optional",
        "DEBUG": "false",
        "DEMO": "1",
    }
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.ERROR)  # pages are refused and broken here on purpose, hundreds of them
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=io.StringIO())


def browser(**how):
    """Return a client that meets the site at its address, and error pages instead of exceptions."""
    from django.test import Client

    return Client(raise_request_exception=False, SERVER_NAME="127.0.0.1", SERVER_PORT="8000", **how)


class Pages:
    """The folder, a file a page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, response):
        """Write an answer down and return it."""
        lines = [f"{response.status_code}"]
        for header in HEADERS:
            # The parts of a policy come in any order, another one each time
            parts = sorted(response.headers.get(header, "").split("; "))
            lines += [f"{header}: {'; '.join(parts)}"] if header in response.headers else []
        lines += [f"Set-Cookie: {cookie}" for cookie in sorted(response.cookies)]
        self.write(name, "\n".join([*lines, "", text_of(response)]))
        return response

    def write(self, name: str, text: str) -> None:
        path = self.folder / quote(alike(name), safe=" ")
        if path.exists():
            raise ValueError(f"two pages are called {name}")
        path.write_text(alike(text))

    def crawl(self, who: str, client, start: Iterable[str], allowed: Callable[[str], bool]) -> None:
        """Read these addresses and, step by step, all that they link to, by GET alone.

        Each step goes in alphabetical order: a menu whose order changed leads to the same pages at the same time.
        """
        seen, shapes = set(), Counter()
        step = sorted(start)
        while step:
            found: set[str] = set()
            for url in step:
                most = MOST_QUERIES if "?" in url else MOST_ROWS
                if url in seen or shapes[shape(url)] >= most:
                    continue
                seen.add(url)
                shapes[shape(url)] += 1
                response = self.keep(f"{who} {url}", client.get(url))
                # A filter on top of a filter shows nothing new, and there are thousands
                found |= {link for link in links(url, response) if not ("?" in url and "?" in link) and allowed(link)}
            step = sorted(found - seen)


def text_of(response) -> str:
    """Return the body. XML comes a tag a line, for a difference to be small."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode(errors="replace")
    return text.replace("><", ">\n<") if text.startswith("<?xml") else text


def alike(text: str) -> str:
    """Return the text with all that is random or signed replaced, equal by equal."""
    for pattern, words in ALIKE:
        if "{}" in words:
            numbers = defaultdict(count(1).__next__)
            text = pattern.sub(lambda match, w=words, n=numbers: w.format(n[match[0]]), text)
        else:
            text = pattern.sub(words, text)
    return text


def shape(url: str) -> str:
    """Return what addresses of one kind have in common: the path without numbers, the names in the query."""
    parts = urlsplit(url)
    names = sorted(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
    return re.sub(r"\d+", "0", parts.path) + "?" + "&".join(names)


def links(url: str, response) -> Iterator[str]:
    """Yield where an answer leads to on this site, by link, frame or redirect."""
    found = re.findall(r'(?:<a\b[^>]*? href|<iframe\b[^>]*? src)="([^"]+)"', text_of(response))
    for link in [*found, response.headers.get("Location", "")]:
        target = urlsplit(urljoin(SITE + url, html.unescape(link)))._replace(fragment="")
        if link and target.geturl().startswith(f"{SITE}/"):
            yield target._replace(scheme="", netloc="").geturl()


def model(app: str, name: str):
    from django.apps import apps

    return apps.get_model(app, name)
