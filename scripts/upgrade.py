"""Bring the site to another release while it runs, and back.

.venv/bin/python scripts/upgrade.py upgrade [ARCHIVE]   with ARCHIVE.sha256 beside it; without a name, from git
.venv/bin/python scripts/upgrade.py rollback            the release before, with all that was written since
"""

import os
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from clinic import environment  # noqa: E402  (needs the lines above)

environment.follow_current("scripts/upgrade.py")

import django  # noqa: E402

from clinic.keeping import upgrading  # noqa: E402
from clinic.keeping.work import Refused  # noqa: E402


def main(arguments: list[str]) -> None:
    django.setup()
    match arguments:
        case ["upgrade", *name] if len(name) <= 1:
            upgrading.upgrade(Path(name[0]).resolve() if name and name[0] else None, say)
        case ["rollback"]:
            upgrading.rollback(say)
        case _:
            sys.exit(__doc__)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError, sqlite3.Error) as reason:
        sys.exit(str(reason))
