"""Real processes and a mail server for tests, each on a port of its own, each ended by its own id."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every word of every conversation

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Look ten times a second until `holds()` is true. Raises AssertionError when the time is up."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


# --- Mail

# Answers to a finished message that are no answers
HANG_UP = "hang up"
ACCEPT_AND_HANG = "accept and hang"


@dataclass
class Accepted:
    """One message the server said yes to, and when."""

    recipient: str
    message: EmailMessage
    at: float
    peer: tuple  # the connection it came by

    @property
    def message_id(self) -> str:
        return self.message["Message-ID"]

    @property
    def text(self) -> str:
        """The whole message as a reader may meet it: headers, both bodies, decoded."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        return headers + "".join(part.get_content() for part in self.message.walk() if not part.is_multipart())


class MailServer:
    """An SMTP server that keeps what it accepted. It can be away, and answer whatever a test sets.

    `refuse_mail`, `refuse_rcpt`, `refuse_data` take an address and give the server's answer, or None for yes.
    It takes mail without a password, and rejects every password.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.accepted: list[Accepted] = []
        self.seconds_to_say_yes = 0.0  # a worker that dies in between sends the message again
        self.behave()
        self.controller: Controller | None = None

    def behave(self) -> None:
        """Accept everything from now on."""
        self.refuse_mail = self.refuse_rcpt = self.refuse_data = lambda address: None
        self.protocol = SMTP

    def start(self) -> None:
        server = self

        class Listening(Controller):
            def factory(self):
                return server.protocol(server, authenticator=reject_password, auth_require_tls=False, loop=self.loop)

        self.controller = Listening(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        """Be away: connections break, new ones are refused."""
        if self.controller:
            self.controller.stop()
            self.controller = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    # What aiosmtpd asks

    async def handle_MAIL(self, server, session, envelope: Envelope, address: str, options) -> str:
        envelope.mail_from = address
        return self.refuse_mail(address) or "250 OK"

    async def handle_RCPT(self, server, session, envelope: Envelope, address: str, options) -> str:
        refusal = self.refuse_rcpt(address)
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        refusal = self.refuse_data(recipient)
        if refusal == HANG_UP:
            server.transport.close()
        if refusal and refusal != ACCEPT_AND_HANG:
            return refusal
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.accepted.append(Accepted(recipient, message, time.time(), session.peer))
        await asyncio.sleep(self.seconds_to_say_yes)
        if refusal == ACCEPT_AND_HANG:
            await asyncio.sleep(3600)  # until the server is stopped
        return "250 OK"


def reject_password(*args) -> AuthResult:
    return AuthResult(success=False, handled=False)


class HangsUpInTheMiddle(SMTP):
    """Says "go on" to DATA and breaks the connection."""

    async def smtp_DATA(self, arg: str) -> None:
        await self.push("354 Go on")
        self.transport.close()


@contextmanager
def silent_server(port: int) -> Iterator[None]:
    """Something that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", port)):
        yield


# --- The site


class Site:
    """The whole product as it runs in production, on its own data: supervisor, gunicorn, worker."""

    def __init__(
        self, data_dir: Path, *, email_url: str, database_url: str = "", settings: str = "", code: Path = ROOT
    ) -> None:
        self.data_dir, self.code = data_dir, code
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{name: os.environ[name] for name in ("LANG", "HOME", "TMPDIR") if name in os.environ},
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "tests-only-key-that-is-long-enough-for-the-deploy-check-0123456789",
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "CLINIC_DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url or f"sqlite:///{data_dir / 'clinic.sqlite3'}",
            "EMAIL_URL": email_url,
            "TRUSTED_PROXY_COUNT": "1",
            "STAFF_MFA": "optional",
            "DEMO": "1",
        }
        if settings:
            self.env["DJANGO_SETTINGS_MODULE"] = settings
        self.supervisor: subprocess.Popen | None = None

    def manage(self, *words: str) -> str:
        """Run a management command on the site's data and give what it prints. Raises when it fails."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=self.code, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def spawn(self, *command: str) -> subprocess.Popen:
        """Start a process of the site, with its output in a file beside the data."""
        with (self.data_dir / "processes.log").open("ab") as log:
            return subprocess.Popen([sys.executable, *command], cwd=self.code, env=self.env, stdout=log, stderr=log)

    def start(self) -> None:
        """As `make serve` does: migrate, collect static files, become supervisord."""
        self.supervisor = self.spawn("scripts/serve.py")
        wait_until(self.answers, seconds=180, what="an answer from the site")

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310  (our own address)
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        if self.supervisor:
            self.supervisor.terminate()
            self.supervisor.wait(timeout=60)
            self.supervisor = None

    def log(self) -> str:
        return (self.data_dir / "processes.log").read_text(errors="replace")

    # Whom a test may kill: descendants of the supervisor it started

    def web_masters(self) -> list[int]:
        return self._children("gunicorn")

    def web_workers(self) -> list[int]:
        return [pid for master in self.web_masters() for pid in children_of(master)]

    def mail_workers(self) -> list[int]:
        return self._children("run_worker")

    def _children(self, word: str) -> list[int]:
        assert self.supervisor
        return [pid for pid in children_of(self.supervisor.pid) if word in command_of(pid)]


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
