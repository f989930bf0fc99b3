"""The web server. Only a reverse proxy on this machine, or the demo's browser, talks to it."""

import os
import re

from gunicorn.glogging import Logger

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 30
graceful_timeout = 10
control_socket_disable = True

# Django alone decides whom to believe about the client (TRUSTED_PROXY_COUNT).
forwarded_allow_ips = ""


class QuietLogger(Logger):
    """Logs what was asked for without giving a person away: no query, address, referrer or status link."""

    def atoms(self, resp, req, environ, request_time):
        path = environ.get("RAW_URI", "").partition("?")[0]  # still quoted, so that a line stays one line
        path = re.sub(r"^(/appointments/status/)[^/]+", r"\1...", path)
        return super().atoms(resp, req, environ, request_time) | {"U": path}


logger_class = QuietLogger
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
