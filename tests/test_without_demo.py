"""A clinic's own site, where DEMO is not set: it knows nothing of the demo clinic."""

import os
import re
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


LOOK = """
from django.test import Client
from django.utils import timezone
from clinic.practice.models import ClinicProfile
ClinicProfile.objects.create(opened_at=timezone.now())
for address in "/ /contact/ /appointments/request/ /treatments/ /providers/ /articles/ /nothing-here/".split():
    print(address, Client().get(address).content.decode())
"""


def test_nothing_of_the_demo_is_on_an_empty_site(manage):
    """No picture but the mark, and no word, address or number of the demo clinic."""
    assert manage("migrate", "--verbosity", "0").returncode == 0
    seen = manage("shell", "--verbosity", "0", "--command", LOOK)
    assert seen.returncode == 0, seen.stderr
    assert "<h1" in seen.stdout and "Our clinic" in seen.stdout
    pictures = set(re.findall(r"/static/img/([\w.-]+)", seen.stdout))
    assert pictures <= {"logo.svg", "favicon.svg", "apple-touch-icon.png"}
    assert not re.search(r"<h2[^>]*>(Opening hours|Where we are)", seen.stdout)  # nobody has said yet
    words = ["AccessHealth", "Cary", "Example Parkway", "555-01", "Williams", "og:image"]
    assert [word for word in words if word in seen.stdout] == []
