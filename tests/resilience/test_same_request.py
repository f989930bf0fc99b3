"""The same form sent several times at once (a double tap, a slow network, a proxy that tries again) is one request.

SAME_REQUEST_ROUNDS=500 plays the full number of rounds; the suite plays enough to find a race.
"""

import json
import logging
import os
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlencode

from tests.processes import Site
from tests.resilience.patients import FORM, STATUS_PAGE, Patient

logger = logging.getLogger(__name__)

ROUNDS = int(os.environ.get("SAME_REQUEST_ROUNDS", "40"))
OPEN_CLINIC = "from tests.factories import make_clinic; make_clinic()"


def ask(site: Site, patient: Patient, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str, str]:
    """Return the status, the cookie that came, and the page."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    headers = {"X-Forwarded-For": patient.address, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body, headers | ({"Cookie": cookie} if cookie else {}))
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0], answer.read().decode()
    finally:
        connection.close()


def send_and_read(site: Site, patient: Patient, body: str, together: Barrier) -> str:
    """Send the form at the same moment as the others, follow to the status page, give the reference it shows."""
    together.wait()
    status, cookie, _page = ask(site, patient, "POST", FORM, body)
    assert status == 302
    status, _cookie, page = ask(site, patient, "GET", STATUS_PAGE, cookie=cookie)
    assert status == 200
    return re.search(r"R-\w{4}-\w{4}", page)[0]


def rows(site: Site, model: str) -> list[dict]:
    return [row["fields"] for row in json.loads(site.manage("dumpdata", model))]


def test_identical_posts_at_once_are_one_row_one_reference_and_one_mail_each(site: Site):
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "-c", OPEN_CLINIC)
    site.start()
    patients = [
        Patient(f"Patient Number{number}", f"10.1.{number // 200}.{number % 200 + 1}") for number in range(ROUNDS)
    ]
    with ThreadPoolExecutor(8) as some:
        list(some.map(lambda patient: patient.open_form(site), patients))
    time.sleep(3.5)  # nobody fills in the form faster

    dice, shown, posts, started = random.Random(1), {}, 0, time.monotonic()
    with ThreadPoolExecutor(10) as browsers:
        for patient in patients:
            times = dice.randint(2, 10)
            together, body = Barrier(times), urlencode(patient.answers())
            sent = [browsers.submit(send_and_read, site, patient, body, together) for _n in range(times)]
            shown[patient.name] = {future.result() for future in sent}
            posts += times

    requests = rows(site, "appointments.appointmentrequest")
    assert {request["patient_name"]: {request["reference"]} for request in requests} == shown
    assert len(requests) == ROUNDS
    events = Counter(event["kind"] for event in rows(site, "appointments.requestevent"))
    assert events == {"submitted": ROUNDS}
    mails = Counter(row["message_id"].partition("@")[0] for row in rows(site, "mail.outgoingemail"))
    expected = [f"{what}.{request['reference']}" for request in requests for what in ("new", "received")]
    assert {name: count for name, count in mails.items() if name.startswith(("new.", "received."))} == dict.fromkeys(
        expected, 1
    )
    logger.info("%d rounds, %d posts, %.0f s", ROUNDS, posts, time.monotonic() - started)
