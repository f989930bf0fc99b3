"""The clinic's database as an SQLite file: copied while the site writes, opened beside it, put in its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from clinic.keeping.contents import Contents, table_of
from clinic.keeping.work import Refused, on_disk

# Without SQLite's own, and without a search index's front, whose rows lie in tables of their own
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' AND name NOT GLOB 'sqlite_*'"


class Opened:
    """A database file that is read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        return self.connection.execute(query)

    def tables(self) -> list[str]:
        return [name for (name,) in self.rows(TABLES)]

    def contents(self) -> Contents:
        # Every table of Django's has its key first, and so has a search index; text compares by its bytes
        return {name: table_of(self._rows_of(name)) for name in self.tables()}

    def _rows_of(self, table: str) -> Iterator[tuple[Any, ...]]:
        return self.rows(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608  # nosec B608

    def faults(self) -> list[str]:
        """Return what the database itself finds wrong."""
        try:
            damage = [str(line) for (line,) in self.rows("PRAGMA integrity_check") if line != "ok"]
            lost = [f"a row of {table} names one of {parent} that is not there"
                    for table, _row, parent, _key in self.rows("PRAGMA foreign_key_check")]  # fmt: skip
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return damage + lost


class SQLite:
    name = "SQLite"
    mark = b"SQLite format 3\0"  # how its files begin

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_empty(self) -> bool:
        """Whether nothing is there yet."""
        if not self.path.exists() or not self.path.stat().st_size:
            return True
        with self._open() as live:
            return not live.tables()

    @contextmanager
    def snapshot(self, copy: Path) -> Iterator[Opened]:
        """Copy what is committed at one moment, while the site writes on, and give the database as it was then."""
        with self._open() as live:
            live.connection.execute("BEGIN")
            live.tables()  # from this first look on, all of this sees the same moment
            with closing(sqlite3.connect(copy)) as target:
                live.connection.backup(target)
            yield live

    @contextmanager
    def beside(self, copy: Path) -> Iterator[Opened]:
        """Give a saved copy, opened where it lies."""
        with closing(sqlite3.connect(copy)) as connection:
            yield Opened(connection)

    @contextmanager
    def url_beside(self, copy: Path) -> Iterator[str]:
        """Give the DATABASE_URL of a saved copy, to run code on it."""
        yield f"sqlite:///{copy}"

    def replace(self, copy: Path) -> None:
        """Put the copy in the database's place."""
        on_disk(copy)
        for log in (f"{self.path}-wal", f"{self.path}-shm"):  # a log of the old file would damage the new one
            Path(log).unlink(missing_ok=True)
        copy.replace(self.path)
        on_disk(self.path.parent)

    def tidy(self) -> None:
        """Nothing is left elsewhere by one that was killed."""

    @contextmanager
    def _open(self) -> Iterator[Opened]:
        if not self.path.exists():
            raise Refused(f"There is no database at {self.path}. Does CLINIC_DATA_DIR name the site's folder?")
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=60)) as connection:
            yield Opened(connection)
