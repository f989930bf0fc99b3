"""A hundred megabytes sent to the real server: refused at once, unread, and nothing of it is left anywhere."""

import logging
import re
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import MailServer, Site

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
SIZE = 100 * MEGABYTE
ADDRESSES = ["/appointments/request/", "/contact/", "/admin/login/"]
TYPES = {
    "urlencoded": ("application/x-www-form-urlencoded", b"note="),
    "multipart": (
        "multipart/form-data; boundary=edge",
        b'--edge\r\nContent-Disposition: form-data; name="note"; filename="x.bin"\r\n\r\n',
    ),
}
OPEN_CLINIC = "from tests.factories import make_clinic; make_clinic()"


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    site = Site(data, email_url=MailServer().url, settings="tests.live_settings")
    site.env["TMPDIR"] = str(tmp_path_factory.mktemp("temporary"))
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "-c", OPEN_CLINIC)
    site.start()
    yield site
    site.stop()


def send(site: Site, path: str, kind: str, *, chunked: bool) -> tuple[int, float, int]:
    """Post `SIZE` bytes and give the answer's status, the seconds until it came and the bytes sent by then."""
    content_type, opening = TYPES[kind]
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {SIZE}"
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Type: {content_type}\r\n{length}\r\n\r\n"
    block = b"x" * MEGABYTE
    if chunked:
        opening = b"%x\r\n%s\r\n" % (len(opening), opening)
        block = b"%x\r\n%s\r\n" % (len(block), block)
    sent, started = 0, time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as line:
        line.sendall(head.encode() + opening)
        while sent < SIZE and not select.select([line], [], [], 0)[0]:
            try:
                line.sendall(block)
            except OSError:  # the server has hung up; what it said is still there to be read
                break
            sent += len(block)
        answer = line.recv(MEGABYTE)
    return int(re.match(rb"HTTP/1\.1 (\d+)", answer)[1]), time.monotonic() - started, sent


def peak_memory(site: Site) -> dict[int, int]:
    """The most each web worker ever held, in kB."""
    status = {pid: Path(f"/proc/{pid}/status").read_text() for pid in site.web_workers()}
    return {pid: int(re.search(r"VmHWM:\s+(\d+)", text)[1]) for pid, text in status.items()}


def files_of(site: Site) -> set[Path]:
    """What the site's processes keep among the temporary files."""
    return set(Path(site.env["TMPDIR"]).rglob("*"))


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_hundred_megabytes_are_refused_at_once(running, path, kind, chunked):
    before, memory = files_of(running), peak_memory(running)
    status, seconds, sent = send(running, path, kind, chunked=chunked)
    logger.info("%s: %d after %.3f s and %d MB", path, status, seconds, sent // MEGABYTE)
    assert status == (400 if chunked else 413)
    assert seconds < 5
    assert files_of(running) == before
    after = peak_memory(running)
    assert after.keys() == memory.keys(), "a worker died"
    assert all(after[pid] - memory[pid] < 20 * 1024 for pid in after)


def test_the_site_answers_as_before(running):
    assert running.answers()
