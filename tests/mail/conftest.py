import pytest

from tests.factories import make_clinic
from tests.processes import MailServer


@pytest.fixture(autouse=True)
def clinic(db):
    return make_clinic(street="1 Main Street")


@pytest.fixture
def server(settings):
    """A mail server of the test's own, and the settings that lead to it; it hangs for a second at most."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 1
    server = MailServer()
    settings.EMAIL_PORT = server.port
    server.start()
    yield server
    server.stop()
