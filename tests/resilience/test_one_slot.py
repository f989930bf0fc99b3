"""Many want one time at the same moment: one gets it, everybody else reads a kind answer, and nothing ever overlaps."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from itertools import pairwise
from threading import Barrier
from urllib.parse import urlencode

from tests.processes import Site, wait_until

PEOPLE = 50
ROUNDS = 20
STATUS_PAGE = "/appointments/status/"
# Requests with an offer, and their links; then two receptionists, signed in by the session's own means
OFFERS = f"""
from datetime import timedelta
from appointments.links import status_token
from appointments.services.scheduling import Slot
from appointments.services.visits import offer
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_clinic, make_provider, make_request, make_user
make_clinic()
rita = make_user("rita", "Front desk")
for number in range({ROUNDS}):
    lane, asked, at = make_provider(), make_request(), next_open_morning()
    half = timedelta(minutes=30)
    slots = [Slot(lane, at + n * half, at + (n + 1) * half) for n in range(2)]
    times = offer(appointment_request=asked, slots=slots, by=rita)
    print(status_token(asked.reference, 1), times[0].pk)
"""
BOOKINGS = f"""
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tests.appointments.at_the_desk import next_open_morning
from tests.factories import make_clinic, make_provider, make_request, make_user
import time
make_clinic()
Session = import_module(settings.SESSION_ENGINE).SessionStore
for name in ("rita", "sam"):
    user, session = make_user(name, "Front desk"), Session()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["seen_at"] = time.time()
    session.save()
    print(session.session_key)
lane = make_provider()
print(lane.pk, next_open_morning().isoformat())
for number in range(2 * {ROUNDS}):
    make_request()
"""


class Browser:
    """Keeps its cookies and the token of the forms it was shown."""

    def __init__(self, site: Site, **cookies: str) -> None:
        self.site, self.cookies, self.token = site, cookies, ""

    def ask(self, method: str, path: str, **fields) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=120)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.site.url,
        }
        try:
            connection.request(method, path, urlencode(fields | {"csrfmiddlewaretoken": self.token}), headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page

    def open_page(self, path: str) -> None:
        status, page = self.ask("GET", path)
        assert status == 200
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def started(site: Site, setting: str) -> list[str]:
    site.manage("migrate", "--verbosity", "0")
    lines = site.manage("shell", "-v", "0", "-c", setting).splitlines()
    site.start()
    wait_until(site.answers, what="the site")
    return lines


def all_at_once(acts: list) -> list[tuple[int, str]]:
    together = Barrier(len(acts))

    def act(each):
        together.wait()
        return each()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def rows(site: Site, model: str) -> list[dict]:
    return [row["fields"] for row in json.loads(site.manage("dumpdata", model))]


def test_of_fifty_who_take_one_time_one_gets_it_and_all_others_a_kind_answer(site: Site):
    for line in started(site, OFFERS):
        token, time = line.split()
        patient = Browser(site)
        assert patient.ask("GET", f"{STATUS_PAGE}{token}/")[0] == 302
        patient.open_page(STATUS_PAGE)
        answers = all_at_once([partial(patient.ask, "POST", STATUS_PAGE, offered_time=time)] * PEOPLE)
        codes = [status for status, _page in answers]
        assert (codes.count(302), codes.count(409)) == (1, PEOPLE - 1)
        assert all("yours already" in page or "is gone" in page for status, page in answers if status == 409)
    appointments = rows(site, "appointments.appointment")
    assert len(appointments) == ROUNDS == len({row["appointment_request"] for row in appointments})
    states = [row["state"] for row in rows(site, "appointments.offeredtime")]
    assert (states.count("taken"), states.count("given_back"), states.count("open")) == (ROUNDS, ROUNDS, 0)
    booked = [row for row in rows(site, "mail.outgoingemail") if row["template"].endswith("/booked")]
    assert len(booked) == ROUNDS


def test_two_receptionists_never_book_one_provider_twice(site: Site):
    """Each round both book another patient at times that overlap by half; the first to come has the time."""
    rita_key, sam_key, where = started(site, BOOKINGS)[:3]
    provider, start = where.split()
    day, half = datetime.fromisoformat(start), timedelta(minutes=30)
    desks = [Browser(site, sessionid=key) for key in (rita_key, sam_key)]
    for number in range(ROUNDS):
        starts = [day + number * 2 * half, day + number * 2 * half + half / 2]
        base = {"provider": provider, "day": start[:10], "minutes": 30, "do": "book"}
        acts = []
        for which, desk in enumerate(desks):
            path = f"/admin/appointments/appointmentrequest/{2 * number + which + 1}/offer/"
            desk.open_page(path)
            sent = base | {"slot": f"{provider}@{starts[which].isoformat()}"}
            acts.append(partial(desk.ask, "POST", path, **sent))
        codes = sorted(status for status, _page in all_at_once(acts))
        assert codes == [302, 409]
    agreed = sorted((row["starts_at"], row["ends_at"]) for row in rows(site, "appointments.appointment"))
    assert len(agreed) == ROUNDS
    assert not [(one, two) for one, two in pairwise(agreed) if two[0] < one[1]]
