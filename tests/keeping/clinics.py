"""A data folder with few rows and one picture."""

import sqlite3
from contextlib import closing
from pathlib import Path

from clinic.keeping import databases
from clinic.keeping.sqlite import SQLite

SCHEMA = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);
    CREATE TABLE requests (id INTEGER PRIMARY KEY, reference TEXT);
    CREATE TABLE providers_provider (id INTEGER PRIMARY KEY, portrait TEXT);
    INSERT INTO django_migrations (app, name) VALUES ('auth', '0001_initial');
    INSERT INTO requests (reference) VALUES ('R-7K3F-9Q2M');
    INSERT INTO providers_provider (portrait) VALUES ('portraits/jason.webp');
"""


class Clinic:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.database = data / "clinic.sqlite3"
        self.picture = data / "media" / "portraits" / "jason.webp"
        self.picture.parent.mkdir(parents=True)
        self.picture.write_bytes(b"picture")
        self.execute(SCHEMA)

    @classmethod
    def in_place(cls, data: Path, settings, monkeypatch) -> "Clinic":
        """Make one that the code under test takes for the site's."""
        settings.DATA_DIR, settings.MEDIA_ROOT = data, data / "media"
        monkeypatch.setattr(databases, "of_site", lambda: SQLite(data / "clinic.sqlite3"))
        return cls(data)

    def execute(self, script: str) -> None:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.executescript(script)

    @property
    def references(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as connection:
            return [reference for (reference,) in connection.execute("SELECT reference FROM requests ORDER BY id")]
