"""Parquet files of a table, and the DuckDB that writes and reads them.

DuckDB runs inside this process, in bounded memory, loads no extension, and may open no file outside the data
directory. Values reach its statements as parameters, but for
the name of the file that is written.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from garrison.adapters.store.table import MICROSECONDS, AnyTable, in_microseconds

DAY: Final = 86400 * MICROSECONDS
ROW_GROUP: Final = 30720
"""Rows that are read as one, whichever of them is wanted. Four times as many would make files 3 % smaller, and to fetch
a single row three times as dear."""
AS_PARQUET: Final = f"(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
"""How files are written. Version 2 has encodings for times, counters and texts that save a sixth."""
_LINES: Final = f"""
    SELECT * FROM read_json(?, columns = ?, format = 'newline_delimited', maximum_object_size = 16777216)
    WHERE {in_microseconds("time")} // {DAY} = ?
"""  # noqa: S608  # made of constants
_CONVERT: Final = """
COPY (WITH lines AS ({lines}) SELECT {columns} FROM {rows} ORDER BY {order}) TO {{target}} {form}
"""
_MERGE: Final = """
COPY (SELECT {columns} FROM {rows} WHERE {kept} {order}) TO {{target}} {form}
"""
_FORM: Final = re.compile(r"-f([0-9]+)\.parquet\Z")


class Unwanted(NamedTuple):
    """Rows that have one of these values in a column of texts."""

    column: str
    values: Sequence[str]


def microseconds(seconds: float) -> int:
    """`seconds` as the data set keeps them."""
    return math.floor(seconds * 1e6 + 0.5)


def day_of(seconds: float) -> int:
    """The day of a time, both since the epoch."""
    return microseconds(seconds) // DAY


def connect(data: Path, *, memory: str, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB that may use `memory` (`512MB`) and `threads` (None: one for each core), and the files in `data`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(data / ".spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET parquet_metadata_cache = true")  # a question reads a file more than once
    connection.execute("SET allowed_directories = $1", [[str(data)]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def file_name(table: AnyTable, stem: str) -> str:
    """The name of a file of `table` in its present form."""
    return f"{stem}-f{table.form}.parquet" if table.form > 1 else f"{stem}.parquet"


def rows_of(table: AnyTable, files: Iterable[str | Path], numbered: str = "") -> str:
    """SQL for the rows of `files`, which are its one parameter: with all of the table's columns, also where some of the
    files are of an earlier form. `numbered` is what `read_parquet` is told besides."""
    told = f"?, hive_partitioning = false{numbered}"
    lacking = {_form_of(file) < table.form for file in files} if table.added else {False}
    if True not in lacking:
        return f"read_parquet({told})"
    if False not in lacking:
        added = ", ".join(f"{default} AS {name}" for name, default in table.added.items())
        return f"(SELECT *, {added} FROM read_parquet({told}))"  # noqa: S608  # made of constants
    mended = ", ".join(f"coalesce({name}, {default}) AS {name}" for name, default in table.added.items())
    return f"(SELECT * REPLACE ({mended}) FROM read_parquet({told}, union_by_name = true))"  # noqa: S608  # as above


def _form_of(file: str | Path) -> int:
    found = _FORM.search(str(file))
    return int(found[1]) if found else 1


def convert(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, lines: Sequence[Path], day: int, target: Path
) -> int:
    """Write the rows of `day` (days since the epoch) among `lines`, files of JSON Lines, to the Parquet file
    `target`, sorted; the number of them."""
    return copied(connection, _conversion(table, _LINES), target, [*_read(lines, table.fields), day])


def convert_sound(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, lines: Sequence[Path], day: int, target: Path
) -> int:
    """The same for those lines alone of which `table.sound` holds."""
    statement = _conversion(table, f"{_LINES} AND {table.sound}")
    return copied(connection, statement, target, [*_read(lines, {**table.fields, **table.looked_at}), day])


def find(connection: duckdb.DuckDBPyConnection, table: AnyTable, lines: Sequence[Path], day: int) -> int:
    """Take in those of the lines of `day` that rows are made of, which `convert_found` writes then; how many rows that
    will be."""
    statement = f"CREATE OR REPLACE TEMP TABLE found AS ({_LINES} AND ({table.counted}) > 0)"
    connection.execute(statement, [*_read(lines, table.fields), day])
    row = connection.execute(f"SELECT sum({table.counted}) FROM found").fetchone()  # noqa: S608  # made of constants
    return int(row[0] or 0) if row else 0


def convert_found(connection: duckdb.DuckDBPyConnection, table: AnyTable, target: Path) -> int:
    """Write the rows of what was found to `target`, sorted; the number of them. They are found no more."""
    try:
        return copied(connection, _conversion(table, "SELECT * FROM found"), target, [])
    finally:
        connection.execute("DROP TABLE IF EXISTS found")


def _read(lines: Sequence[Path], fields: Mapping[str, str]) -> tuple[list[str], Mapping[str, str]]:
    return [str(path) for path in lines], fields


def _conversion(table: AnyTable, lines: str) -> str:
    names = list(table.columns)
    return _CONVERT.format(
        lines=lines,
        columns=", ".join(f"{value} AS {name}" for name, value in table.columns.items()),
        rows=table.rows,
        # by number: a name would be the field's, which is not always the column
        order=", ".join(str(names.index(name) + 1) for name in table.order),
        form=AS_PARQUET,
    )


def merge(connection: duckdb.DuckDBPyConnection, table: AnyTable, sources: Sequence[Path], target: Path) -> int:
    """Write the rows of `sources`, which are given by time, to `target`; the number of them."""
    order = "" if table.order[0] == "time" else f"ORDER BY {', '.join(table.order)}"
    columns, rows = ", ".join(table.columns), rows_of(table, sources)
    statement = _MERGE.format(columns=columns, rows=rows, kept="true", order=order, form=AS_PARQUET)
    return copied(connection, statement, target, [[str(path) for path in sources]])


def without(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, source: Path, unwanted: Unwanted, target: Path
) -> int:
    """Write the rows of `source` to `target` but for the unwanted ones; the number of them."""
    kept = f"{unwanted.column} NOT IN (SELECT unnest(?))"
    columns, rows = ", ".join(table.columns), rows_of(table, [source])
    statement = _MERGE.format(columns=columns, rows=rows, kept=kept, order="", form=AS_PARQUET)
    return copied(connection, statement, target, [[str(source)], list(unwanted.values)])


def values(connection: duckdb.DuckDBPyConnection, file: Path, column: str) -> frozenset[str]:
    """What stands in a column of texts of a Parquet file."""
    rows = connection.execute(f"SELECT DISTINCT {column} FROM read_parquet(?)", [str(file)]).fetchall()  # noqa: S608  # a column of ours
    return frozenset(value for (value,) in rows)


def extent(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[int, int, int]:
    """Times of the first and the last row in a Parquet file, in microseconds, and how many it has.

    Raises duckdb.Error where it is none of our files, and for one without rows, which nobody writes.
    """
    statement = "SELECT min(epoch_us(time)), max(epoch_us(time)), count(*) FROM read_parquet(?)"
    row = connection.execute(statement, [str(file)]).fetchone()
    if row is None or not row[2]:
        raise duckdb.InvalidInputException(f"{file.name} has no rows")
    return int(row[0]), int(row[1]), int(row[2])


def copied(connection: duckdb.DuckDBPyConnection, statement: str, target: Path, values: list[Any]) -> int:
    """Execute a COPY to the file `target`, for which `statement` has `{target}`; how many rows that were."""
    # The one place that takes no parameter. A quote is doubled, and nothing else has a meaning in such a literal.
    quoted = "'" + str(target).replace("'", "''") + "'"
    row = connection.execute(statement.replace("{target}", quoted), values).fetchone()
    return int(row[0]) if row else 0


def first_line(error: duckdb.Error) -> str:
    """DuckDB's message without the statement that it repeats beneath."""
    return str(error).partition("\n")[0]
