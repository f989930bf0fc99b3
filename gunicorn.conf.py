"""The web server. Only a reverse proxy on this machine, or the demo's browser, talks to it."""

import os
from pathlib import Path

from gunicorn.glogging import Logger

from clinic.core import running
from clinic.core.logs import without_tokens

# scripts/serve.py holds the socket, so that whoever connects while this process is exchanged waits and is answered
_socket = os.environ.get("CLINIC_SOCKET")
bind = f"fd://{_socket}" if _socket else f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 30
graceful_timeout = 10
control_socket_disable = True
umask = 0o077  # what it writes is nobody else's on this machine


def on_starting(server) -> None:
    """Say that the web server lives on this data, for as long as one of its processes does."""
    running.join(Path(os.environ["CLINIC_DATA_DIR"]), "web")


# Django alone decides whom to believe about the client (TRUSTED_PROXY_COUNT).
forwarded_allow_ips = ""


def quiet(address: str) -> str:
    """Return an address without its query and without the key of a link."""
    return without_tokens(address.partition("?")[0])


class QuietLogger(Logger):
    """Logs what was asked for without giving a person away: no query, address, referrer or status link."""

    def atoms(self, resp, req, environ, request_time):
        path = quiet(environ.get("RAW_URI", ""))  # still quoted, so that a line stays one line
        return super().atoms(resp, req, environ, request_time) | {"U": path}

    def exception(self, msg, *args, **kwargs):
        """What broke outside Django: gunicorn names the address it was asked for."""
        super().exception(msg, *(quiet(arg) if isinstance(arg, str) else arg for arg in args), **kwargs)


logger_class = QuietLogger
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
