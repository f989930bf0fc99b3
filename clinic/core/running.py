"""Which processes of ours live on this data. Locks tell, for the system frees them however a process ends.

`site.lock` in the data folder belongs to the one site or restore that runs here. Web and worker each hold a file of
their own under `processes/`, so that a start finds what a killed supervisor left behind.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

SUPERVISOR = "CLINIC_SUPERVISOR_PID"  # set for the processes that the supervisor starts
GRACE = 12.0  # seconds in which an orphan may finish what it does; gunicorn takes ten at most
PR_SET_PDEATHSIG = 1


class AlreadyRunning(Exception):
    """Something of ours runs on this data; the message says what, and with which process ids."""


@dataclass(frozen=True)
class Process:
    """A process of ours as it wrote itself down."""

    name: str
    pid: int
    host: str
    is_supervised: bool = False

    def __str__(self) -> str:
        elsewhere = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"{self.name} (process {self.pid}{elsewhere})"


def take_site(data_dir: Path, name: str) -> int:
    """Take the one lock for `name`, end what a killed supervisor left, and return the lock's file descriptor.

    The lock lasts as long as the descriptor. Raises AlreadyRunning at once when another process holds it.
    """
    lock = data_dir / "site.lock"
    descriptor = _lock(lock)
    if descriptor is None:
        holders = [*filter(None, [_read(lock)]), *living(data_dir)]
        raise AlreadyRunning(", ".join(map(str, holders)) or "another process")
    _write(descriptor, name)
    end_orphans(data_dir)
    return descriptor


def take(lock: Path, name: str) -> int:
    """Take another lock for `name` and return its descriptor. Raises AlreadyRunning, naming who has it."""
    descriptor = _lock(lock)
    if descriptor is None:
        raise AlreadyRunning(str(_read(lock) or "another process"))
    _write(descriptor, name)
    return descriptor


@contextmanager
def site_to_ourselves(data_dir: Path, name: str) -> Iterator[None]:
    """Run a block while no process of ours lives on this data. Raises AlreadyRunning, also for one run by hand."""
    descriptor = take_site(data_dir, name)
    try:
        if others := living(data_dir):
            raise AlreadyRunning(", ".join(map(str, others)))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def joined(data_dir: Path, name: str) -> Iterator[None]:
    """Be one of the site's processes while the block runs."""
    descriptor = join(data_dir, name)
    try:
        yield
    finally:
        os.close(descriptor)


def join(data_dir: Path, name: str) -> int:
    """Write this process down among the site's and end with its supervisor; return the descriptor that holds it."""
    folder = data_dir / "processes"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = None
    while descriptor is None:  # another start may just be looking whether the file is held
        descriptor = _lock(folder / f"{name}.{os.getpid()}")
    _write(descriptor, name)
    if os.environ.get(SUPERVISOR):
        _end_with_parent(int(os.environ[SUPERVISOR]))
    return descriptor


def holder(data_dir: Path) -> Process | None:
    """Return the site, or restore, that holds the data folder's lock."""
    descriptor = _lock(data_dir / "site.lock")
    if descriptor is None:
        return _read(data_dir / "site.lock")
    os.close(descriptor)
    return None


def living(data_dir: Path) -> list[Process]:
    """Return web and worker processes that live on this data; forget those that do not."""
    found = []
    for path in sorted((data_dir / "processes").glob("*.*")):
        descriptor = _lock(path)
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)
        elif process := _read(path):
            found.append(process)
    return found


def end_orphans(data_dir: Path) -> None:
    """End processes whose supervisor is gone: kindly, and after GRACE seconds for good."""
    deadline = time.monotonic() + GRACE
    while orphans := [process for process in living(data_dir) if process.is_supervised]:
        foreign = [process for process in orphans if process.host != socket.gethostname()]
        if foreign:  # another machine's or container's: its numbers mean other processes here
            raise AlreadyRunning(", ".join(map(str, foreign)))
        for_good = time.monotonic() > deadline
        for process in orphans:
            with suppress(ProcessLookupError):
                if for_good:
                    os.killpg(process.pid, signal.SIGKILL)  # the supervisor makes each the leader of a group
                else:
                    os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.2)


def _end_with_parent(supervisor: int) -> None:
    """Let the system tell this process to stop when its supervisor dies (Linux); elsewhere the next start does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it died before we could ask to be told
        os.kill(os.getpid(), signal.SIGTERM)


def _lock(path: Path) -> int | None:
    """Return a descriptor that holds the file's lock, None where another process does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _write(descriptor: int, name: str) -> None:
    process = Process(name, os.getpid(), socket.gethostname(), bool(os.environ.get(SUPERVISOR)))
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(process)).encode(), 0)
    except OSError:  # a full disk; the lock is not to outlive the attempt
        os.close(descriptor)
        raise


def _read(path: Path) -> Process | None:
    try:
        return Process(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None  # it is just being written, or has gone
