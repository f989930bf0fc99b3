"""Installed sites and archives of releases, made of today's code."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.processes import ROOT

LEFT_OUT = {".git", ".venv", "var", "releases", "current", "previous", "dist", "node_modules", "__pycache__", "upgrade"}
INSTALL = """
import pathlib, sys
venv = pathlib.Path(__file__).resolve().parent.parent / ".venv"
venv.exists() or venv.symlink_to({venv!r})
"""  # what pip would take a minute for
NEW_TABLE = "CREATE TABLE of_tomorrow (id INTEGER)"
MIGRATION = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("pages", {leaf!r})]
    operations = [migrations.RunSQL({sql!r})]
"""


def copy_code(target: Path) -> Path:
    """Copy today's code, with this Python as its own."""
    shutil.copytree(ROOT, target, ignore=lambda _folder, names: [n for n in names if n in LEFT_OUT or n[:1] == "."])
    (target / ".venv").symlink_to(sys.prefix)
    return target


def make_archive(
    folder: Path, version: str, *, sql: str = "CREATE TABLE of_tomorrow (id INTEGER)", **files: str
) -> Path:
    """Write an archive of today's code as another version with one migration more, and its checksum.

    `files` are texts that replace files, by name with __ for / and without .py.
    """
    code = copy_code(folder / f"clinic-site-{version}")
    (code / ".venv").unlink()
    project = code / "pyproject.toml"
    project.write_text(project.read_text().replace('\nversion = "', f'\nversion = "{version}"\nformerly = "', 1))
    leaf = max(path.stem for path in (code / "clinic/pages/migrations").glob("0*.py"))
    files = {
        "scripts__install": INSTALL.format(venv=os.path.realpath(sys.prefix)),
        "clinic__pages__migrations__0900_of_tomorrow": MIGRATION.format(leaf=leaf, sql=sql),
    } | files
    for name, text in files.items():
        (code / f"{name.replace('__', '/')}.py").write_text(text)
    return _packed(code)


def _packed(code: Path) -> Path:
    archive = code.with_name(f"{code.name}.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(code, code.name)
    shutil.rmtree(code)
    archive.with_name(f"{archive.name}.sha256").write_text(
        f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n"
    )
    return archive


def run_upgrade(code: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess:
    command = [str(code / ".venv/bin/python"), "scripts/upgrade.py", *words]
    return subprocess.run(command, cwd=code, env=env, capture_output=True, text=True, timeout=300)
