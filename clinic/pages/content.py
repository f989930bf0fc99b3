"""The version of all that the public reads. It changes in the same transaction as any of it, whoever writes.

Every statement passes a wrapper of Django's connection, which sees saves, bulk actions, commands, the worker and SQL by
hand alike, in every process. So no rule has to remember it, and no table can be forgotten: one counts as shown unless
NEVER_SHOWN says otherwise.
"""

import re
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from clinic.pages.models import ContentVersion

# No page that is kept shows anything of these apps and models; tests/pages/test_content.py looks
NEVER_SHOWN = {
    "account", "admin", "appointments", "auth", "contenttypes", "demo", "mail", "mfa", "opening", "sessions", "staff",
    "pages.ContentVersion",
}  # fmt: skip
WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|WITH\b.*?\b(?:INSERT|UPDATE|DELETE|MERGE))\b",
    re.IGNORECASE | re.DOTALL,
)
TABLE = ContentVersion._meta.db_table


# Writing


def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """See every statement of a new connection; listens to connection_created."""
    if count_changes not in connection.execute_wrappers:
        connection.execute_wrappers.append(count_changes)


def count_changes(execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a statement, and where it changes what the public reads, the version with it: both or neither."""
    if not WRITES.match(sql) or not _shown_tables().search(sql):
        return execute(sql, params, many, context)
    connection = context["connection"]
    if not _is_there(connection):  # a database that is being made
        return execute(sql, params, many, context)
    if not connection.get_autocommit():
        result = execute(sql, params, many, context)
        _count(connection)
        return result
    with transaction.atomic(using=connection.alias):
        result = execute(sql, params, many, context)
        returned = _take_rows(context["cursor"], connection)
        _count(connection)
    _lay_down(returned, context["cursor"])
    return result


def shown_tables() -> set[str]:
    """Return the tables whose rows the public may read."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if not NEVER_SHOWN & {model._meta.app_label, model._meta.label}}


@cache
def _shown_tables() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(shown_tables()))})\b", re.IGNORECASE)


def _count(connection: BaseDatabaseWrapper) -> None:
    """Add one to a row that no other transaction holds, so that nobody waits for another; the version is the sum."""
    free = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET number = number + 1 WHERE id = (SELECT id FROM {TABLE} ORDER BY id LIMIT 1 {free})"  # noqa: S608  # nosec B608
        )
        if not cursor.rowcount:
            cursor.execute(f"INSERT INTO {TABLE} (number) VALUES (1)")  # noqa: S608  # nosec B608


_there: set[str] = set()


def _is_there(connection: BaseDatabaseWrapper) -> bool:
    """Whether this database has the version's table. Looked up until it has."""
    name = str(connection.settings_dict["NAME"])
    if name not in _there and TABLE in connection.introspection.table_names():
        _there.add(name)
    return name in _there


# SQLite commits no transaction while a statement in it has rows to give, as an INSERT with RETURNING has.


def _take_rows(cursor: Any, connection: BaseDatabaseWrapper) -> list[tuple]:
    """Return the rows that a statement gives, read to the end; none where the database does not mind."""
    return cursor.fetchall() if connection.vendor == "sqlite" and cursor.description else []


def _lay_down(rows: list[tuple], cursor: Any) -> None:
    """Let whoever asked for the rows read them after all."""
    if rows:
        places = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
        cursor.cursor.execute(f"VALUES {places}", [value for row in rows for value in row])


# Reading


class Look:
    """Tells the version as it stands this moment, over a connection of its own, one for all threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: BaseDatabaseWrapper | None = None
        self._seen: tuple[int, int] | None = None  # SQLite's mark, and the version it stood for

    def version(self) -> int:
        """Return the version. Raises django.db.Error where not even a new connection gets an answer."""
        with self._lock:
            try:
                return self._version()
            except Error:
                self._close()
            try:
                return self._version()
            except Error:
                self._close()
                raise

    def close(self) -> None:
        with self._lock:
            self._close()

    def _version(self) -> int:
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()
        with self._connection.cursor() as cursor:
            if self._connection.vendor != "sqlite":
                return read_version(cursor)
            mark = cursor.execute("PRAGMA data_version").fetchone()[0]  # another at each commit of anybody's
            if self._seen is None or self._seen[0] != mark:
                self._seen = mark, read_version(cursor)
            return self._seen[1]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._seen = None


def read_version(cursor: Any) -> int:
    """Return the version as this cursor's connection sees it."""
    cursor.execute(f"SELECT COALESCE(SUM(number), 0) FROM {TABLE}")  # noqa: S608  # nosec B608
    return int(cursor.fetchone()[0])
