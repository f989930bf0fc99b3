"""What backup, restore and upgrade share: one at a time, a folder for what is unfinished, and refusals in one line."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from clinic.core import running

CHUNK = 1024 * 1024  # bytes read at once, so that memory does not grow with the pictures


class Refused(Exception):
    """Nothing was changed; the message says why and what to do, in one line."""


@contextmanager
def workshop(name: str) -> Iterator[Path]:
    """Give an empty folder while the block runs, on the file system of the data. Raises Refused where another works.

    What a killed one left there is removed first.
    """
    try:
        lock = running.take(settings.DATA_DIR / "keeping.lock", name)
    except running.AlreadyRunning as other:
        raise Refused(f"Wait for {other}, then try again.") from None
    scratch = settings.DATA_DIR / "scratch"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(lock)


def run_tool(*command: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a program and return what it prints. Raises Refused with its last words where it fails or is not there."""
    try:
        done = subprocess.run(  # noqa: S603  (our own tools, and what the owner's settings name)
            command, env={**os.environ, **(env or {})}, cwd=cwd, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise Refused(f"There is no {command[0]} on this machine (docs/deploy.md says which package has it).") from None
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}").splitlines()[-1]
        raise Refused(f"{Path(command[0]).name} failed: {words}")
    return done.stdout


def on_disk(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
