"""Pages that are kept: the same bytes to everybody, never older than the content, and nothing of anybody in them."""

import gzip
import re
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
import time_machine
from django.db import OperationalError, connection
from django.urls import get_resolver

from appointments.links import status_token
from clinic.core.http import is_public_page
from clinic.pages import kept
from clinic.pages.models import Page
from clinic.practice.contact_file import save_current_contact
from clinic.practice.models import ClinicProfile
from clinic.redirects.models import Redirect
from tests.factories import make_page, make_provider, make_request
from tests.pages.at_the_server import SameTransaction, Server

NOON = "2026-11-24T17:00:05Z"


@pytest.fixture
def server(pages) -> Server:
    return Server(look=SameTransaction())


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


# The same page again


def test_a_page_is_made_once_and_given_to_everybody(server):
    first = server.get("/first-visit/")
    again = server.get("/first-visit/", HTTP_COOKIE="sessionid=abc", HTTP_USER_AGENT="Another", REMOTE_ADDR="192.0.2.8")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body and again.headers == first.headers
    assert server.asked == 1


def test_it_says_what_django_says(server, client):
    plain, made = client.get("/first-visit/"), server.get("/first-visit/")
    assert made.body == plain.content
    own = {"ETag": f"W/{plain['ETag']}", "Content-Length": str(len(plain.content))}
    assert made.headers == dict(plain.headers) | own
    assert "default-src 'none'" in made.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accepts", "encoding", "read"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_it_comes_as_the_browser_takes_it(server, accepts, encoding, read):
    plain = server.get("/first-visit/")
    for _time in range(2):
        answer = server.get("/first-visit/", HTTP_ACCEPT_ENCODING=accepts)
        assert answer.headers.get("Content-Encoding") == encoding
        assert read(answer.body) == plain.body
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_browser_that_has_it_is_told_so(server):
    etag = server.get("/first-visit/").headers["ETag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        answer = server.get("/first-visit/", HTTP_IF_NONE_MATCH=known)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == etag and "Content-Type" not in answer.headers
    assert server.get("/first-visit/", HTTP_IF_NONE_MATCH='"other"').status == 200
    assert server.asked == 1


def test_a_head_has_no_body(server):
    page = server.get("/first-visit/")
    head = server.get("/first-visit/", method="HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", page.headers)


# How long it holds


def test_an_edit_is_on_the_very_next_page(server):
    server.get("/first-visit/")
    Page.objects.filter(slug="first-visit").update(body="<p>Bring your shoes.</p>")
    assert "Bring your shoes." in server.get("/first-visit/").text


def test_a_page_that_moved_leads_to_where_it_is(server):
    server.get("/first-visit/")
    Page.objects.filter(slug="first-visit").update(slug="your-visit")
    Redirect.objects.create(path="/first-visit/", target="/your-visit/")
    assert server.get("/first-visit/").status == 301
    assert server.get("/your-visit/").status == 200


def test_the_clock_of_a_page_is_never_older_than_the_minute(server):
    server.get("/")
    for at, asked in (("17:00:59", 1), ("17:01:00", 2), ("17:01:30", 2)):
        with time_machine.travel(f"2026-11-24T{at}Z", tick=False):
            server.get("/")
        assert server.asked == asked


class Still:
    def version(self):
        return 1


def test_many_who_come_at_once_are_given_one_page(server):
    def slowly(environ, start_response):
        time.sleep(0.2)
        start_response("200 OK", [("Cache-Control", "public"), ("ETag", '"1"'), ("Vary", "Accept-Encoding")])
        return [b"A page."]

    server.application.django = slowly
    server.kept.look = Still()
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _visitor: server.get("/first-visit/").body, range(8)))
    assert answers == [b"A page."] * 8
    assert server.asked == 1


# What is never kept


def test_two_visitors_never_get_the_same_form_token(server, settings):
    for path in ("/appointments/request/", "/contact/"):
        pages = [server.get(path).text for _visitor in range(3)]
        tokens = [re.search(r'name="stamp" value="([^"]+)"', page)[1] for page in pages]
        assert len(set(tokens)) == 3, path
    assert server.kept.shelf.size == 0


KEPT_ROUTES = {
    "home", "page", "favicon", "sitemap", "robots", "security-txt", "list", "feed", "detail", "treatment-feed",
    "provider-list", "provider-detail", "treatment-list", "treatment-detail", "treatment-for-condition",
    "condition-list", "condition-detail", "search",
}  # fmt: skip


def test_only_these_routes_may_be_kept():
    """A page with a form, of a patient or of the staff is no public_page."""

    def walk(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns)
            elif is_public_page(pattern.callback):
                yield pattern.name

    assert set(walk(get_resolver().url_patterns)) == KEPT_ROUTES


@pytest.mark.parametrize(
    "asked",
    [
        {"address": "/search/?q=back"},
        {"address": "/first-visit/?utm_source=mail"},
        {"address": "/first-visit/", "method": "POST"},
        {"address": "/first-visit/", "method": "OPTIONS"},
        {"address": "/first-visit/", "HTTP_HOST": "testserver:81"},
        {"address": "/first-visit/", "HTTP_HOST": "evil.example"},
        {"address": "/first-visit/", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"address": "/first-visit/", "CONTENT_LENGTH": "3"},
        {"address": "/first-visit/", "wsgi.url_scheme": "https"},
        {"address": "/no-such-page/"},
        {"address": "/healthz"},
        {"address": "/readyz"},
        {"address": "/monitor"},
        {"address": "/admin/"},
        {"address": "/accounts/login/"},
        {"address": "/appointments/status/"},
        {"address": "/media/nothing.jpg"},
        {"address": "/static/css/site.css"},
    ],
)
def test_anything_else_goes_to_django_each_time(server, asked):
    server.get(**asked)
    server.get(**asked)
    assert server.asked == 2
    assert server.kept.shelf.size == 0


def test_a_status_page_is_of_its_patient_alone(server):
    asked = make_request()
    link = f"/appointments/status/{status_token(asked.reference, 1)}/"
    answer = server.get(link)
    assert answer.status == 302 and "Set-Cookie" in answer.headers
    assert server.get("/appointments/status/").status == 404
    assert server.kept.shelf.size == 0


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "sessionid=abc"),
        ("Vary", "Accept-Encoding, Cookie"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "script-src 'nonce-abc'"),
    ],
)
def test_an_answer_that_is_somebodys_is_not_kept(server, header):
    def somebodys(environ, start_response):
        usual = {"Cache-Control": "public", "ETag": '"1"', "Vary": "Accept-Encoding"} | dict([header])
        start_response("200 OK", list(usual.items()))
        return [b"Welcome back."]

    server.application.django = somebodys
    assert server.get("/first-visit/").body == b"Welcome back."
    assert server.kept.shelf.size == 0


def test_nothing_of_a_visitor_reaches_the_page(server):
    seen = []

    def look(environ, start_response):
        seen.append(environ)
        start_response("200 OK", [])
        return []

    server.application.django = look
    server.get("/first-visit/", HTTP_COOKIE="a=b", HTTP_ACCEPT_LANGUAGE="de", HTTP_X_FORWARDED_FOR="192.0.2.9")
    assert "192.0.2." not in repr(seen) and "a=b" not in repr(seen) and "'de'" not in repr(seen)


# Memory


def test_it_holds_so_much_and_no_more(server, monkeypatch):
    one = len(server.get("/first-visit/").body)
    monkeypatch.setattr(kept, "MOST_BYTES", int(3.5 * one))
    for number in range(8):
        make_page(f"page-{number}", "A page of the same length")
    for number in range(8):
        server.get(f"/page-{number}/")
        assert server.kept.shelf.size <= kept.MOST_BYTES
    asked = server.asked
    server.get("/page-7/", HTTP_ACCEPT_ENCODING="br")
    assert server.asked == asked
    assert server.kept.shelf.size == sum(page.size for page, _size in server.kept.shelf._pages.values())
    server.get("/page-0/")
    assert server.asked == asked + 1


# Without a database


class Away:
    def version(self):
        raise OperationalError("the server closed the connection")


def test_while_the_database_is_away_a_page_is_given_with_a_line(server):
    make_provider("Dr. Lane", slug="lane")
    save_current_contact()
    for path in ("/", "/first-visit/", "/providers/lane/", "/articles/"):
        server.get(path)
        server.kept.look = Away()
        answer = server.get(path, HTTP_ACCEPT_ENCODING="br")
        page = brotli.decompress(answer.body).decode()
        assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
        assert "We cannot take requests on this site just now" in page and "(919) 555-0123" in page
        server.kept.look = SameTransaction()
        assert "just now" not in server.get(path).text


def test_a_feed_has_no_line(server):
    feed = server.get("/articles/feed/")
    server.kept.look = Away()
    assert server.get("/articles/feed/").body == feed.body


def gone(execute, sql, params, many, context):
    raise OperationalError("the server closed the connection")


def test_a_page_of_more_than_an_hour_ago_is_not_given(server):
    server.get("/first-visit/")
    server.kept.look = Away()
    with connection.execute_wrapper(gone):
        with time_machine.travel("2026-11-24T17:59:00Z", tick=False):
            assert server.get("/first-visit/").status == 200
        with time_machine.travel("2026-11-24T18:01:00Z", tick=False):
            assert server.get("/first-visit/").status == 503
        assert server.get("/urgent-help/").status == 503


def test_a_database_that_fails_while_a_page_is_made(server):
    server.get("/first-visit/")
    server.kept.look = Still()
    with connection.execute_wrapper(gone):
        answer = server.get("/first-visit/")
    assert answer.status == 200 and "just now" in answer.text


# What the public may no longer read


def test_closing_and_opening_the_site_is_on_the_very_next_page(server):
    assert server.get("/first-visit/").status == server.get("/").status == 200
    ClinicProfile.objects.update(closed_at=NOON)
    for _visitor in range(2):
        closed = server.get("/first-visit/")
        assert closed.status == 503 and "This site is being prepared" in closed.text
    assert server.kept.shelf.size == 0
    ClinicProfile.objects.update(closed_at=None)
    assert server.get("/first-visit/").status == 200


def test_no_page_of_a_closed_site_comes_back_while_the_database_is_away(server):
    for path in ("/", "/first-visit/"):
        server.get(path)
    ClinicProfile.objects.update(closed_at=NOON)
    server.get("/")
    server.kept.look = Away()
    with connection.execute_wrapper(gone):
        assert server.get("/").status == server.get("/first-visit/").status == 503


def test_no_page_that_was_taken_back_comes_back_while_the_database_is_away(server):
    server.get("/first-visit/")
    Page.objects.filter(slug="first-visit").update(is_published=False)
    assert server.get("/first-visit/").status == 404
    assert server.kept.shelf.size == 0
    server.kept.look = Away()
    with connection.execute_wrapper(gone):
        assert server.get("/first-visit/").status == 503
