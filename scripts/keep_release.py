"""Keep a release for the upgrade tests: its archive, a database that it made, and a backup that it made of it.

    .venv/bin/python scripts/keep_release.py    what `make release` wrote into dist/

All three go into tests/upgrade/<version>/. Its own code makes the data, the demo clinic, in a new folder.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "upgrade"
DATABASE = "clinic.sqlite3"


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    name = f"clinic-site-{version}"
    archive = ROOT / "dist" / f"{name}.tar.gz"
    if not archive.exists():
        sys.exit(f"There is no {archive.relative_to(ROOT)}. Run make release first.")
    target = KEPT / version
    target.mkdir()  # what was kept once is never written over
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        backup = make_data(Path(scratch) / name, Path(scratch) / "data")
        shutil.copy(backup, target / f"backup{backup.suffix}")
        with zipfile.ZipFile(backup) as saved:
            (target / DATABASE).write_bytes(saved.read("database"))
    for file in (archive, archive.with_name(f"{archive.name}.sha256")):
        shutil.copy(file, target)
    for file in sorted(target.iterdir()):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB")


def make_data(code: Path, data_dir: Path) -> Path:
    """Let the release load its demo clinic and back it up; return the backup."""
    env = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "for-kept-releases-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "SITE_URL": "http://127.0.0.1:8000",
        "CLINIC_DATA_DIR": str(data_dir),
        "DEMO": "true",
    }
    for command in (
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        [sys.executable, "manage.py", "load_demo"],
        ["make", "--silent", "backup", f"PY={sys.executable}"],
    ):
        subprocess.run(command, cwd=code, env=env, check=True)
    (backup,) = (data_dir / "backups").glob("clinic-*")
    return backup


if __name__ == "__main__":
    main()
