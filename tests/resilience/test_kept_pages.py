"""Edits of all kinds while many read: the very next page has each, whoever wrote it and whichever process is asked."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests.processes import ROOT, Site

EDITS = 200
READERS = 8
# Another process on the same data: runs each line it is given and says when that is committed
EDITOR = """
import sys
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from appointments.models import *
from articles.models import *
from clinic.pages.models import *
from clinic.practice.models import *
from clinic.redirects.models import *
from providers.models import *
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""
ARTICLE = "/articles/reasons-to-try-dry-needling-for-low-back-pain/"
PAIR = "/treatments/dry-needling/for/low-back-pain/"
# What one writes, and a page that shows it; WORD is another each time
EDITS_AND_PAGES = [
    ("ClinicProfile.objects.update(city='WORD')", "/"),
    ("c = ClinicProfile.objects.get(); c.notice = 'WORD'; c.save()", "/privacy/"),
    ("UrgentAdvice.objects.create(body='WORD')", "/urgent-help/"),
    ("Page.objects.filter(slug='privacy').update(title='WORD')", "/"),
    ("p = Page.objects.get(slug='privacy'); p.body = 'WORD'; p.save()", "/privacy/"),
    ("p = Provider.objects.first(); p.summary = 'WORD'; Provider.objects.bulk_update([p], ['summary'])", "/providers/"),
    ("Treatment.objects.filter(slug='dry-needling').update(name='WORD')", ARTICLE),
    ("Treatment.objects.bulk_create([Treatment(name='WORD', slug='WORD')])", "/treatments/"),
    ("Condition.objects.filter(slug='low-back-pain').update(name='WORD')", "/conditions/low-back-pain/"),
    ("TreatmentForCondition.objects.update(text='<p>WORD</p>')", PAIR),
    ("Provider.objects.first().treatments.add(Treatment.objects.create(name='WORD', slug='WORD'))", "/providers/"),
    ("ArticleVersion.objects.update(title='WORD')", "/articles/"),
    ("ArticleVersion.objects.update(body_html='WORD')", ARTICLE),
    (
        "Article.objects.first().live.conditions.set([Condition.objects.create(name='WORD', slug='WORD')])",
        "/conditions/",
    ),
    ("connection.cursor().execute(\"UPDATE providers_provider SET job_title = 'WORD'\")", "/providers/"),
]


@pytest.fixture
def filled(site) -> Site:
    site.start()
    site.manage("load_demo", "--verbosity", "0")
    return site


def read(site: Site, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status)
    page = answer.read().decode()
    connection.close()
    return page


@contextmanager
def editor(site: Site) -> Iterator[Callable[[str], None]]:
    """Another process; gives what runs a line of code in it and returns when that is done."""
    process = subprocess.Popen(
        [sys.executable, "-c", EDITOR], cwd=ROOT, env=site.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def run(line: str) -> None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n", line

    try:
        assert process.stdout.readline() == "ready\n"
        yield run
    finally:
        process.communicate(timeout=30)
    assert process.returncode == 0


@contextmanager
def readers(site: Site, paths: list[str]) -> Iterator[list[str]]:
    """Eight who read on and on; gives what went wrong for them."""
    stop, wrong = threading.Event(), []

    def go_on() -> None:
        while not stop.is_set():
            for path in paths:
                try:
                    read(site, path)
                except (AssertionError, OSError) as error:
                    wrong.append(repr(error))

    threads = [threading.Thread(target=go_on) for _reader in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_an_edit_is_on_the_very_next_page_of_every_process(filled):
    paths = sorted({path for _line, path in EDITS_AND_PAGES})
    with editor(filled) as edit, readers(filled, paths) as wrong:
        for number in range(EDITS):
            line, path = EDITS_AND_PAGES[number % len(EDITS_AND_PAGES)]
            word = f"word{number}x"
            edit(line.replace("WORD", word))
            for _again in range(2):
                assert word in read(filled, path), line
    assert wrong == []


class Manager:
    """Somebody at work in the admin, with a browser's cookies."""

    def __init__(self, site: Site) -> None:
        self.site, self.cookies = site, {}
        self.post("/accounts/login/", {"login": "manager", "password": "demo-clinic"})

    def post(self, path: str, fields: dict, *, shown_at: str = "") -> int:
        """Send a form with what its page says already, changed by `fields`; return the status."""
        page = self._ask("GET", shown_at or path)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}, doseq=True))[0]

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers | {"Origin": self.site.url} if body else headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                self.cookies.update([value.partition(";")[0].split("=", 1)])
        page = answer.read().decode()
        connection.close()
        return answer.status, page


def test_what_managers_do_in_the_admin_is_on_the_very_next_page(filled):
    """A form saved, and rows deleted by the list's action."""
    manager = Manager(filled)
    for number in range(10):
        word = f"word{number}x"
        fields = {"name": word, "slug": word, "summary": "About it.", "position": 0}
        assert manager.post("/admin/providers/condition/add/", fields) == 302
        assert word in read(filled, "/conditions/")
        with editor(filled) as look:
            look(f"open({str(filled.data_dir / 'pk')!r}, 'w').write(str(Condition.objects.get(slug='{word}').pk))")
        chosen = (filled.data_dir / "pk").read_text()
        action = {"action": "delete_selected", "_selected_action": [chosen], "post": "yes"}
        assert manager.post("/admin/providers/condition/", action) == 302
        assert word not in read(filled, "/conditions/")
