"""The database as bytes and back: PostgreSQL by its own programs, SQLite by its own copying."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from studyhub.backups.places import Readable, chunks_of

# Options of our address that PostgreSQL's programs know by a variable.
NOBODYS = ("--no-owner", "--no-privileges")  # the roles of another server need not be there
VARIABLES = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


class DatabaseFailed(RuntimeError):
    """What a database's own program said."""


class Dump(ABC):
    """The state of the database at one moment."""

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """How many rows each table has in it."""

    @abstractmethod
    def chunks(self) -> Iterator[bytes]:
        """The dump itself. Raises DatabaseFailed where it can't be made to its end."""


class PostgresDump(Dump):
    """By `pg_dump`, in its own format; rows are counted in the snapshot that it reads."""

    def __init__(self, snapshot: str) -> None:
        self.snapshot = snapshot

    def counts(self) -> dict[str, int]:
        """As Dump says."""
        return count_rows()

    def chunks(self) -> Iterator[bytes]:
        """As Dump says."""
        command = [program("pg_dump"), "--format=custom", *NOBODYS, f"--snapshot={self.snapshot}"]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, env=_as_us(), stdout=subprocess.PIPE, stderr=said)
            assert process.stdout is not None
            try:
                yield from chunks_of(process.stdout)
                _ended(process, said)
            finally:
                process.kill()
                process.wait()


class SqliteDump(Dump):
    """A copy of the file, made while others read and write it."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy

    def counts(self) -> dict[str, int]:
        """As Dump says."""
        with closing(sqlite3.connect(f"file:{self.copy}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            # Names are our own tables', quoted all the same.
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in found}  # noqa: S608

    def chunks(self) -> Iterator[bytes]:
        """As Dump says."""
        with self.copy.open("rb") as file:
            yield from chunks_of(file)


@contextmanager
def dumping() -> Iterator[Dump]:
    """The database as it is now, however long reading it takes."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield PostgresDump(cursor.fetchone()[0])
        return
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.VAR_DIR) as folder:
        copy = Path(folder) / "database"
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target, pages=1000)
        yield SqliteDump(copy)


def restore(file: Readable) -> None:
    """Put the database back as it was; what it holds goes. Raises DatabaseFailed.

    PostgreSQL's is then empty, for its tables have to go first; SQLite's is as it was.
    """
    if connection.vendor == "postgresql":
        _drop_tables()
        connection.close()
        command = [program("pg_restore"), *NOBODYS, "--exit-on-error", "--single-transaction"]
        command += ["--dbname", str(connection.settings_dict["NAME"])]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, env=_as_us(), stdin=subprocess.PIPE, stderr=said)
            assert process.stdin is not None
            try:
                with process.stdin as pipe:
                    for chunk in chunks_of(file):
                        pipe.write(chunk)
            except BrokenPipeError:
                pass  # what it says as it ends tells why
            _ended(process, said)
        return
    path = Path(connection.settings_dict["NAME"])
    connection.close()
    unfinished = path.with_name(f".{path.name}.restored")
    with unfinished.open("wb") as target:
        for chunk in chunks_of(file):
            target.write(chunk)
    with closing(sqlite3.connect(unfinished)) as database:
        if (word := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise DatabaseFailed(f"The copy of the database is damaged: {word}")
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    unfinished.replace(path)


def is_empty() -> bool:
    """Whether there is no table at all."""
    return not connection.introspection.table_names()


def count_rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        found = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a table's own name
            found[name] = cursor.fetchone()[0]
        return found


def program(name: str) -> str:
    """Where a program of PostgreSQL's is. Raises DatabaseFailed with what to do."""
    found = shutil.which(name)
    if found is None:
        raise DatabaseFailed(f"{name} is needed, of the server's version or later: apt install postgresql-client")
    return found


def _as_us() -> dict[str, str]:
    """The environment of PostgreSQL's programs: where the server is, and the password in no command line."""
    ours: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": ours["HOST"], "PGPORT": ours["PORT"], "PGUSER": ours["USER"], "PGPASSWORD": ours["PASSWORD"]}
    named["PGDATABASE"] = ours["NAME"]
    named |= {VARIABLES[name]: value for name, value in ours["OPTIONS"].items() if name in VARIABLES}
    return {**os.environ, **{name: str(value) for name, value in named.items() if value}}


def _ended(process: subprocess.Popen[bytes], said: Any) -> None:
    if process.wait():
        said.seek(0)
        raise DatabaseFailed(said.read().decode(errors="replace").strip()[-2000:] or f"status {process.returncode}")


def _drop_tables() -> None:
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(name) for name in connection.introspection.table_names(cursor)]
        if names:
            cursor.execute(f"DROP TABLE {', '.join(names)} CASCADE")
