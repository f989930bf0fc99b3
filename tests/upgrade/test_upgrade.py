"""Today's code takes over from every release that is kept here, with nobody lost and every page answering."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RELEASES = sorted(folder for folder in HERE.iterdir() if folder.is_dir() and folder.name[0].isdigit())
COUNTED = ["appointments_appointmentrequest", "appointments_requestevent", "articles_articleversion", "auth_user"]

pytestmark = pytest.mark.skipif(not RELEASES, reason="no release is kept yet: make release, then make keep-release")


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request) -> Path:
    return request.param


@pytest.fixture
def run(tmp_path):
    """Run a script of today's code on a data folder of its own."""
    data = tmp_path / "data"
    data.mkdir()
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CLINIC_DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data}/clinic.sqlite3",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.data = data
    return run


def counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as rows:
        return {table: rows.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in COUNTED}  # noqa: S608


def test_the_archive_is_the_one_that_was_released(release):
    (checksum,) = release.glob("*.sha256")
    digest, name = checksum.read_text().split()

    assert hashlib.sha256((release / name).read_bytes()).hexdigest() == digest


def test_its_database_is_migrated_and_every_page_answers(release, run):
    shutil.copy(release / "clinic.sqlite3", run.data)
    before = counts(run.data / "clinic.sqlite3")

    run("manage.py", "migrate", "--verbosity", "0")

    assert counts(run.data / "clinic.sqlite3") == before
    assert_every_page_answers(run)


def test_its_backup_is_restored_and_every_page_answers(release, run):
    (backup,) = release.glob("backup.*")

    run("scripts/backup.py", "restore", str(backup))
    run("manage.py", "migrate", "--verbosity", "0")

    assert counts(run.data / "clinic.sqlite3") == counts(release / "clinic.sqlite3")
    assert any((run.data / "media").rglob("*.webp"))
    assert_every_page_answers(run)


def assert_every_page_answers(run) -> None:
    answers = json.loads(run("-m", "tests.upgrade.pages"))

    assert len(answers) > 30
    assert {path: status for path, status in answers.items() if status != 200} == {}
