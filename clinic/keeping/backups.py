"""Save the clinic: one file, restored beside the site and compared before it counts, then encrypted."""

import json
import os
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from clinic.environment import BASE_DIR
from clinic.keeping import archive, databases, encryption, proof, retention, unfinished
from clinic.keeping.archive import Archive
from clinic.keeping.work import Refused, on_disk, run_tool, workshop


@dataclass(frozen=True)
class Backup:
    """One that was proven."""

    path: Path
    report: proof.Report
    is_encrypted: bool
    seconds: float


def folder() -> Path:
    return settings.DATA_DIR / "backups"


def release() -> str:
    return str(tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def back_up() -> Backup:
    """Save the clinic while the site runs, and let go of the backups whose time is over. Raises Refused."""
    unfinished.refuse()
    with workshop("a backup") as scratch:
        backup = make(scratch)
    for old in retention.to_remove(retention.backups_in(folder()), datetime.now(UTC)):
        old.unlink()
    return backup


def make(scratch: Path) -> Backup:
    """Make one backup in a workshop that is already had, prove it, and put it away."""
    now = datetime.now(UTC)
    database = databases.of_site()
    if database.is_empty():
        raise Refused("The database is empty: nothing to save. Does CLINIC_DATA_DIR or DATABASE_URL name the site's?")
    plain = scratch / "clinic.zip"
    _write(plain, database, scratch, now)
    report = proof.prove(Archive(plain, "The new backup"), database, scratch)
    path = _put_away(plain, now, scratch)
    backup = Backup(path, report, path.suffix == encryption.SUFFIX, (datetime.now(UTC) - now).total_seconds())
    _note(backup, now)
    return backup


def _write(plain: Path, database: databases.Database, scratch: Path, now: datetime) -> None:
    copy = scratch / archive.DATABASE
    pictures = _link_pictures(scratch / "pictures")  # before, for one that is deleted meanwhile
    with database.snapshot(copy) as live:
        contents, named = live.contents(), proof.pictures_named(live)
    pictures |= _link_pictures(scratch / "pictures")  # and after, for one that came with a row
    facts = {"release": release(), "made_at": now.isoformat(), "engine": database.name, "contents": contents}
    archive.write(plain, copy, pictures, lost=sorted(named - pictures.keys()), **facts)
    copy.unlink()


def _link_pictures(target: Path) -> dict[str, Path]:
    """Hold every uploaded file as it is now, without its bytes twice where the file system can; return them by name."""
    found = {}
    for source in sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()):
        name = source.relative_to(settings.MEDIA_ROOT).as_posix()
        link = target / name
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            if not link.exists():
                _link(source, link)
        except FileNotFoundError:
            continue  # deleted this moment, and its row before it
        found[name] = link
    return found


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target)


def _put_away(plain: Path, now: datetime, scratch: Path) -> Path:
    """Move the proven backup to the others, encrypted where there is a key; it is there whole or not at all."""
    folder().mkdir(mode=0o700, exist_ok=True)
    target = folder() / retention.name_for(now)
    finished = plain
    if encryption.public_key():
        target, finished = Path(f"{target}{encryption.SUFFIX}"), scratch / "clinic.zip.age"
        encryption.encrypt(plain, finished)
        plain.unlink()
    finished.chmod(0o600)
    on_disk(finished)
    finished.rename(target)
    on_disk(folder())
    return target


def _note(backup: Backup, now: datetime) -> None:
    """Write down what was proven last, for whoever asks how old it is."""
    facts = asdict(backup) | {"path": backup.path.name, "made_at": now.isoformat(), "report": str(backup.report)}
    part = folder() / "last.json.part"
    part.write_text(json.dumps(facts))
    part.replace(folder() / "last.json")


def copy_elsewhere(path: Path) -> bool:
    """Hand the backup to BACKUP_COPY_COMMAND and return whether there is one. Raises Refused where it fails."""
    if not settings.BACKUP_COPY_COMMAND:
        return False
    words = [word.format(file=path, name=path.name) for word in shlex.split(settings.BACKUP_COPY_COMMAND)]
    run_tool(*words)
    return True


def verify(path: Path, private_key: str = "") -> tuple[Archive, proof.Report]:
    """Prove a backup of before. Raises Refused with what is wrong."""
    with workshop("a check") as scratch, opened(path, private_key, scratch) as backup:
        return backup, proof.prove(backup, databases.of_site(), scratch)


@contextmanager
def opened(path: Path, private_key: str, scratch: Path) -> Iterator[Archive]:
    """Give a backup's plain archive. Raises Refused where there is none or its key is missing."""
    if not path.is_file():
        raise Refused(f"There is no backup {path}.")
    plain = path
    if path.suffix == encryption.SUFFIX:
        if not private_key:
            raise Refused(f"{path.name} is encrypted: give the file with the private key, KEY=...")
        plain = scratch / "opened.zip"
        encryption.decrypt(path, plain, private_key)
    backup = Archive(plain, path.name)
    try:
        yield backup
    finally:
        backup.zip.close()
