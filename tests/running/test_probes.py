"""What probes on the machine itself ask of a production site."""

import errno

import pytest

from clinic.pages import health

CODE = """
import django; django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client().get(path, headers={"Host": "127.0.0.1:8000"})
    print(path, answer.status_code)
from django.conf import settings
print(settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD)
"""
PRODUCTION = {"SITE_URL": "https://clinic.example", "DJANGO_SETTINGS_MODULE": "clinic.settings"}


def test_probes_on_the_machine_are_answered_in_production(run):
    run("manage.py", "migrate", "--verbosity", "0", **PRODUCTION)
    done = run("-c", CODE, TRUSTED_PROXY_COUNT="1", **PRODUCTION)
    assert done.stdout.splitlines()[:2] == ["/healthz 200", "/readyz 200"], done.stderr


@pytest.mark.parametrize(("chosen", "preload"), [({}, "False"), ({"HSTS_PRELOAD": "true"}, "True")])
def test_preloading_is_the_owners_choice(run, chosen, preload):
    run("manage.py", "migrate", "--verbosity", "0", **PRODUCTION)
    done = run("-c", CODE, **PRODUCTION, **chosen)
    assert done.stdout.splitlines()[-1] == f"31536000 {preload}"


def test_a_full_disk_is_not_ready(client, db, monkeypatch):
    def full(**kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(health.tempfile, "TemporaryFile", full)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"disk full or read-only")


def test_a_real_full_disk_is_not_ready(client, db, settings, tiny_disk):
    settings.DATA_DIR = tiny_disk
    assert client.get("/readyz").status_code == 200
    (tiny_disk / "filler").write_bytes(b"x" * (4 * 1024 * 1024 - 4096))
    assert client.get("/readyz").status_code == 503
