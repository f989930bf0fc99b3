"""Who visits the demo clinic and what they do there: the public, patients, staff, and readers of its mail."""

import re
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from demo_pages import MOST_ROWS, SITE, Pages, browser, model

READING_TAKES = timedelta(minutes=1)  # a form that comes back within seconds looks like a robot's
SIGN_INS = ["admin", "manager", "frontdesk", "williams"]
QUEUE = "/admin/appointments/appointmentrequest/"
ARTICLES = "/admin/articles/article/"
ARTICLE_PAGES = ["change", "review", "preview", "preview/page", "versions", "compare", "pictures", "history", "delete"]
REQUEST = "/appointments/request/"
STATUS = "/appointments/status/"


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
