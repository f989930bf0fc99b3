"""Bring a backup back: proven first, what was there saved first, and finished by a second run if it was cut short."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from clinic.core import running
from clinic.keeping import backups, databases, encryption, proof, retention, sqlite, unfinished
from clinic.keeping.archive import MEDIA, Archive
from clinic.keeping.work import Refused, on_disk, workshop


def newest() -> Path:
    """Return the newest backup. Raises Refused where there is none."""
    kept = retention.backups_in(backups.folder())
    if not kept:
        raise Refused(f"There is no backup in {backups.folder()}. Name one: make restore FILE=...")
    return kept[-1]


def restore(path: Path, private_key: str = "") -> tuple[proof.Report, Path | None]:
    """Put a backup in the place of what is there; return what came back, and where that was saved, if it was anything.

    Raises Refused, with nothing changed, where the site runs or the file is damaged, foreign or newer.
    """
    try:
        with running.site_to_ourselves(settings.DATA_DIR, "a restore"), workshop("a restore") as scratch:
            return _restore(path, private_key, scratch)
    except running.AlreadyRunning as others:
        raise Refused(f"The site is running: {others}. Stop it first, then restore, then start it.") from None


def _restore(path: Path, private_key: str, scratch: Path) -> tuple[proof.Report, Path | None]:
    database = databases.of_site()
    with backups.opened(path, private_key, scratch) as backup:
        report = proof.prove(backup, database, scratch, known_only=True)
        media = _unpack_media(backup, scratch)
    before = _saved_before(database, scratch)
    unfinished.begin(path, before)
    _put_in_place(database, scratch / "beside", media)
    unfinished.end()
    if private_key and not encryption.public_key():
        encryption.keep_public_key(encryption.public_half(private_key))  # a new machine goes on as the old one did
    return report, before


def _unpack_media(backup: Archive, scratch: Path) -> Path:
    media = scratch / "media"
    media.mkdir()
    for name in backup.pictures():
        backup.extract(f"{MEDIA}{name}", media / name)
    return media


def _saved_before(database: databases.Database, scratch: Path) -> Path | None:
    """Save what is there now and return where; None where nothing is.

    A restore that was cut short left half of two states: what it saved counts.
    """
    if cut_short := unfinished.read():
        return Path(cut_short["before"]) if cut_short["before"] else None
    try:
        if database.is_empty():
            return None
        inner = scratch / "before"
        inner.mkdir()
        return backups.make(inner).path
    except sqlite3.OperationalError:  # a full disk says nothing about the data
        raise
    except (Refused, sqlite3.DatabaseError):
        if not isinstance(database, sqlite.SQLite):
            raise
        return _set_aside(database)


def _set_aside(database: sqlite.SQLite) -> Path:
    """Copy what no backup can be made of, because it is damaged, as it lies there."""
    target = backups.folder() / f"damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    target.mkdir(parents=True, mode=0o700)
    try:
        for suffix in ("", "-wal", "-shm"):
            if (file := Path(f"{database.path}{suffix}")).exists():
                shutil.copy2(file, target)
        if settings.MEDIA_ROOT.exists():
            shutil.copytree(settings.MEDIA_ROOT, target / "media")
    except OSError:
        shutil.rmtree(target)
        raise
    return target


def _put_in_place(database: databases.Database, copy: Path, media: Path) -> None:
    database.replace(copy)
    old = media.with_name("media-before")
    if settings.MEDIA_ROOT.exists():
        settings.MEDIA_ROOT.rename(old)
    media.rename(settings.MEDIA_ROOT)
    on_disk(settings.DATA_DIR)
