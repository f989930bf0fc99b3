"""The code of the site: a folder for each release under releases/, and the links `current` and `previous`."""

import hashlib
import os
import re
import shutil
import sys
import tarfile
import tomllib
from pathlib import Path

from clinic.environment import SITE_DIR, current
from clinic.keeping.work import Refused, run_tool


def folder() -> Path:
    return SITE_DIR / "releases"


def version_of(code: Path) -> str:
    return str(tomllib.loads((code / "pyproject.toml").read_text())["project"]["version"])


def from_archive(archive: Path) -> Path:
    """Unpack a release beside the others and return its folder. Raises Refused where its checksum is another."""
    checksum = archive.with_name(f"{archive.name}.sha256")
    for file in (archive, checksum):
        if not file.is_file():
            raise Refused(f"There is no {file}. Archive and checksum lie together.")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != checksum.read_text().split()[0]:
        raise Refused(f"{archive.name} is not the file that {checksum.name} was made of: fetch both again.")
    return _unpacked(archive, "")


def from_git() -> Path:
    """Fetch the branch that is followed, and return the folder of its newest code."""
    git = ["git", "-C", str(SITE_DIR)]
    if not (SITE_DIR / ".git").exists():
        raise Refused("This site is no git checkout. Name a release: make upgrade ARCHIVE=clinic-site-....tar.gz")
    run_tool(*git, "fetch", "--quiet")
    commit = run_tool(*git, "rev-parse", "--short=12", "@{upstream}").strip()
    folder().mkdir(exist_ok=True)
    archive = folder() / "fetched.tar"
    run_tool(*git, "archive", "--format=tar", "--prefix=fetched/", f"--output={archive}", commit)
    try:
        return _unpacked(archive, f"-{commit}")
    finally:
        archive.unlink()


def _unpacked(archive: Path, suffix: str) -> Path:
    part = folder() / "unpacked.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(part, filter="data")
        (code,) = part.iterdir()
        name = f"{version_of(code)}{suffix}"
    except (tarfile.TarError, ValueError, OSError, KeyError) as error:
        raise Refused(f"{archive.name} holds no release of the site: {error}") from None
    target = folder() / name
    if not re.fullmatch(r"[\w.+-]+", name) or current().resolve() == target:
        raise Refused(f"{name} is what runs already.")
    shutil.rmtree(target, ignore_errors=True)
    code.rename(target)
    part.rmdir()
    return target


def install(code: Path) -> None:
    """Give a release a Python of its own with exactly its packages."""
    run_tool(sys.executable, str(code / "scripts" / "install.py"), "requirements.lock", cwd=code)


def run(code: Path, script: str, *words: str, env: dict[str, str] | None = None) -> str:
    """Run one of a release's own scripts with its own Python. Raises Refused with its last words."""
    return run_tool(str(code / ".venv" / "bin" / "python"), str(code / script), *words, env=env, cwd=code)


def switch(code: Path) -> None:
    """Let this release be the one that runs from the next start on, and the one before it the way back."""
    _link("previous", current())
    _link("current", code)


def previous() -> Path:
    """Return the release to go back to. Raises Refused where none is known."""
    link = SITE_DIR / "previous"
    if not link.exists():
        raise Refused("There is no release to go back to: no upgrade was made.")
    return link.resolve()


def forget_others() -> None:
    """Remove the releases that are neither run nor the way back."""
    kept = {current().resolve(), previous()}
    for code in folder().iterdir():
        if code.is_dir() and code.resolve() not in kept:
            shutil.rmtree(code)


def _link(name: str, target: Path) -> None:
    unfinished = SITE_DIR / f".{name}.part"
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(os.path.relpath(target.resolve(), SITE_DIR))
    unfinished.replace(SITE_DIR / name)
