"""What whoever runs the site relies on: start-up that says what is wrong."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

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
