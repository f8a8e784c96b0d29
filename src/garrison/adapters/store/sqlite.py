"""SQLite files of a data directory: for their owner alone, written by one at a time, read meanwhile by anybody."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import msgspec

from garrison.adapters.store.files import make_directory
from garrison.core.errors import RecordError, cause_of

PATIENCE: Final = 10.0
"""Seconds to wait for another who writes."""
T = TypeVar("T")


class Database:
    """One such file, used on one thread. Whatever goes wrong with it is a RecordError."""

    def __init__(self, path: Path, tables: str, version: int, *, is_read: bool) -> None:
        """It is made of `tables` where it is not there; with `is_read` an empty one stands for it then."""
        self._path = path
        try:
            self._connection = (_open_to_read if is_read else _open_to_change)(path, tables, version)
        except (OSError, sqlite3.Error) as error:
            raise self._trouble(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """What is done in this context is done whole or not at all, and nobody else changes anything meanwhile."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def ask(self, statement: str, *values: object) -> list[Any]:
        """The rows that a statement gives."""
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def do(self, statement: str, *values: object) -> int:
        """How many rows a statement changed."""
        try:
            return self._connection.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._trouble(error) from error

    def decoded(self, value: bytes, kind: type[T]) -> T:
        """What stands in a row as JSON."""
        try:
            return msgspec.json.decode(value, type=kind)
        except msgspec.DecodeError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> RecordError:
        return RecordError(f"`{self._path}` cannot be used: {cause_of(error)}")


def _open_to_change(path: Path, tables: str, version: int) -> sqlite3.Connection:
    with _let_go_if_broken(_opened(str(make_directory(path.parent) / path.name), tables, version)) as connection:
        path.chmod(0o600)
        return connection


def _open_to_read(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """An empty one where there is none, or one that could not be made whole yet as the disk was full."""
    if not path.exists():
        return _opened(":memory:", tables, version)
    place = f"file:{quote(str(path))}?mode=ro"
    with _let_go_if_broken(sqlite3.connect(place, timeout=PATIENCE, isolation_level=None, uri=True)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0]:
            return connection
    connection.close()
    return _opened(":memory:", tables, version)


def _opened(place: str, tables: str, version: int) -> sqlite3.Connection:
    with _let_go_if_broken(sqlite3.connect(place, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what was told is not told again after a power failure
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > version:
            raise sqlite3.DatabaseError("a later version of Garrison wrote it")
        if found < version:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] < version:  # nobody else made it meanwhile
                for statement in filter(None, map(str.strip, tables.split(";"))):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        return connection


@contextlib.contextmanager
def _let_go_if_broken(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """What fails in this context leaves no file open."""
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
