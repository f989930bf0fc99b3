"""Save the clinic's data into one file, and bring it back.

    .venv/bin/python scripts/backup.py save
    .venv/bin/python scripts/backup.py restore var/backups/clinic-20260309-020000.zip

The file holds the database and the uploaded pictures. It does not hold .env: keep that safe elsewhere,
because SECRET_KEY unlocks what the database keeps encrypted.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from django.conf import settings  # noqa: E402  (needs the lines above)

from clinic.core import running  # noqa: E402

DATABASE = "database"  # the member of the archive: an SQLite file or a pg_dump in its custom format


def save() -> Path:
    """Write a consistent copy while the site runs, and return its path."""
    folder = settings.DATA_DIR / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"clinic-{datetime.now():%Y%m%d-%H%M%S}.zip"
    unfinished = target.with_suffix(".part")
    with TemporaryDirectory(dir=folder) as scratch:
        copy = Path(scratch) / DATABASE
        copy_sqlite(database_file(), copy) if uses_sqlite() else postgres(
            "pg_dump", "--format=custom", f"--file={copy}"
        )
        unfinished.touch(mode=0o600)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(copy, DATABASE)
            for path in sorted(settings.MEDIA_ROOT.rglob("*")):
                archive.write(path, Path("media") / path.relative_to(settings.MEDIA_ROOT))
    unfinished.rename(target)
    return target


def restore(backup: Path) -> Path:
    """Put the backup in place of what is there, after saving what is there; return where that was saved.

    Exits when the site runs or the file is not a backup; nothing has changed then.
    """
    refuse_while_running()
    if not zipfile.is_zipfile(backup):
        sys.exit(f"{backup} is not a backup.")
    with TemporaryDirectory(dir=settings.DATA_DIR) as scratch, zipfile.ZipFile(backup) as archive:
        if archive.testzip() or DATABASE not in archive.namelist():
            sys.exit(f"{backup} is damaged.")
        archive.extractall(scratch)
        before = save()
        if uses_sqlite():
            put_sqlite(Path(scratch) / DATABASE, database_file())
        else:
            tables = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
            postgres(
                "pg_restore",
                *tables,
                f"--dbname={settings.DATABASES['default']['NAME']}",
                f"{scratch}/{DATABASE}",
            )
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        if (Path(scratch) / "media").exists():
            shutil.move(Path(scratch) / "media", settings.MEDIA_ROOT)
    return before


def refuse_while_running() -> int:
    """Take the data folder's lock and return its descriptor, held to the end. Exits where anything of ours runs."""
    try:
        lock = running.take_site(settings.DATA_DIR, "a restore")
    except running.AlreadyRunning as others:
        sys.exit(f"The site is running: {others}. Stop it first, then restore, then start it.")
    if others := running.living(settings.DATA_DIR):
        sys.exit(f"The site is running: {', '.join(map(str, others))}. Stop it first, then restore, then start it.")
    return lock


def uses_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def database_file() -> Path:
    return Path(settings.DATABASES["default"]["NAME"])


def copy_sqlite(source: Path, copy: Path) -> None:
    """SQLite's own online copy: the file alone would miss what is still in the write-ahead log."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as target:
        live.backup(target)


def put_sqlite(copy: Path, target: Path) -> None:
    with closing(sqlite3.connect(copy)) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        sys.exit(f"The backup's database is damaged: {verdict}")
    for log in (f"{target}-wal", f"{target}-shm"):  # a log of the old file would damage the new one
        Path(log).unlink(missing_ok=True)
    copy.replace(target)


def postgres(*command: str) -> None:
    """Run one of PostgreSQL's own tools on the site's database."""
    database = settings.DATABASES["default"]
    keys = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    wanted = {variable: str(database[key]) for variable, key in keys.items() if database.get(key)}
    subprocess.run(command, env={**os.environ, **wanted}, check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["save"]:
            print(f"Saved {save()}")
        case ["restore", str(name)] if name:
            print(f"Restored {name}. What was there before is in {restore(Path(name))}")
        case _:
            sys.exit(__doc__)
