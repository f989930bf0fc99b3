"""Whether a backup would bring the clinic back: it is restored beside the site, and compared."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import FileField

from clinic.keeping.archive import DATABASE, Archive
from clinic.keeping.contents import differences
from clinic.keeping.databases import Database, Opened
from clinic.keeping.work import Refused

OPTIONAL_APPS = {"demo"}  # installed by a setting, so that a clinic's own site may not know their migrations
AT_MOST = 3  # faults that are named


class Report(NamedTuple):
    tables: int
    rows: int
    pictures: int
    lost: int = 0

    def __str__(self) -> str:
        lost = f" ({self.lost} that pages name are missing on the site itself)" if self.lost else ""
        return f"{self.tables} tables, {self.rows:,} rows, {self.pictures} pictures{lost}"


def prove(archive: Archive, database: Database, scratch: Path, *, known_only: bool = False) -> Report:
    """Restore the backup beside the site and compare counts, checksums and links. Raises Refused with what is wrong.

    `known_only`: also where its tables are of a release that this code does not know.
    """
    if archive.engine != database.name:
        kind = archive.engine or "no database of ours"
        raise Refused(f"{archive.name} holds {kind}, and this site runs on {database.name} (DATABASE_URL).")
    archive.check()
    copy = scratch / "beside"
    copy.unlink(missing_ok=True)
    archive.extract(DATABASE, copy)
    with database.beside(copy) as opened:
        report = _compare(archive, opened)
        if known_only:
            _refuse_newer(archive, opened)
    return report


def _refuse_newer(archive: Archive, opened: Opened) -> None:
    applied = set(opened.rows("SELECT app, name FROM django_migrations"))
    if any(app not in OPTIONAL_APPS for app, _name in applied - known_migrations()):
        raise Refused(f"{archive.name} was made by a newer release ({archive.manifest.release}): install that first.")


def known_migrations() -> set[tuple[str, str]]:
    on_disk = MigrationLoader(None).disk_migrations
    return set(on_disk) | {key for migration in on_disk.values() for key in migration.replaces}


def _compare(archive: Archive, opened: Opened) -> Report:
    checks: list[Callable[[], list[str]]] = [
        opened.faults,
        lambda: _lacks(opened),
        lambda: differences(archive.manifest.contents, opened.contents()) if archive.manifest.contents else [],
        lambda: _lost(archive, opened),
    ]
    for check in checks:  # one after another: a damaged file is not asked for its rows
        if faults := check():
            more = f" and {len(faults) - AT_MOST} more" if len(faults) > AT_MOST else ""
            raise Refused(f"{archive.name} does not bring the site back: {'; '.join(faults[:AT_MOST])}{more}.")
    contents = archive.manifest.contents or opened.contents()
    return Report(
        len(contents),
        sum(table.rows for table in contents.values()),
        len(archive.pictures()),
        len(archive.manifest.lost),
    )


def _lacks(opened: Opened) -> list[str]:
    return [] if "django_migrations" in opened.tables() else ["it holds no tables of a clinic's site"]


def _lost(archive: Archive, opened: Opened) -> list[str]:
    """Return the pictures that a row names and that are not in the backup, though the site had them."""
    lost = pictures_named(opened) - set(archive.pictures()) - set(archive.manifest.lost)
    return [f"the picture {name} is missing" for name in sorted(lost)]


def pictures_named(opened: Opened) -> set[str]:
    """Return the files that rows name."""
    tables, named = set(opened.tables()), set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, FileField) and model._meta.db_table in tables:
                named |= {name for (name,) in opened.rows(_files_of(model._meta.db_table, field.column)) if name}
    return named


def _files_of(table: str, column: str | None) -> str:
    return f'SELECT DISTINCT "{column}" FROM "{table}"'  # noqa: S608  # nosec B608
