"""Write the archive of a release and its checksum: what is committed, and the same bytes whenever it is made again.

    .venv/bin/python scripts/release.py [FOLDER]    into dist/ unless a folder is named

The version is pyproject.toml's, one that is not released yet. CHANGELOG.md must have a section for it,
unless it ends in `.dev0`. Check the archive anywhere with sha256sum -c.
"""

import gzip
import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    archive = write(folder)
    print(f"{archive}  {archive.stat().st_size // 1024} KB\n{archive}.sha256")
    if git("status", "--porcelain"):
        print("The archive holds what is committed; this checkout has changes that are not.", file=sys.stderr)


def write(folder: Path) -> Path:
    """Write archive and checksum, and return the former. Exits as `refuse_unfinished` does."""
    version = tomllib.loads(committed("pyproject.toml"))["project"]["version"]
    refuse_unfinished(version, committed("CHANGELOG.md"))
    name = f"clinic-site-{version}"
    # git gives every file the commit's time and root as its owner; gzip is told neither a time nor a name
    tar = git("-c", "tar.umask=0022", "archive", "--format=tar", f"--prefix={name}/", "HEAD")
    data = gzip.compress(tar, mtime=0)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{name}.tar.gz"
    archive.write_bytes(data)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  {archive.name}\n")
    return archive


def refuse_unfinished(version: str, changelog: str) -> None:
    """Exit where the version was released before, or where the changelog does not say what it brings."""
    if (ROOT / "tests/upgrade" / version).exists():
        sys.exit(f"{version} is released and kept under tests/upgrade. Raise the version in pyproject.toml.")
    if ".dev" not in version and not re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE
    ):
        sys.exit(f"CHANGELOG.md has no dated section for {version}. Write it, commit it, and try again.")


def committed(path: str) -> str:
    return git("show", f"HEAD:{path}").decode()


def git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist")
