"""A release's archive: what is committed, named by its version, and the same bytes whenever it is made again."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from scripts.release import refuse_unfinished

ROOT = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def is_checkout() -> bool:
    """Whether git is here and knows this folder."""
    if not shutil.which("git"):
        return False
    return subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not is_checkout(), reason="an archive is made from a git checkout")


def release(folder: Path) -> Path:
    subprocess.run([sys.executable, "scripts/release.py", folder], cwd=ROOT, check=True, capture_output=True)
    return folder / f"clinic-site-{VERSION}.tar.gz"


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    return release(tmp_path_factory.mktemp("dist"))


def test_two_builds_are_the_same_bytes(archive, tmp_path):
    assert release(tmp_path / "again").read_bytes() == archive.read_bytes()


def test_it_names_no_person_and_no_time_but_the_commits(archive):
    with tarfile.open(archive) as tar:
        members = tar.getmembers()

    assert {member.uname for member in members} == {"root"}
    assert len({member.mtime for member in members}) == 1
    assert archive.read_bytes()[3:8] == bytes(5)  # gzip's flags and time: no name, no time


def test_it_holds_what_runs_the_site_under_one_folder(archive):
    with tarfile.open(archive) as tar:
        names = set(tar.getnames())

    assert {name.partition("/")[0] for name in names} == {f"clinic-site-{VERSION}"}
    for needed in ["Makefile", "manage.py", "requirements.lock", "clinic/settings.py", "static/css/site.css"]:
        assert f"clinic-site-{VERSION}/{needed}" in names


def test_its_checksum_is_the_archives(archive):
    digest, name = Path(f"{archive}.sha256").read_text().split()

    assert (digest, name) == (hashlib.sha256(archive.read_bytes()).hexdigest(), archive.name)


@pytest.mark.parametrize("version", ["0.1.0", "9.9.9"])
def test_a_version_is_released_once_and_with_its_changes_told(version):
    with pytest.raises(SystemExit):
        refuse_unfinished(version, "## [0.1.0] - 2026-11-24\n## [9.9.9]\n")


def test_a_finished_version_and_one_in_the_making_are_written():
    refuse_unfinished("9.9.9", "## [9.9.9] - 2026-12-24\n")
    refuse_unfinished("9.9.9.dev0", "")
