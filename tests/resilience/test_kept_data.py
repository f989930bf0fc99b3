"""kill -9 in the middle of a backup or a restore: what was written stays, and the next run finishes the work."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.keeping.clinics import SCHEMA
from tests.processes import ROOT

ROUNDS = int(os.environ.get("KILLS", "4"))


@pytest.fixture
def data(tmp_path) -> Path:
    with closing(sqlite3.connect(tmp_path / "clinic.sqlite3")) as database:
        database.executescript(SCHEMA)
        rows = [(f"R-{number:08}",) for number in range(50_000)]
        with database:
            database.executemany("INSERT INTO requests (reference) VALUES (?)", rows)
    return tmp_path


def start(data: Path, *words: str) -> subprocess.Popen:
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "k" * 50, "CLINIC_DATA_DIR": str(data)}
    env["CLINIC_ENV_FILE"] = str(data / "none.env")
    command = [sys.executable, "scripts/backup.py", *words]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(data: Path, *words: str) -> str:
    process = start(data, *words)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.splitlines()[0]


def rows_of(data: Path) -> int:
    with closing(sqlite3.connect(data / "clinic.sqlite3")) as database:
        return database.execute("SELECT COUNT(*) FROM requests").fetchone()[0]


def add_row(data: Path) -> None:
    with closing(sqlite3.connect(data / "clinic.sqlite3", timeout=30)) as database, database:
        database.execute("INSERT INTO requests (reference) VALUES ('R-new')")


def kill_within(process: subprocess.Popen, seconds: float) -> None:
    time.sleep(seconds)
    process.kill()
    process.communicate()


def test_killed_backups_lose_nothing_and_leave_none_that_is_half(data):
    chance = random.Random(14)
    started = time.monotonic()
    finish(data, "save")
    whole = time.monotonic() - started
    for _round in range(ROUNDS):
        process = start(data, "save")
        add_row(data)
        kill_within(process, chance.uniform(0.1, 1) * whole)
    assert rows_of(data) == 50_001 + ROUNDS
    finish(data, "save")
    for backup in (data / "backups").glob("clinic-*"):
        assert "brings the site back" in finish(data, "verify", str(backup))
    assert not (data / "scratch").exists()


def test_killed_restores_are_finished_by_the_next(data):
    chance = random.Random(14)
    started = time.monotonic()
    saved = finish(data, "save").removeprefix("Saved ")
    whole = 2 * (time.monotonic() - started)
    add_row(data)
    for _round in range(ROUNDS):
        process = start(data, "restore", saved)
        kill_within(process, chance.uniform(0.2, 1) * whole)
        assert rows_of(data) in (50_001, 50_002)  # the one or the other, whole
    finish(data, "restore", saved)
    assert rows_of(data) == 50_001
