"""Prove that a change of the code leaves every page as it was: record the demo clinic's pages before and after.

    python scripts/compare_pages.py record FOLDER    write every page and message into the folder, one file each
    python scripts/compare_pages.py compare A B      print what differs between two such folders

Needs the development requirements. It knows the site by its addresses, its models' labels and its commands alone, so
that it runs unchanged while modules move. Copy it into an older checkout to record that one.
"""

import difflib
import html
import io
import logging
import os
import re
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count, groupby
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
SITE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 24, 10, 7, tzinfo=ZoneInfo("America/New_York"))  # a Tuesday, with a morning's work waiting
READING_TAKES = timedelta(minutes=1)  # a form that comes back within seconds looks like a robot's
SIGN_INS = ["admin", "manager", "frontdesk", "williams"]
QUEUE = "/admin/appointments/appointmentrequest/"
ARTICLES = "/admin/articles/article/"
ARTICLE_PAGES = ["change", "review", "preview", "preview/page", "versions", "compare", "pictures", "history", "delete"]
REQUEST = "/appointments/request/"
STATUS = "/appointments/status/"
HEADERS = [
    "Content-Type", "Location", "Cache-Control", "Content-Security-Policy", "Referrer-Policy", "Retry-After", "Vary",
    "X-Frame-Options", "X-Robots-Tag",
]  # fmt: skip
MOST_ROWS = 3  # addresses that differ in a number alone
MOST_LINES = 30  # of one difference, or of the pages that have it
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


def main(verb: str, *folders: str) -> None:
    if verb == "record" and len(folders) == 1:
        record(Path(folders[0]))
    elif verb == "compare" and len(folders) == 2:
        sys.exit(1 if compare(*map(Path, folders)) else 0)
    else:
        sys.exit(__doc__)


# --- Recording


def record(folder: Path) -> None:
    """Set up a demo clinic of its own, at a time that stands still, and write all it shows into the folder."""
    import time_machine

    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir, time_machine.travel(NOW, tick=False) as clock:
        start_site(Path(data_dir))
        pages = Pages(folder)
        read_public_pages(pages)
        provoke_errors(pages)
        ask(pages, clock)
        for username in SIGN_INS:
            read_staff_pages(pages, username)
        work_at_the_desk(pages)
        put_articles_in_every_status(pages)
        read_mail(pages)
    print(f"{len(list(folder.iterdir()))} pages and messages in {folder}")


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


# --- What the public sees


def read_public_pages(pages: Pages) -> None:
    client = browser()
    sitemap = re.findall(rf"<loc>{SITE}([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    treatments = [url for url in sitemap if re.fullmatch(r"/treatments/[^/]+/", url)]
    others = [
        "/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/healthz", "/readyz", "/monitor",
        "/articles/feed/", *[f"{url}feed/" for url in treatments],
        "/articles/?q=needling", "/articles/?q=xylophone", "/articles/?page=2", "/articles/?page=99",
        "/media/no-such-file.jpg", "/no-such-page/", "/no/such/page/", "/accounts/login/",
        "/admin/", STATUS, f"{STATUS}no-such-token/", "/articles/preview/no-such-token/",
    ]  # fmt: skip
    closed = ("/admin/", "/accounts/", "/static/", "/media/")
    pages.crawl("visitor", client, [*sitemap, *others], lambda url: not url.startswith(closed))


def provoke_errors(pages: Pages) -> None:
    from django.db import OperationalError

    client = browser()
    pages.keep("error 400", client.get("/", headers={"Transfer-Encoding": "chunked"}))
    pages.keep("error 400 by host", client.get("/", headers={"Host": "elsewhere.example"}))
    pages.keep("error 403 without a token", browser(enforce_csrf_checks=True).post("/accounts/login/"))
    pages.keep("error 405", client.post("/"))
    pages.keep("error 413", client.post(REQUEST, {"note": "x" * 300_000}))
    with failing_database(RuntimeError(), times=1):
        pages.keep("error 500", client.get("/"))
    with failing_database(OperationalError(), times=1000):
        pages.keep("error 503", client.get("/"))
        pages.keep("error 503 of readyz", client.get("/readyz"))
        pages.keep("error 503 of monitor", client.get("/monitor"))
    crowd = browser(REMOTE_ADDR="192.0.2.1")
    answers = (crowd.post(REQUEST) for _n in range(100))
    pages.keep("error 429", next(answer for answer in answers if answer.status_code == 429))


def failing_database(error: Exception, times: int):
    """Return a context in which so many queries raise this error."""
    from django.db import connection

    left = iter(range(times))

    def fail(execute, *query):
        if next(left, None) is not None:
            raise error
        return execute(*query)

    return connection.execute_wrapper(fail)


def ask(pages: Pages, clock) -> None:
    """Send both public forms with mistakes and without, and follow a request's status page to its end."""
    client = browser()
    blank = client.get("/contact/")
    request_form = pages.keep("request prefilled", client.get(f"{REQUEST}?{prefill()}"))
    clock.shift(READING_TAKES)
    pages.keep("request with nothing", client.post(REQUEST))
    wrong = {"patient_relation": "child", "contact_method": "phone", "phone": "12", "email": "x", "note": "x" * 301}
    pages.keep("request with mistakes", client.post(f"{REQUEST}?{prefill()}", wrong))
    pages.keep("question with nothing", client.post("/contact/"))
    pages.keep("question with mistakes", client.post("/contact/", {"contact_method": "email", "email": "x"}))

    reach = {"contact_method": "email", "email": "pat.doe@example.com"}
    answers = {"patient_relation": "self", "patient_name": "Pat Doe", "visit_type": "new_problem", **reach}
    sent = client.post(f"{REQUEST}?{prefill()}", answers | {"stamp": stamp(request_form)})
    pages.keep("request sent", sent)
    page = pages.keep("status just sent", client.get(STATUS))
    link = re.search(rf"{STATUS}[\w.:-]{{20,}}/", page.content.decode())
    if link:
        other = browser()
        pages.keep("status link opened", other.get(link[0]))
        pages.keep("status by link", other.get(STATUS))
    pages.keep("status with mistakes", client.post(STATUS, {"contact_method": "phone"}))
    pages.keep("status changed", client.post(STATUS, {"contact_method": "phone", "phone": "919 555 0199"}))
    pages.keep("status after the change", client.get(STATUS))
    pages.keep("status withdrawn", client.post(STATUS, {"withdraw": "1"}))
    pages.keep("status after the withdrawal", client.get(STATUS))

    question = {"patient_name": "Pat Doe", "message": "Is there parking?", "stamp": stamp(blank), **reach}
    pages.keep("question sent", client.post("/contact/", question))
    pages.keep("status of a question", client.get(STATUS))


def prefill() -> str:
    """Return the query with which an article's page leads to the request form."""
    article = model("articles", "Article").objects.order_by("pk").first()
    provider = model("providers", "Provider").objects.filter(is_accepting=True).order_by("pk").first()
    return f"article={article.slug}&provider={provider.slug}"


def stamp(page) -> str:
    """Return the mark that a form carries to tell its showings apart."""
    field = re.search(r'<input[^>]*name="stamp"[^>]*>', page.content.decode())
    return re.search(r'value="([^"]*)"', field[0])[1]


def model(app: str, name: str):
    from django.apps import apps

    return apps.get_model(app, name)


# --- What staff see


def signed_in(username: str):
    client = browser()
    client.post("/accounts/login/", {"login": username, "password": "demo-clinic"})
    return client


def read_staff_pages(pages: Pages, username: str) -> None:
    """Read all that this person's menus lead to, and what they do not lead to but somebody may try."""
    pages.keep(f"{username} signs in", browser().post("/accounts/login/", {"login": username, "password": "wrong"}))
    client = signed_in(username)
    start = ["/admin/", *model_pages(), *request_pages(), *article_pages()]
    start += [f"/accounts/{page}/" for page in ("login", "password/change", "2fa", "2fa/totp/activate", "session")]
    start += ["/accounts/reauthenticate/", "/accounts/2fa/recovery-codes/", "/admin/no-such-page/"]
    pages.crawl(username, client, start, is_staff_page)


def is_staff_page(url: str) -> bool:
    """Return whether to follow a link: not to the public site, and not to a list sorted by a column that is random."""
    is_sorted = any(name == "o" for name, _value in parse_qsl(urlsplit(url).query))
    is_inside = url.startswith(("/admin/", "/accounts/")) and not url.startswith("/admin/r/")
    return is_inside and "logout" not in url and not is_sorted


def model_pages() -> Iterator[str]:
    """Yield the list and the empty form of every model in the admin, with the forms of its first rows."""
    from django.contrib import admin
    from django.urls import reverse

    for each in admin.site._registry:
        name = f"admin:{each._meta.app_label}_{each._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        for row in each._default_manager.order_by("pk")[:MOST_ROWS]:
            yield reverse(f"{name}_change", args=[row.pk])


def request_pages() -> Iterator[str]:
    yield from (QUEUE + page for page in ("find/", "call/", "news/0/"))


def requests_of_each_status() -> Iterator[tuple[str, str]]:
    """Yield each status that requests have, with the address of the first two of them."""
    requests = model("appointments", "AppointmentRequest").objects
    for status in sorted(set(requests.values_list("status", flat=True))):
        for row in requests.filter(status=status).order_by("pk")[:2]:
            yield status, f"{QUEUE}{row.pk}/change/"


def article_pages() -> Iterator[str]:
    for article in model("articles", "Article").objects.order_by("pk")[:MOST_ROWS]:
        yield from (f"{ARTICLES}{article.pk}/{page}/" for page in ARTICLE_PAGES)
        yield from (f"{ARTICLES}{article.pk}/compare/?old={old}&new={new}" for old, new in [("1", ""), ("1", "2")])
        yield f"{ARTICLES}{article.pk}/preview/?width=phone"


def work_at_the_desk(pages: Pages) -> None:
    """Look requests of every status up, enter a call, and press every button of a request's page."""
    desk, manager = signed_in("frontdesk"), signed_in("manager")
    for number, (status, url) in enumerate(requests_of_each_status(), start=1):
        for who, client in (("frontdesk", desk), ("manager", manager)):
            pages.keep(f"{who} request {number:02} {status}", client.get(url))
    for words in ("", "Rahman", "0140", "xylophone"):
        pages.keep(f"frontdesk finds {words or 'nothing typed'}", desk.post(f"{QUEUE}find/", {"q": words}))
    pages.keep("frontdesk enters nothing", desk.post(f"{QUEUE}call/"))
    pages.keep("frontdesk takes no step", desk.post(next(requests_of_each_status())[1], {"step": "no-such-step"}))
    first_of = dict(reversed(list(requests_of_each_status())))
    for status, url in sorted(first_of.items()):
        for step in sorted(set(re.findall(r'name="step" value="([\w-]+)"', desk.get(url).content.decode()))):
            pages.keep(f"frontdesk step {step} of {status}", desk.post(url, {"step": step, f"{step}-seen": "999999"}))
            pages.keep(f"frontdesk after step {step} of {status}", desk.get(url))


def put_articles_in_every_status(pages: Pages) -> None:
    """Show an article to those who work on it as it stands in each status; the demo's are all published."""
    articles = model("articles", "Article").objects
    article = articles.filter(author__user__username="williams").order_by("pk").first()
    clients = {username: signed_in(username) for username in ("manager", "williams", "reyes", "okafor")}
    for status, _label in articles.model._meta.get_field("status").choices:
        articles.filter(pk=article.pk).update(status=status)
        for username, client in clients.items():
            for page in ("change", "review", "versions"):
                answer = client.get(f"{ARTICLES}{article.pk}/{page}/")
                pages.keep(f"{username} article {status} {page}", answer)
        pages.keep(f"visitor article {status}", browser().get(f"/articles/{article.slug}/"))
    preview = clients["williams"].get(f"{ARTICLES}{article.pk}/preview/").content.decode()
    link = re.search(r"/articles/preview/[^/\s\"<]+/", preview)[0]
    pages.keep("visitor article by preview link", browser().get(link))


# --- Mail


def read_mail(pages: Pages) -> None:
    """Let the worker send all mail there ever was, and open the status pages that it leads to."""
    from django.core import mail
    from django.core.management import call_command
    from django.utils import timezone

    emails = model("mail", "OutgoingEmail").objects
    emails.update(sent_at=None, failed_at=None, due_at=timezone.now())
    rounds = count(1)

    def stop_soon(_seconds: float) -> None:
        if next(rounds) == 10:
            signal.raise_signal(signal.SIGTERM)

    mail.outbox = []
    with patch("time.sleep", stop_soon):
        call_command("run_worker")
    numbers = defaultdict(count(1).__next__)
    kinds = Counter()
    for message in mail.outbox:
        kind = message.extra_headers["Message-ID"].strip("<>").split(".")[0]
        kinds[kind] += 1
        pages.write(f"mail {kind} {kinds[kind]:02}", words_of(message))
        for link in re.findall(rf"{SITE}({STATUS}[^/\s]+/)", message.body):
            numbers[link]
    for link, number in numbers.items():
        client = browser()
        client.get(link)
        pages.keep(f"status {number:02} by a message's link", client.get(STATUS))
    pages.write("mail left", "\n".join(f"{row} {row.last_error}" for row in emails.filter(sent_at=None).order_by("pk")))


def words_of(message) -> str:
    """Return a message as its reader gets it: headers, text and HTML."""
    headers = {"Subject": message.subject, "From": message.from_email, "To": ", ".join(message.to)}
    headers |= {"Reply-To": ", ".join(message.reply_to), **message.extra_headers}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\n".join([*lines, "", message.body, *[content for content, _kind in message.alternatives]])


# --- Comparing


def compare(before: Path, after: Path) -> int:
    """Print what differs, each difference once with all the pages that have it. Return how many pages differ."""
    old, new = ({unquote(path.name): path for path in folder.iterdir()} for folder in (before, after))
    for title, names in ((f"Only in {before}", old.keys() - new.keys()), (f"Only in {after}", new.keys() - old.keys())):
        if names:
            print("\n".join([f"{title}:", *[f"  {name}" for name in sorted(names)], ""]))
    pages_of = defaultdict(list)
    changed = set()
    for name in sorted(old.keys() & new.keys()):
        for difference in differences(old[name].read_text(), new[name].read_text()):
            pages_of[difference].append(name)
            changed.add(name)
    for difference, names in pages_of.items():
        print("\n".join([f"On {len(names)}:", *cut([f"  {name}" for name in names]), *cut(difference.split("\n")), ""]))
    missing, added = len(old.keys() - new.keys()), len(new.keys() - old.keys())
    print(f"{len(old)} pages: {len(changed)} differ, {missing} missing, {added} new")
    return len(changed) + missing + added


def cut(lines: list[str]) -> list[str]:
    """Return as many lines as one looks at."""
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"  ... and {more} more"] if more > 0 else lines


def differences(before: str, after: str) -> Iterator[str]:
    """Yield the places where two texts differ, without their line numbers."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""))[2:]
    for is_place, place in groupby(lines, key=lambda line: not line.startswith("@@")):
        if is_place:
            yield "\n".join(place)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["help"]))
