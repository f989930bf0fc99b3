"""The clinic's database on a PostgreSQL server: dumped while the site writes, restored beside it, put in its place."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from clinic.keeping.contents import Contents, table_of
from clinic.keeping.work import Refused, run_tool

KEYS = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


class Opened:
    """A database that is read."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        yield from self.connection.execute(query)

    def tables(self) -> list[str]:
        return [name for (name,) in self.rows(TABLES)]

    def contents(self) -> Contents:
        return {name: table_of(self._texts(name)) for name in self.tables()}

    def faults(self) -> list[str]:
        """Nothing: the server checked every constraint while it took the rows."""
        return []

    def _texts(self, table: str) -> Iterator[tuple[str]]:
        query = sql.SQL('SELECT t::text FROM {} AS t ORDER BY t::text COLLATE "C"').format(sql.Identifier(table))
        with self.connection.cursor(name="rows") as cursor:  # a few at a time
            yield from cursor.execute(query)


class PostgreSQL:
    name = "PostgreSQL"
    mark = b"PGDMP"  # how its dumps begin

    def __init__(self, settings: dict[str, Any], home: Path) -> None:
        self.database = str(settings["NAME"])
        self.env = {variable: str(settings[key]) for variable, key in KEYS.items() if settings.get(key)}
        if mode := settings.get("OPTIONS", {}).get("sslmode"):
            self.env["PGSSLMODE"] = mode
        # One a host and data folder, so that what a killed process left is found again and nobody else's is touched
        owner = hashlib.sha256(f"{socket.gethostname()}:{home}".encode()).hexdigest()[:8]
        self.second = f"{self.database[:40]}_beside_{owner}"

    def is_empty(self) -> bool:
        """Whether nothing is there yet."""
        with self._open(self.database) as live:
            return not live.tables()

    @contextmanager
    def snapshot(self, copy: Path) -> Iterator[Opened]:
        """Dump what is committed at one moment, while the site writes on, and give the database as it was then."""
        with self._open(self.database) as live:
            live.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            ((moment,),) = live.rows("SELECT pg_export_snapshot()")
            dump = ["pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={copy}"]
            run_tool(*dump, self.database, env=self.env)
            yield live

    @contextmanager
    def beside(self, copy: Path) -> Iterator[Opened]:
        """Give a saved dump, restored into a second database that goes afterwards."""
        with self._second_database(copy), self._open(self.second) as opened:
            yield opened

    @contextmanager
    def url_beside(self, copy: Path) -> Iterator[str]:
        """Give the DATABASE_URL of a second database with the dump's rows, to run code on it."""
        with self._second_database(copy):
            user = ":".join(quote(self.env[key], safe="") for key in ("PGUSER", "PGPASSWORD") if key in self.env)
            host = ":".join(quote(self.env[key], safe="") for key in ("PGHOST", "PGPORT") if key in self.env)
            yield f"postgres://{user}@{host}/{self.second}"

    def replace(self, copy: Path) -> None:
        """Put the dump's tables in the place of all that are there, in one transaction."""
        script, drops = copy.with_suffix(".sql"), copy.with_suffix(".drops")
        run_tool("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", str(copy))
        with self._open(self.database) as live:  # a newer release's tables too, which the dump does not know
            names = [sql.Identifier(name) for name in live.tables()]
            drop = sql.SQL("DROP TABLE {} CASCADE;").format(sql.SQL(", ").join(names)).as_string(live.connection)
        drops.write_text(drop if names else "")
        command = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        run_tool(*command, f"--file={drops}", f"--file={script}", self.database, env=self.env)

    def tidy(self) -> None:
        """Drop the second database that one who was killed left behind."""
        with self._server() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.second)))

    @contextmanager
    def _second_database(self, copy: Path) -> Iterator[None]:
        self.tidy()
        with self._server() as server:
            try:
                server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self.second)))
            except psycopg.errors.InsufficientPrivilege:
                raise Refused(
                    "PostgreSQL does not let this role make the second database that proves a backup. As its"
                    f" administrator: ALTER ROLE {self.env.get('PGUSER', 'clinic')} CREATEDB"
                ) from None
        try:
            run_tool("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges",
                     f"--dbname={self.second}", str(copy), env=self.env)  # fmt: skip
            yield
        finally:
            self.tidy()

    @contextmanager
    def _open(self, database: str) -> Iterator[Opened]:
        with self._connect(database) as connection:
            yield Opened(connection)

    @contextmanager
    def _server(self) -> Iterator[psycopg.Connection]:
        with self._connect("postgres", autocommit=True) as connection:
            yield connection

    def _connect(self, database: str, *, autocommit: bool = False) -> psycopg.Connection:
        wanted = {key[2:].lower(): value for key, value in self.env.items()}
        try:
            return psycopg.connect(dbname=database, autocommit=autocommit, connect_timeout=10, **wanted)  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            raise Refused(f"PostgreSQL does not answer: {str(error).strip().splitlines()[-1]}") from None
