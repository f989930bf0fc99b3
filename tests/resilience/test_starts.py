"""Starting, starting twice, and starting again after the worst end there is."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.processes import ROOT, MailServer, Site, children_of, command_of, wait_until

logger = logging.getLogger(__name__)

RESTARTS = int(os.environ.get("RESTARTS", "10"))


@pytest.fixture
def own(tmp_path, server: MailServer):
    site = Site(tmp_path, email_url=server.url, settings="tests.live_settings")
    yield site
    site.stop()


def all_children(pid: int) -> list[int]:
    return [one for child in children_of(pid) for one in (child, *all_children(child))]


def test_a_second_start_is_refused_within_two_seconds_and_names_the_first(own: Site):
    own.start()
    own.env["PORT"] = "1"  # the lock is looked at before the port
    started = time.monotonic()
    second = subprocess.run(
        [sys.executable, "scripts/serve.py"], cwd=ROOT, env=own.env, capture_output=True, text=True, timeout=10
    )
    assert second.returncode == 1
    assert f"process {own.supervisor.pid}" in second.stderr and "web (process" in second.stderr
    assert time.monotonic() - started < 2
    assert own.answers()


def test_after_a_killed_supervisor_every_restart_succeeds(own: Site):
    for _restart in range(RESTARTS):
        own.start()
        wait_until(own.mail_workers, what="the worker")
        left = all_children(own.supervisor.pid)
        own.supervisor.send_signal(signal.SIGKILL)
        own.supervisor.wait()
    own.start()
    wait_until(own.mail_workers, what="the worker")
    alive = set(all_children(own.supervisor.pid))
    wait_until(lambda: not [pid for pid in left if pid not in alive and command_of(pid)], what="the orphans' end")
    logger.info("%d restarts after a killed supervisor", RESTARTS)


def test_starting_again_on_sighup_refuses_nobody(own: Site):
    own.start()
    before, statuses = own.web_masters(), []
    own.supervisor.send_signal(signal.SIGHUP)
    while len(statuses) < 10 or own.web_masters() in ([], before):
        with urlopen(f"{own.url}/healthz", timeout=60) as answer:  # noqa: S310  (our own address)
            statuses.append(answer.status)
    assert set(statuses) == {200}
    assert own.supervisor.poll() is None


@pytest.mark.parametrize("kind", ["file", "pipe", "socket"])
def test_it_starts_where_standard_output_cannot_be_opened_anew(own: Site, kind):
    """As with a root-made file or pipe, `su -c`, `sudo -u ... > file`, a container's USER, systemd's journal."""
    if kind == "file":
        out = os.open(own.data_dir / "output", os.O_WRONLY | os.O_CREAT, 0o600)
        read = os.open(own.data_dir / "output", os.O_RDONLY)
    elif kind == "pipe":
        read, out = os.pipe()
    else:
        read, out = (end.detach() for end in socket.socketpair())
    os.fchmod(out, 0)  # held open it can be written to; nobody but an almighty root could open it again
    try:
        own.supervisor = subprocess.Popen(
            [*without_root_powers(), sys.executable, "scripts/serve.py"], cwd=ROOT, env=own.env, stdout=out, stderr=out
        )
        wait_until(lambda: own.answers() and is_worker_alive(own), seconds=60, what="web and worker")
    finally:
        own.stop()
    os.close(out)
    said = b"".join(iter(lambda: os.read(read, 65_536), b""))
    os.close(read)
    assert b"Worker started" in said


def is_worker_alive(site: Site) -> bool:
    """Whether the worker has beaten: it says that it started before it does."""
    try:
        answer = urlopen(f"{site.url}/monitor", timeout=5)  # noqa: S310  (our own address)
    except HTTPError as late:  # 503 while anything is late
        answer = late
    with answer:
        return json.load(answer)["worker"] == "ok"


def without_root_powers() -> list[str]:
    """Return a prefix that takes from root the right to open what its mode forbids; nothing for other users."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
