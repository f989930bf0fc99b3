"""What every test shares: reproducible properties, and the browser's launch."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import transaction
from hypothesis import settings

from clinic.practice.models import ClinicProfile
from tests.factories import make_clinic

# Playwright keeps an event loop running in the test's thread; Django would take that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# The same examples on every run and machine, and no deadline that a busy machine could miss.
settings.register_profile("clinic", derandomize=True, deadline=None)
settings.load_profile("clinic")


def pytest_collection_modifyitems(items):
    """Mark by folder, so that no browser or resilience test runs among the quick ones unmarked."""
    for item in items:
        for name in ("browser", "resilience"):
            if f"tests/{name}/" in item.path.as_posix():
                item.add_marker(name)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo clinic, for every test of a module, rolled back after its last."""
    if not site.DEMO:
        pytest.skip("needs the demo clinic (DEMO=1)")
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def open_clinic(db) -> ClinicProfile:
    """A clinic that is open to the public: before one is, every public address says that it is being prepared."""
    return make_clinic()


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a file system to fill, and not in every container")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def scratch_postgresql() -> Iterator[str]:
    """A database that exists for this test alone, on the server that DATABASE_URL or POSTGRES names."""
    named = os.environ.get("DATABASE_URL", "")
    url = named if named.startswith("postgres") else os.environ.get("POSTGRES", "postgres://postgres@127.0.0.1:5432/")
    server = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL to try this on: {str(error).splitlines()[0]}")
    name = f"clinic_resilience_{secrets.token_hex(4)}"
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The Chromium that `make test` found, kept from calling home."""
    args = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium refuses its sandbox to root
    launch = {**browser_type_launch_args, "args": args}
    if os.environ.get("CHROMIUM"):
        launch["executable_path"] = os.environ["CHROMIUM"]
    return launch
