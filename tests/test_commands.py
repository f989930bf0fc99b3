"""What whoever runs the site relies on: start-up that says what is wrong, backups that come back."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command

from clinic.core import running

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://clinic.example",
    "DEBUG": "false",
    "STAFF_MFA": "required",
    "TRUSTED_PROXY_COUNT": "1",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


@pytest.fixture
def run(tmp_path):
    """Run a Python script of the project as production would, with its data in a directory of its own."""

    def run(*arguments, **environment):
        data = tmp_path / "var"
        places = {"CLINIC_DATA_DIR": str(data), "DATABASE_URL": f"sqlite:///{data}/clinic.sqlite3"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **places, **PRODUCTION, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def clinic(tmp_path):
    """A data directory with one table, one row and one picture."""
    data = tmp_path / "var"
    (data / "media" / "portraits").mkdir(parents=True)
    (data / "media" / "portraits" / "jason.webp").write_bytes(b"picture")
    with closing(sqlite3.connect(data / "clinic.sqlite3")) as database, database:
        database.execute("CREATE TABLE requests (reference TEXT)")
        database.execute("INSERT INTO requests VALUES ('R-7K3F-9Q2M')")
    return data


def references(data):
    with closing(sqlite3.connect(data / "clinic.sqlite3")) as database:
        return [reference for (reference,) in database.execute("SELECT reference FROM requests")]


def saved_file(outcome):
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.removeprefix("Saved ").strip()


def test_a_missing_secret_key_stops_the_start_and_says_what_to_do(run):
    outcome = run("manage.py", "check", SECRET_KEY="")

    assert outcome.returncode == 1
    assert "SECRET_KEY is not set" in outcome.stderr
    assert "secrets.token_urlsafe" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_production_settings_pass_the_deployment_checks(run):
    outcome = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert outcome.returncode == 0, outcome.stderr


def test_every_setting_is_explained_in_the_example():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "clinic" / "settings.py").read_text()))
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert len(read) > 10
    assert read <= explained


def test_plain_http_fails_the_deployment_checks(run):
    outcome = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", SITE_URL="http://clinic.example")

    assert outcome.returncode == 1
    assert "SECURE_SSL_REDIRECT" in outcome.stderr


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_taken_port_is_said_plainly(run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        outcome = run("scripts/serve.py", PORT=port)

    assert outcome.returncode == 1
    assert f"Port {port} is in use" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_backup_comes_back_after_a_loss(run, clinic):
    saved = saved_file(run("scripts/backup.py", "save"))
    with closing(sqlite3.connect(clinic / "clinic.sqlite3")) as database, database:
        database.execute("DELETE FROM requests")
    (clinic / "media" / "portraits" / "jason.webp").unlink()

    outcome = run("scripts/backup.py", "restore", saved)

    assert outcome.returncode == 0, outcome.stderr
    assert references(clinic) == ["R-7K3F-9Q2M"]
    assert (clinic / "media" / "portraits" / "jason.webp").read_bytes() == b"picture"


def test_a_backup_holds_what_is_still_in_the_write_ahead_log(run, clinic):
    with closing(sqlite3.connect(clinic / "clinic.sqlite3")) as live:
        live.execute("PRAGMA journal_mode=WAL")
        with live:
            live.execute("INSERT INTO requests VALUES ('R-2222-3333')")
        saved = saved_file(run("scripts/backup.py", "save"))
    with zipfile.ZipFile(saved) as archive:
        archive.extract("database", clinic / "unpacked")
    (clinic / "unpacked" / "database").rename(clinic / "unpacked" / "clinic.sqlite3")

    assert references(clinic / "unpacked") == ["R-7K3F-9Q2M", "R-2222-3333"]


def test_only_the_owner_can_read_a_backup(run, clinic):
    saved = Path(saved_file(run("scripts/backup.py", "save")))

    assert saved.stat().st_mode & 0o077 == 0
    assert saved.parent.stat().st_mode & 0o077 == 0


def test_a_restore_is_refused_while_the_site_runs(run, clinic):
    saved = saved_file(run("scripts/backup.py", "save"))
    lock = running.take_site(clinic, "the site")

    outcome = run("scripts/backup.py", "restore", saved)
    os.close(lock)

    assert outcome.returncode == 1
    assert "Stop it first" in outcome.stderr


def test_a_restore_keeps_what_was_there_before(run, clinic):
    saved = saved_file(run("scripts/backup.py", "save"))
    with closing(sqlite3.connect(clinic / "clinic.sqlite3")) as database, database:
        database.execute("INSERT INTO requests VALUES ('R-2222-3333')")

    before = run("scripts/backup.py", "restore", saved).stdout.split()[-1]
    run("scripts/backup.py", "restore", before)

    assert references(clinic) == ["R-7K3F-9Q2M", "R-2222-3333"]


def test_a_restore_of_anything_else_changes_nothing(run, clinic):
    other = clinic / "notes.txt"
    other.write_text("no backup")

    outcome = run("scripts/backup.py", "restore", str(other))

    assert outcome.returncode == 1
    assert "is not a backup" in outcome.stderr
    assert references(clinic) == ["R-7K3F-9Q2M"]
