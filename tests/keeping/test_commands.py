"""The commands around backups, as whoever runs the site meets them."""

import os
import pty
import re
import select
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.keeping.clinics import SCHEMA

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "clinic.sqlite3")) as database:
        database.executescript(SCHEMA)
    return folder


@pytest.fixture
def env(data) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
        "CLINIC_DATA_DIR": str(data),
        "CLINIC_ENV_FILE": str(data / "none.env"),
    }


@pytest.fixture
def backup(env):
    def backup(*words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "scripts/backup.py", *words]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    return backup


def on_terminal(env, answer) -> tuple[int, str]:
    """Run `backup.py key` on a terminal, answer its question, and return its status and all it showed."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "scripts/backup.py", "key"], env)  # noqa: S606
    shown = b""
    while select.select([terminal], [], [], 30)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # its end
            break
        if b"six characters" in shown and answer:
            os.write(terminal, answer(shown.decode()).encode() + b"\n")
            answer = None
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def private_key_in(shown: str) -> str:
    return re.search(r"AGE-SECRET-KEY-1\w+", shown)[0]


def test_the_key_is_shown_once_on_a_terminal_and_opens_what_is_saved_then(env, data, backup, tmp_path):
    status, shown = on_terminal(env, lambda shown: private_key_in(shown)[-6:])
    (tmp_path / "key").write_text(f"# of the clinic\n{private_key_in(shown)}\n")
    saved = backup("save").stdout.splitlines()[0].removeprefix("Saved ")

    assert status == 0 and saved.endswith(".zip.age")
    assert not any(private_key_in(shown).encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert "brings the site back" in backup("verify", saved, str(tmp_path / "key")).stdout
    assert backup("verify", saved).stderr.strip().endswith("give the file with the private key, KEY=...")
    assert "There is a key already" in backup("key").stderr


def test_a_key_that_was_not_written_down_is_not_made(env, data):
    status, shown = on_terminal(env, lambda shown: "ABCDEF")

    assert status == 1 and "No key was made" in shown
    assert not (data / "backup-key.pub").exists()


def test_the_key_is_shown_to_no_file(backup, data):
    outcome = backup("key")

    assert outcome.returncode == 1 and "terminal" in outcome.stderr
    assert "AGE-SECRET" not in outcome.stdout


def test_without_a_key_it_says_that_anybody_can_read_it(backup):
    outcome = backup("save")

    assert outcome.returncode == 0
    assert "not encrypted" in outcome.stdout and "make backup-key" in outcome.stdout


def test_the_newest_comes_back_without_a_name(backup, data):
    saved = backup("save").stdout.splitlines()[0].removeprefix("Saved ")
    (data / "clinic.sqlite3").unlink()

    assert f"Restored {saved}: 3 tables, 3 rows" in backup("restore").stdout


@pytest.mark.parametrize("words", [["restore"], ["restore", "/nowhere.zip"], ["verify", "/nowhere.zip"]])
def test_a_refusal_is_one_line(backup, words):
    outcome = backup(*words)

    assert outcome.returncode == 1
    assert len(outcome.stderr.strip().splitlines()) == 1


def test_a_second_place_that_fails_is_an_error_though_the_backup_is_there(backup, env, data):
    env["BACKUP_COPY_COMMAND"] = "false {file}"
    outcome = backup("save")

    assert outcome.returncode == 1 and "BACKUP_COPY_COMMAND" in outcome.stderr
    assert len(list((data / "backups").glob("clinic-*.zip"))) == 1
