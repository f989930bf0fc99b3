"""Which of the two databases this site has."""

from pathlib import Path

from django.conf import settings

from clinic.keeping import postgresql, sqlite

Database = sqlite.SQLite | postgresql.PostgreSQL
Opened = sqlite.Opened | postgresql.Opened
KINDS: tuple[type[Database], ...] = (sqlite.SQLite, postgresql.PostgreSQL)


def of_site() -> Database:
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return sqlite.SQLite(Path(database["NAME"]))
    return postgresql.PostgreSQL(database, settings.DATA_DIR)


def kind_of(start: bytes) -> str:
    """Return the name of the database whose saved copies start like this, "" for none of ours."""
    return next((kind.name for kind in KINDS if start.startswith(kind.mark)), "")
