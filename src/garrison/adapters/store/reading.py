"""Questions to any table of the record: the files and the waiting lines that count at one moment, and what agrees.

snapshot = take_snapshot(data, EVENTS, wanted.matches)     # each row is in one of its files or waits, never both
with connected(data) as connection:
    asked = relation(connection, EVENTS, list(files_between(data, EVENTS, snapshot.manifest)), asked)
    connection.execute(f"SELECT count(*) FROM {asked.sql}", asked.values)
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Generic

import duckdb
import msgspec

from garrison.adapters.store import parquet
from garrison.adapters.store.manifest import DataFile, Manifest, read_manifest
from garrison.adapters.store.places import Stretch, stretches
from garrison.adapters.store.segments import scan, segment_files
from garrison.adapters.store.table import AnyTable, L, Table
from garrison.core.errors import RecordError, cause_of

MEMORY: Final = "1GB"
"""For DuckDB while it answers; what needs more is sorted on the disk."""
TRIES: Final = 100
"""Times that a reader begins anew because the record changed under it: that is once a second at most."""
NUMBERED: Final = ", filename = true, file_row_number = true"
"""How `parquet.rows_of` tells where each row stands."""
_SOURCE: Final = "SELECT {columns}, filename, file_row_number FROM {rows} WHERE {where}"


class Snapshot(msgspec.Struct, Generic[L], frozen=True):
    """A table at one moment: each row is in a file of `manifest` or in a line that waits in the spool, never both."""

    manifest: Manifest
    waiting: tuple[L, ...]


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What rows must agree with, all of it."""

    equal: Mapping[str, str | bytes] = {}
    """Columns and their values, bytes for a BLOB; a list has to have the value. Those of `Table.found_by` and
    `found_in` are looked up."""
    others: Sequence[tuple[str, Any]] = ()
    """SQL that is ours, with one `?` each, and the value for it."""


class Relation(msgspec.Struct, frozen=True):
    """What stands after FROM, and the values of its parameters."""

    sql: str
    values: list[Any]


def take_snapshot(data: Path, table: Table[L], wanted: Callable[[L], bool]) -> Snapshot[L]:
    """What counts, with the waiting lines that are `wanted`. Raises RecordError where it cannot be read.

    Reads the spool between two looks at the manifest: where they agree, nothing went from one to the other.
    """
    manifest = read_manifest(data, table)
    for _ in range(TRIES):
        waiting: list[L] | None
        try:
            waiting = [line for line in _waiting(data, table, manifest) if wanted(line)]
        except FileNotFoundError:
            waiting = None
        except OSError as error:
            raise RecordError(f"the spool cannot be read: {cause_of(error)}") from error
        again = read_manifest(data, table)
        if waiting is not None and (again.files, again.consumed) == (manifest.files, manifest.consumed):
            return Snapshot(manifest, tuple(waiting))
        manifest = again
    raise RecordError("the record changes faster than it can be read (hint: try again)")


def files_between(
    data: Path, table: AnyTable, manifest: Manifest, since: float | None = None, until: float | None = None
) -> dict[str, DataFile]:
    """The files with rows from `since` on and before `until` (seconds since the epoch), by their paths."""
    first = -1 if since is None else parquet.microseconds(since)
    end = 1 << 62 if until is None else parquet.microseconds(until)
    folder = data.resolve() / table.name
    return {str(folder / file.path): file for file in manifest.files if file.until >= first and file.since < end}


@contextlib.contextmanager
def connected(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB on `data`. Raises RecordError for whatever it refuses."""
    try:
        with contextlib.closing(parquet.connect(data.resolve(), memory=MEMORY)) as connection:
            yield connection
    except duckdb.Error as error:
        raise RecordError(f"the record cannot be read: {parquet.first_line(error)}") from error


def relation(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, files: Sequence[str], asked: Conditions
) -> Relation | None:
    """The rows of `files` that agree with `asked`: the table's columns, `filename` and `file_row_number`.

    None where the places say that there are none. What is not looked up is left out of reading too.
    """
    where, given = _where(table, asked)
    places = _places(connection, table, files, asked)
    # by name: files of older versions have a column more, and parts of a UNION are joined by their columns' order
    parts, values = [], []
    whole = [file for file in files if file not in places]
    if whole:
        parts.append(_source(table, whole, where))
        values += [whole, *given]
    for file, found in places.items():
        source = _source(table, [file], where)
        for first, last in found:
            parts.append(f"{source} AND file_row_number BETWEEN ? AND ?")
            values += [file, *given, first, last]
    return Relation(f"({' UNION ALL '.join(parts)})", values) if parts else None


def _source(table: AnyTable, files: Sequence[str], where: str) -> str:
    rows = parquet.rows_of(table, files, NUMBERED)
    return _SOURCE.format(columns=", ".join(table.columns), rows=rows, where=where)


def _places(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, files: Sequence[str], asked: Conditions
) -> dict[str, list[Stretch]]:
    """Where alone rows can be, by the column that leaves least of each file."""
    found: dict[str, list[Stretch]] = {}
    for column in (*table.found_by, *table.found_in):
        if column in asked.equal:
            for file, parts in stretches(connection, files, column, asked.equal[column]).items():
                found[file] = min(found.get(file, parts), parts, key=_length)
    return found


def _length(parts: Sequence[Stretch]) -> int:
    return sum(last - first + 1 for first, last in parts)


def _where(table: AnyTable, asked: Conditions) -> tuple[str, list[Any]]:
    equal = [
        (f"list_contains({column}, ?)" if column in table.found_in else f"{column} = ?", value)
        for column, value in asked.equal.items()
    ]
    conditions = [*equal, *asked.others]
    return " AND ".join(("true", *(text for text, _ in conditions))), [value for _, value in conditions]


def _waiting(data: Path, table: Table[L], manifest: Manifest) -> Iterator[L]:
    for path in segment_files(data / table.spool):
        if path.name not in manifest.consumed:
            for lines in scan(path, table.line):
                yield from lines.sound
