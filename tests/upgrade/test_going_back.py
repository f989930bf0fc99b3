"""The release before runs on today's tables: going back loses nothing and refuses nobody."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RELEASES = sorted(folder for folder in HERE.iterdir() if folder.is_dir() and folder.name[0].isdigit())


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request) -> Path:
    return request.param


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_release_before_takes_requests_on_todays_tables(release, engine, tmp_path, request):
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(release / "clinic.sqlite3", data)
    with tarfile.open(release / f"clinic-site-{release.name}.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CLINIC_DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data}/clinic.sqlite3",
    }
    old = tmp_path / f"clinic-site-{release.name}"
    if engine == "postgresql":
        env["DATABASE_URL"] = request.getfixturevalue("scratch_postgresql")
        run(old, env, "manage.py", "migrate", "--verbosity", "0")
        run(old, env, "manage.py", "load_demo", "--verbosity", "0")
    run(ROOT, env, "manage.py", "migrate", "--verbosity", "0")

    shutil.copy(HERE / "a_day_at_the_desk.py", old / "tests" / "upgrade")
    assert run(old, env, "-m", "tests.upgrade.a_day_at_the_desk").split() == ["submitted", "claimed", "noted"]


def run(code: Path, env: dict[str, str], *command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=code, env=env, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
