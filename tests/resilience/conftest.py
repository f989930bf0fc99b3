import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.processes import MailServer, Site


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path, server) -> Iterator[Site]:
    """The site on an empty database of its own, not yet started; whatever the test starts ends with it."""
    database = request.getfixturevalue("scratch_postgresql") if request.param == "postgresql" else ""
    site = Site(tmp_path, email_url=server.url, database_url=database, settings="tests.live_settings")
    yield site
    site.stop()


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
