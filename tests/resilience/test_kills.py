"""What a patient was told is stored stays stored and reaches the desk, whatever dies meanwhile."""

import json
import logging
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.processes import ACCEPT_AND_HANG, MailServer, Site, wait_until
from tests.resilience.patients import Crowd

logger = logging.getLogger(__name__)

PATIENTS = 200
KILLS = 36
SECONDS = 30.0
WITHOUT_MAIL = (8.0, 18.0)  # the mail server is away from here to there
OPEN_CLINIC = "from tests.factories import make_clinic; make_clinic()"


class Killer(threading.Thread):
    """Ends processes of the site at random moments, in the middle of whatever they do."""

    def __init__(self, site: Site, seed: int) -> None:
        super().__init__()
        self.site = site
        self.random = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while self.kills.total() < KILLS:
                time.sleep(self.random.uniform(0.2, 1.4) * SECONDS / KILLS)
                self.kill(*self.random.choices(["web worker", "web master", "mail worker"], [5, 1, 4]))
        except Exception as error:
            self.error = error

    def kill(self, what: str) -> None:
        find = {
            "web worker": self.site.web_workers,
            "web master": self.site.web_masters,
            "mail worker": self.site.mail_workers,
        }[what]
        alive = find()
        if alive:  # else it is just being brought back
            os.kill(self.random.choice(alive), signal.SIGKILL)
            self.kills[what] += 1


def rows(site: Site, model: str) -> list[dict]:
    return [row["fields"] for row in json.loads(site.manage("dumpdata", model))]


def all_mail_left(site: Site) -> bool:
    return all(row["sent_at"] for row in rows(site, "mail.outgoingemail"))


@pytest.mark.parametrize("seed", [1])
def test_no_acknowledged_request_is_lost_while_processes_are_killed(site: Site, server: MailServer, seed):
    server.seconds_to_say_yes = 0.03
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "-c", OPEN_CLINIC)
    site.start()
    crowd = Crowd(site, PATIENTS, at_once=8, seconds=SECONDS)
    crowd.open_forms()

    killer = Killer(site, seed)
    absence = [threading.Timer(WITHOUT_MAIL[0], server.stop), threading.Timer(WITHOUT_MAIL[1], server.start)]
    started = time.time()
    for thread in (killer, *absence):
        thread.start()
    crowd.send()
    for thread in (killer, *absence):
        thread.join()
    mail_back_at = started + WITHOUT_MAIL[1]
    assert killer.error is None
    assert killer.kills.total() >= 30 and min(killer.kills.values()) >= 1

    # Every patient was told, and what they were told is true, once
    assert all(patient.is_acknowledged for patient in crowd.patients)
    requests = rows(site, "appointments.appointmentrequest")
    assert Counter(request["patient_name"] for request in requests) == Counter(p.name for p in crowd.patients)
    assert {request["status"] for request in requests} == {"new"}
    assert [event["kind"] for event in rows(site, "appointments.requestevent")] == ["submitted"] * PATIENTS

    # No request without its mail, and all of it arrives
    names = {f"{what}.{request['reference']}@127.0.0.1" for request in requests for what in ("new", "received")}
    assert names <= {row["message_id"] for row in rows(site, "mail.outgoingemail")}
    wait_until(lambda: all_mail_left(site), seconds=120, what="the last mail's departure")
    arrived = Counter(mail.message_id for mail in server.accepted)
    assert {f"<{name}>" for name in names} <= set(arrived)
    first_at = {mail.message_id: mail.at for mail in reversed(server.accepted)}
    latest = max(at for message_id, at in first_at.items() if message_id.startswith("<new."))
    assert latest <= mail_back_at + 300

    # A repeat is only what a worker, or the server's leaving, cut short
    duplicates = arrived.total() - len(arrived)
    assert duplicates <= killer.kills["mail worker"] + 1
    logger.info(
        "%s: %d kills %s, %d patients, %d posts, %d mails, %d duplicates; the last desk mail %.0f s after the mail"
        " server's return; %.0f s in all",
        "PostgreSQL" if "postgres" in site.env["DATABASE_URL"] else "SQLite",
        killer.kills.total(),
        dict(killer.kills),
        PATIENTS,
        sum(patient.tries for patient in crowd.patients),
        arrived.total(),
        duplicates,
        latest - mail_back_at,
        time.time() - started,
    )


def test_a_worker_killed_after_the_servers_yes_sends_the_same_message_again(site: Site, server: MailServer):
    """Whether the mail arrived is not known then: better twice, recognisably, than never."""
    server.refuse_data = lambda address: ACCEPT_AND_HANG
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "-c", "from tests.factories import *; make_clinic(); make_request()")
    with running_worker(site) as worker:
        wait_until(lambda: server.accepted, what="the first mail")
        worker.kill()
    first, receipt = rows(site, "mail.outgoingemail")
    assert (first["sent_at"], first["attempts"]) == (None, 1)  # held by the dead worker until its lease ends
    server.behave()
    with running_worker(site):
        wait_until(lambda: len(server.accepted) >= 2, what="the receipt")
        assert f"<{receipt['message_id']}>" == server.accepted[1].message_id
        wait_until(lambda: all_mail_left(site), seconds=90, what="the lease's end")
    assert [mail.message_id for mail in server.accepted].count(f"<{first['message_id']}>") == 2


@contextmanager
def running_worker(site: Site) -> Iterator[subprocess.Popen]:
    worker = site.spawn("manage.py", "run_worker")
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(timeout=20)


ENQUEUE = """
from django.db import transaction
from clinic.mail.queue import enqueue
with transaction.atomic():
    for number in range(100):
        enqueue(name=f"m.{number}", template="appointments/emails/digest", audience="desk")
"""


def test_two_workers_at_once_send_each_mail_once(site: Site, server: MailServer):
    server.seconds_to_say_yes = 0.03
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "-c", OPEN_CLINIC)
    with running_worker(site), running_worker(site):
        wait_until(lambda: site.log().count("Worker started") == 2, seconds=60, what="both workers' start")
        site.manage("shell", "-c", ENQUEUE)
        wait_until(lambda: len(server.accepted) >= 100, seconds=60, what="the hundredth mail")
        wait_until(lambda: all_mail_left(site), seconds=10, what="the last mark")
        time.sleep(2)  # two more looks at the queue
    arrived = Counter(mail.message_id for mail in server.accepted)
    assert {f"<m.{number}@127.0.0.1>" for number in range(100)} <= set(arrived)
    assert set(arrived.values()) == {1}  # the morning's digest included, which both wanted to write
    assert {row["attempts"] for row in rows(site, "mail.outgoingemail")} == {1}
    # One worker alone sends its first fifty over one connection
    first_fifty = [mail for mail in server.accepted if mail.message_id.startswith("<m.")][:50]
    assert len({mail.peer for mail in first_fifty}) >= 2
