from collections.abc import Iterator

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
