"""The site as a web server asks it: the kept pages and Django behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection

from clinic.pages.content import read_version
from clinic.pages.kept import KeptPages


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Counting:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.django, self.asked = WSGIHandler(), 0

    def __call__(self, environ, start_response):
        self.asked += 1
        return self.django(environ, start_response)


class SameTransaction:
    """Tells the content's version from inside the test's own transaction, which no other connection can look into."""

    def version(self) -> int:
        with connection.cursor() as cursor:
            return read_version(cursor)

    def close(self) -> None:
        pass


@contextmanager
def connection_left_open() -> Iterator[None]:
    """Keep Django from closing the connection after a request: it is the test's, and its transaction is open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Server:
    def __init__(self, look=None) -> None:
        self.application = Counting()
        self.kept = KeptPages(self.application)
        if look:
            self.kept.look = look

    @property
    def asked(self) -> int:
        """How often Django was asked."""
        return self.application.asked

    def get(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for an address; headers by their names in WSGI, as in HTTP_COOKIE=..."""
        path, _mark, query = address.partition("?")
        given = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "192.0.2.7",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **headers,
        }
        with connection_left_open():
            answer = self.kept(environ, lambda status, headers, exc_info=None: given.extend([status, headers]))
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        return Answer(int(given[0][:3]), dict(given[1]), body)
