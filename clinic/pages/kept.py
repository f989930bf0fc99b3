"""Public pages kept whole: finished and compressed, given to everybody without asking Django.

A page is made from its address alone: no cookie and no other header of a visitor reaches the view, so it cannot be
about anybody. It holds while the content's version stands still, and no longer than to the next full minute, since
pages tell the time ("open until noon"). Only a view that is a `public_page` is asked so; the request form, searches and
all that is the staff's go to Django as they come.
"""

import gzip
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.db import Error
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.http import parse_etags

from clinic.core.http import is_public_page
from clinic.pages.content import Look
from clinic.pages.errors import DATABASE_AWAY
from clinic.practice.contact_file import saved_contact

logger = logging.getLogger(__name__)

MOST_BYTES = 32 * 1024 * 1024  # for each of the two web processes
MINUTE = 60
HOUR = 3600
# What of a request reaches the view: where it was sent, never by whom
OF_THE_ADDRESS = (
    "HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "PATH_INFO", "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
    "wsgi.errors", "wsgi.multiprocess", "wsgi.multithread", "wsgi.run_once", "wsgi.url_scheme", "wsgi.version",
)  # fmt: skip
# Requests with one of these want more than a page
UNUSUAL = ("QUERY_STRING", "SCRIPT_NAME", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_IF_MATCH")
COMPRESS: dict[str, Callable[[bytes], bytes]] = {  # the best first
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
BELOW_THE_LINE = b'<header class="site-header">'  # how the frame of a page goes on below its notices

Stamp = tuple[int, int]  # what a page was made of: version of the content, minute


@dataclass
class Page:
    """A finished answer, and its body in each encoding that somebody asked for."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    stamp: Stamp
    made_at: float
    database_away: bool = False
    encoded: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name = {name.lower(): value for name, value in self.headers}
        self.is_compressible = "accept-encoding" in self.by_name.get("vary", "").lower()

    @property
    def is_keepable(self) -> bool:
        """Whether everybody may be given the same, as its headers say."""
        says = self.by_name.get
        return (
            self.status.startswith("200")
            and "public" in says("cache-control", "")
            and says("vary", "Accept-Encoding") == "Accept-Encoding"
            and "nonce-" not in says("content-security-policy", "")
            and "set-cookie" not in self.by_name
            and "etag" in self.by_name
        )

    @property
    def size(self) -> int:
        return len(self.body) + sum(map(len, self.encoded.values()))

    def encode(self, encoding: str) -> bytes:
        """Return the body in one of the encodings of COMPRESS, or as it is."""
        if not encoding:
            return self.body
        if encoding not in self.encoded:
            self.encoded[encoding] = COMPRESS[encoding](self.body)
        return self.encoded[encoding]

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Give the page to whoever asked, or 304 to who has it."""
        if is_known(environ.get("HTTP_IF_NONE_MATCH", ""), self.by_name.get("etag", "")):
            start_response("304 Not Modified", [pair for pair in self.headers if pair[0] != "Content-Type"])
            return []
        encoding = accepted(environ.get("HTTP_ACCEPT_ENCODING", "")) if self.is_compressible else ""
        body = self.encode(encoding)
        of_the_body = [("Content-Length", str(len(body)))] + ([("Content-Encoding", encoding)] if encoding else [])
        start_response(self.status, self.headers + of_the_body)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class Shelf:
    """Pages by their address, MOST_BYTES at most: the one that nobody asked for longest goes first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pages: OrderedDict[str, tuple[Page, int]] = OrderedDict()
        self.size = 0

    def get(self, path: str) -> Page | None:
        with self._lock:
            if path not in self._pages:
                return None
            self._pages.move_to_end(path)
            return self._pages[path][0]

    def put(self, path: str, page: Page) -> None:
        """Put a page in the place of the one before, or weigh it again."""
        with self._lock:
            self.size -= self._pages.pop(path, (page, 0))[1]
            self._pages[path] = page, page.size
            self.size += page.size
            while self.size > MOST_BYTES:
                self.size -= self._pages.popitem(last=False)[1][1]

    def drop(self, path: str) -> None:
        with self._lock:
            if path in self._pages:
                self.size -= self._pages.pop(path)[1]

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.size = 0


class KeptPages:
    """The application with the pages it made kept before it."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.look = Look()
        self.shelf = Shelf()
        self._making: WeakValueDictionary[str, Any] = WeakValueDictionary()  # a lock for each page being made
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = public_path(environ)
        page = self.page(path, environ) if path else None
        if path is None or page is None:
            return self.application(environ, start_response)
        before = page.size
        answer = page.answer(environ, start_response)
        if page.size > before and self.shelf.get(path) is page:
            self.shelf.put(path, page)
        return answer

    def page(self, path: str, environ: WSGIEnvironment) -> Page | None:
        """Return the page as it is now. None where the database is away and the page was not kept."""
        try:
            stamp = self.look.version(), int(time.time() // MINUTE)
        except Error:
            return self._of_before(path)
        page = self.shelf.get(path)
        if page and page.stamp == stamp:
            return page
        with self._lock:
            lock = self._making.setdefault(path, Lock())
        with lock:  # whoever comes meanwhile waits for this one
            before = self.shelf.get(path)
            if before and before.stamp == stamp:
                return before
            page = make(self.application, environ, stamp)
            if page.database_away:
                return self._of_before(path) or page
            if page.is_keepable:
                if before and before.body == page.body:
                    page.encoded = before.encoded
                self.shelf.put(path, page)
            elif page.status.startswith("503"):  # the clinic closed: no page comes back while the database is away
                self.shelf.clear()
            else:
                self.shelf.drop(path)
            return page

    def _of_before(self, path: str) -> Page | None:
        """Return a page of the last hour with a line that requests are by phone only, since nothing can be stored."""
        page = self.shelf.get(path)
        if page is None or time.time() - page.made_at > HOUR:
            return None
        logger.warning("The database does not answer; a page is given as it was kept")
        return by_phone_only(page)


def public_path(environ: WSGIEnvironment) -> str | None:
    """Return the path where this asks for a public page and nothing else, at the site's own address; else None."""
    site = urlsplit(settings.SITE_URL)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(environ.get(name) for name in UNUSUAL):
        return None
    if environ.get("HTTP_HOST", "").lower() != site.netloc or scheme(environ) != site.scheme:
        return None
    path = get_path_info(environ)
    return path if _is_public(path) else None


def scheme(environ: WSGIEnvironment) -> str:
    """Return http or https, as Django believes it."""
    if settings.TRUSTED_PROXY_COUNT and "HTTP_X_FORWARDED_PROTO" in environ:
        return "https" if environ["HTTP_X_FORWARDED_PROTO"].split(",")[0].strip() == "https" else "http"
    return environ["wsgi.url_scheme"]


@lru_cache(maxsize=2048)
def _is_public(path: str) -> bool:
    try:
        return is_public_page(resolve(path).func)
    except Http404:
        return False


def make(application: WSGIApplication, environ: WSGIEnvironment, stamp: Stamp) -> Page:
    """Ask for the page at this address as nobody in particular, uncompressed."""
    asked = {name: environ[name] for name in OF_THE_ADDRESS if name in environ}
    given: list[Any] = []

    def take(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        given[:] = [status, headers]
        return lambda body: None

    asked |= {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "wsgi.input": BytesIO()}
    answer = application(asked, take)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = given
    headers = [weak(*pair) for pair in headers if pair[0] != "Content-Length"]
    return Page(status, headers, body, stamp, time.time(), database_away=DATABASE_AWAY in asked)


def weak(name: str, value: str) -> tuple[str, str]:
    """Return a header; an ETag as one of all encodings of the body."""
    return (name, value if value.startswith("W/") else f"W/{value}") if name == "ETag" else (name, value)


def by_phone_only(page: Page) -> Page:
    """Return the page as it is shown while the database is away: with a line that says so, and for no cache to keep."""
    body = page.body
    if BELOW_THE_LINE in body:
        line = render_to_string("includes/by_phone_only.html", {"clinic": saved_contact()})
        body = body.replace(BELOW_THE_LINE, line.encode() + BELOW_THE_LINE, 1)
    headers = [pair for pair in page.headers if pair[0] not in ("ETag", "Cache-Control")]
    return replace(page, headers=[*headers, ("Cache-Control", "no-store")], body=body, encoded={})


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether a browser has this page already, as its If-None-Match says."""
    if not (if_none_match and etag):
        return False
    known = parse_etags(if_none_match)
    return known == ["*"] or etag.removeprefix("W/") in (each.removeprefix("W/") for each in known)


@lru_cache(maxsize=256)
def accepted(accept_encoding: str) -> str:
    """Return the best encoding that a browser takes; empty for none."""
    offers = [offer.replace(" ", "").lower() for offer in accept_encoding.split(",")]
    taken = {offer.partition(";")[0] for offer in offers if not re.search(r";q=0(\.0*)?$", offer)}
    return next((encoding for encoding in COMPRESS if encoding in taken), "")
