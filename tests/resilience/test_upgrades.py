"""Upgrade and rollback of a running site: no patient is turned away, what fails changes nothing, nothing is lost."""

import json
import logging
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.processes import MailServer, Site
from tests.releases import copy_code, make_archive, run_upgrade
from tests.resilience.patients import Crowd

logger = logging.getLogger(__name__)

KEPT = Path(__file__).resolve().parent.parent / "upgrade" / "0.1.0" / "backup.zip"
OPEN_CLINIC = "from tests.factories import make_clinic; make_clinic()"
PATIENTS = 150


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request, tmp_path, server: MailServer):
    """A site installed in a folder of its own, on the data of 0.1.0 (SQLite) or on its own."""
    database = request.getfixturevalue("scratch_postgresql") if request.param == "postgresql" else ""
    code = copy_code(tmp_path / "site")
    (tmp_path / "data").mkdir()
    site = Site(
        tmp_path / "data", email_url=server.url, database_url=database, settings="tests.live_settings", code=code
    )
    if not database:
        site.spawn("scripts/backup.py", "restore", str(KEPT)).wait()
    site.manage("migrate", "--verbosity", "0")
    if database:
        site.manage("shell", "-c", OPEN_CLINIC)
    yield site
    site.stop()


def names(site: Site) -> list[str]:
    rows = json.loads(site.manage("dumpdata", "appointments.appointmentrequest"))
    return [row["fields"]["patient_name"] for row in rows]


class Watch(threading.Thread):
    """Asks for a page again and again; remembers what was not answered well, and the longest wait."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site, self.over = site, threading.Event()
        self.failures: list[str] = []
        self.asked, self.longest = 0, 0.0

    def run(self) -> None:
        while not self.over.wait(0.05):
            started = time.monotonic()
            try:
                with urlopen(f"{self.site.url}/articles/", timeout=60) as answer:  # noqa: S310  (our own address)
                    answer.read()
            except OSError as error:
                self.failures.append(repr(error))
            self.asked += 1
            self.longest = max(self.longest, time.monotonic() - started)

    def stop(self) -> None:
        self.over.set()
        self.join()


def test_upgrade_and_rollback_under_load(installed: Site, tmp_path):
    archive = make_archive(tmp_path, "9.9.9")
    installed.start()
    crowd, watch = Crowd(installed, PATIENTS, at_once=6, seconds=60), Watch(installed)
    crowd.open_forms()
    sending = threading.Thread(target=crowd.send)
    watch.start()
    sending.start()
    up = run_upgrade(installed.code, installed.env, "upgrade", str(archive))
    assert up.returncode == 0, up.stderr + installed.log()[-3000:]
    assert "9.9.9 runs" in up.stdout
    assert (installed.code / "current").resolve().name == "9.9.9"
    back = run_upgrade(installed.code, installed.env, "rollback")
    assert back.returncode == 0, back.stderr + installed.log()[-3000:]
    assert (installed.code / "current").resolve() == installed.code.resolve()
    sending.join()
    watch.stop()

    assert watch.failures == []
    assert watch.longest < 45  # under ten on a machine that does nothing else
    assert all(patient.is_acknowledged for patient in crowd.patients)
    assert {patient.name for patient in crowd.patients} <= set(names(installed))
    logger.info(
        "%d pages, none failed, longest wait %.1f s; %d patients, %d posts",
        watch.asked, watch.longest, PATIENTS, sum(patient.tries for patient in crowd.patients),
    )  # fmt: skip


@pytest.mark.parametrize("installed", ["sqlite"], indirect=True)
def test_what_fails_in_the_rehearsal_changes_nothing(installed: Site, tmp_path):
    archive = make_archive(tmp_path, "9.9.8", sql="CREATE TABLE of_tomorrow (id INTEGER); NO SUCH WORDS")
    before = names(installed)
    outcome = run_upgrade(installed.code, installed.env, "upgrade", str(archive))

    assert outcome.returncode == 1 and "syntax error" in outcome.stderr
    assert not (installed.code / "current").exists()
    assert names(installed) == before
    assert "of_tomorrow" not in installed.manage("showmigrations")


@pytest.mark.parametrize("installed", ["sqlite"], indirect=True)
def test_a_release_that_does_not_answer_is_taken_back(installed: Site, tmp_path):
    broken = "raise SystemExit('broken on purpose')\n"
    archive = make_archive(tmp_path, "9.9.7", clinic__wsgi=broken)
    installed.start()
    outcome = run_upgrade(installed.code, installed.env, "upgrade", str(archive))

    assert outcome.returncode == 1 and "9.9.7 was taken back" in outcome.stderr
    assert (installed.code / "current").resolve() == installed.code.resolve()
    assert installed.answers()


@pytest.mark.parametrize("installed", ["sqlite"], indirect=True)
def test_an_archive_that_was_changed_is_refused(installed: Site, tmp_path):
    archive = make_archive(tmp_path, "9.9.6")
    archive.write_bytes(archive.read_bytes() + b"more")
    outcome = run_upgrade(installed.code, installed.env, "upgrade", str(archive))

    assert outcome.returncode == 1 and "is not the file" in outcome.stderr
    assert not (installed.code / "releases").exists()
