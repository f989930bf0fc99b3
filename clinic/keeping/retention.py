"""Which backups stay: all of the last day, then one for each of 7 days, 5 weeks and 12 months."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = re.compile(r"clinic-\d{8}-\d{6}(?:-\d{6})?\.zip(?:\.age)?")
LAST = timedelta(days=1)  # the one that a restore or an upgrade made first is wanted soon or never
PERIODS: list[tuple[int, Callable[[datetime], object]]] = [
    (7, lambda moment: moment.date()),
    (5, lambda moment: moment.isocalendar()[:2]),
    (12, lambda moment: (moment.year, moment.month)),
]


def name_for(moment: datetime) -> str:
    """Return a backup's name, which sorts by its moment and is had once."""
    return f"clinic-{moment:%Y%m%d-%H%M%S-%f}.zip"


def backups_in(folder: Path) -> list[Path]:
    """Return the backups, oldest first; other files are not ours to judge."""
    return sorted((path for path in folder.glob("clinic-*") if NAME.fullmatch(path.name)), key=lambda path: path.name)


def moment_of(path: Path) -> datetime:
    """Return when a backup was made, from the second on; its name alone counts."""
    _clinic, day, time = path.name.partition(".")[0].split("-")[:3]
    return datetime.strptime(f"{day}{time}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def to_remove(backups: Iterable[Path], now: datetime) -> list[Path]:
    """Return what is in nobody's place any more; the newest of a day, week or month stands for it."""
    newest_first = sorted(backups, key=moment_of, reverse=True)
    kept = {path for path in newest_first if moment_of(path) > now - LAST}
    for number, period_of in PERIODS:
        newest: dict[object, Path] = {}
        for path in newest_first:
            newest.setdefault(period_of(moment_of(path)), path)
        kept |= set(list(newest.values())[:number])
    return [path for path in newest_first if path not in kept]
