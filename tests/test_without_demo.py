"""A clinic's own site, where DEMO is not set: it knows nothing of the demo clinic."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def manage(tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "CLINIC_DATA_DIR": str(tmp_path), "DEMO": "0"}

    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)

    return manage


def test_checks_and_migrations_pass(manage):
    for words in (["check"], ["migrate", "--verbosity", "0"], ["makemigrations", "--check", "--dry-run"]):
        done = manage(*words)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["load_demo", "remove_demo"])
def test_there_is_no_command_for_the_demo(manage, command):
    done = manage(command)
    assert done.returncode == 1
    assert f"Unknown command: '{command}'" in done.stderr
