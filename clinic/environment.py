"""Where every setting comes from, for the server, each command and each script alike.

A variable of the environment wins over `.env` in the site's folder. `make run` writes `demo.env` into the data
folder; it counts for the demo, and for commands on the demo's data where nothing else says what the site is.
"""

import os
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
# An upgrade puts new code into releases/<name> beside the old; settings and data stay with the site
SITE_DIR = BASE_DIR.parent.parent if BASE_DIR.parent.name == "releases" else BASE_DIR
ENV_FILE = ".env"
DEMO_FILE = "demo.env"


def current() -> Path:
    """Return the folder of the code that runs the site: where the link `current` leads, the site's own without one."""
    link = SITE_DIR / "current"
    return link.resolve() if link.exists() else SITE_DIR


def follow_current(script: str) -> None:
    """Run the same script of the current release instead, where an upgrade put another beside the first one."""
    if BASE_DIR == SITE_DIR != current():
        python = str(current() / ".venv" / "bin" / "python")
        os.execv(python, [python, str(current() / script), *sys.argv[1:]])  # noqa: S606  # nosec B606


def load(*, demo: bool = False) -> Path:
    """Fill os.environ from the files, and return the data folder. `demo`: demo.env wins over `.env`."""
    own, folder = _own(), data_dir()
    knows_itself = os.environ.get("SECRET_KEY") or own.get("SECRET_KEY")
    of_demo = _read(folder / DEMO_FILE) if demo or not knows_itself else {}
    for name, value in {**own, **of_demo}.items():
        os.environ.setdefault(name, value)
    os.environ["CLINIC_DATA_DIR"] = str(folder)
    return folder


def data_dir() -> Path:
    """Return the data folder's full path; one that does not start at the root starts in the site's folder."""
    place = os.environ.get("CLINIC_DATA_DIR") or _own().get("CLINIC_DATA_DIR") or "var"
    return SITE_DIR / Path(place).expanduser()


def _own() -> dict[str, str]:
    return _read(Path(os.environ.get("CLINIC_ENV_FILE") or SITE_DIR / ENV_FILE))


def _read(path: Path) -> dict[str, str]:
    class File(environ.Env):
        ENVIRON: dict[str, str] = {}

    if path.exists():
        File.read_env(path)
    return File.ENVIRON
