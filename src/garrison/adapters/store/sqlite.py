"""SQLite files of a data directory: for their owner alone, written by one at a time, read meanwhile by anybody."""

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from garrison.adapters.store.files import make_directory

PATIENCE: Final = 10.0
"""Seconds to wait for another who writes."""


def open_to_change(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """The database at `path`, made of `tables` where there is none yet. Raises OSError and sqlite3.Error."""
    connection = _opened(str(make_directory(path.parent) / path.name), tables, version)
    path.chmod(0o600)
    return connection


def open_to_read(path: Path, tables: str, version: int) -> sqlite3.Connection:
    """An empty one where there is none, or one that could not be made whole yet as the disk was full.

    Raises OSError and sqlite3.Error.
    """
    if not path.exists():
        return _opened(":memory:", tables, version)
    place = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(place, timeout=PATIENCE, isolation_level=None, uri=True)
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        return connection
    connection.close()
    return _opened(":memory:", tables, version)


def trouble_text(path: Path, error: Exception) -> str:
    """What a `RecordError` says of it."""
    why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    return f"`{path}` cannot be used: {why[:1].lower()}{why[1:]}"


def _opened(place: str, tables: str, version: int) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=PATIENCE, isolation_level=None)
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
