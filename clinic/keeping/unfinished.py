"""What a restore notes before it changes anything, so that nothing runs on half of two states."""

import json
from pathlib import Path

from django.conf import settings

from clinic.keeping.work import Refused, on_disk


def begin(backup: Path, before: Path | None) -> None:
    facts = {"file": str(backup.resolve()), "before": str(before) if before else ""}
    _file().write_text(json.dumps(facts))
    on_disk(_file())
    on_disk(settings.DATA_DIR)


def end() -> None:
    _file().unlink()


def read() -> dict[str, str]:
    """Return the backup that was being restored and where what was there is saved; nothing where none was cut short."""
    try:
        return dict(json.loads(_file().read_text()))
    except FileNotFoundError:
        return {}


def refuse() -> None:
    """Raise Refused where a restore was cut short."""
    if facts := read():
        back = f", or take back what was there: make restore FILE={facts['before']}" if facts["before"] else ""
        raise Refused(f"A restore was cut short. Run it again: make restore FILE={facts['file']}{back}")


def _file() -> Path:
    return Path(settings.DATA_DIR) / "restore-unfinished.json"
