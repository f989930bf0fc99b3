"""A hundred people press "I am on it" at the same moment: one is, and nothing that anybody typed is lost."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlencode

from tests.processes import Site, wait_until

PEOPLE = 100
PAGE = "/admin/appointments/appointmentrequest/1/change/"
# Signed in by the session's own means: a hundred passwords would only test the sign-in
STAFF = f"""
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from tests.factories import make_clinic, make_request
import time
make_clinic()
make_request()
desk = Group.objects.get(name="Front desk")
Session = import_module(settings.SESSION_ENGINE).SessionStore
for number in range({PEOPLE}):
    user = User.objects.create(username=f"desk{{number}}", is_staff=True, password="!")
    user.groups.add(desk)
    session = Session()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["seen_at"] = time.time()
    session.save()
    print(session.session_key)
"""


class Receptionist:
    """A browser that is signed in: it opens the page and presses a button."""

    def __init__(self, site: Site, number: int, session: str) -> None:
        self.site, self.number = site, number
        self.cookies = {"sessionid": session}

    def ask(self, method: str, body: str = "") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=120)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.site.url,
        }
        try:
            connection.request(method, PAGE, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _equals, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def open_page(self) -> None:
        status, page = self.ask("GET")
        assert status == 200
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        self.seen = re.search(r'name="note-seen" value="(\d+)"', page)[1]

    def claim(self, together: Barrier) -> tuple[int, str]:
        answers = {
            "csrfmiddlewaretoken": self.token,
            "step": "claim",
            "note-seen": self.seen,
            "note-text": f"note of desk{self.number}",
        }
        together.wait()
        return self.ask("POST", urlencode(answers))


def fields(site: Site, model: str) -> list[dict]:
    return [row["fields"] for row in json.loads(site.manage("dumpdata", model))]


def test_of_a_hundred_simultaneous_claims_one_wins_and_every_note_is_kept(site: Site):
    site.manage("migrate", "--verbosity", "0")
    sessions = site.manage("shell", "-v", "0", "-c", STAFF).split()
    assert len(sessions) == PEOPLE
    site.start()
    wait_until(site.answers, what="the site")
    people = [Receptionist(site, number, session) for number, session in enumerate(sessions)]
    with ThreadPoolExecutor(8) as some:
        list(some.map(Receptionist.open_page, people))
    together = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as all_at_once:
        answers = list(all_at_once.map(lambda person: person.claim(together), people))

    codes = [status for status, _page in answers]
    assert codes.count(302) == 1
    assert codes.count(409) == PEOPLE - 1
    winner = f"desk{codes.index(302)}"
    typed = [f"note of desk{number}" for number in range(PEOPLE)]
    assert all(
        f"{note}</textarea>" in page for note, (status, page) in zip(typed, answers, strict=True) if status == 409
    )
    (row,) = fields(site, "appointments.appointmentrequest")
    users = {user["pk"]: user["fields"]["username"] for user in json.loads(site.manage("dumpdata", "auth.user"))}
    assert users[row["claimed_by"]] == winner
    events = fields(site, "appointments.requestevent")
    claims = [event for event in events if event["kind"] == "claimed"]
    assert [users[event["by"]] for event in claims] == [winner]
    assert [event["text"] for event in events if event["kind"] == "note"] == [f"note of {winner}"]
