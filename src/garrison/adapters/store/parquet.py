"""Events as columns: what each field becomes in Parquet, and the DuckDB that writes and reads it.

DuckDB runs inside this process, in bounded memory, loads no extension, and may open no file outside the data
directory. Values reach its statements as parameters, but for
the name of the file that is written.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from garrison.core.event import Event

MICROSECONDS: Final = 1_000_000
DAY: Final = 86400 * MICROSECONDS
_REASONS: Final = "STRUCT(id VARCHAR, control VARCHAR, status SMALLINT, location VARCHAR, detail VARCHAR)[]"

FIELDS: Final = {
    "id": "VARCHAR",
    "time": "DOUBLE",
    "method": "VARCHAR",
    "operation": "VARCHAR",
    "template": "VARCHAR",
    "peer": "VARCHAR",
    "allowed": "BOOLEAN",
    "mode": "VARCHAR",
    "disposition": "VARCHAR",
    "status": "SMALLINT",
    "principal": "VARCHAR",
    "reasons": _REASONS,
    "observed": _REASONS,
    "errors": "VARCHAR[]",
    "uninspected": "VARCHAR[]",
    "request_bytes": "BIGINT",
    "response_bytes": "BIGINT",
    "duration": "DOUBLE",
    "engine": "DOUBLE",
    "upstream": "DOUBLE",
    "policy": "VARCHAR",
    "client": "VARCHAR",
    "token": "VARCHAR",
    "attribution": "VARCHAR",
    "key": "INTEGER",
}
"""The fields of an event's line in the spool, and as which type each is read."""

_MICROSECOND: Final = "floor({} * 1e6 + 0.5)::BIGINT"
"""The same arithmetic as `microseconds`."""

COLUMNS: Final = {
    "id": "id",
    "time": f"make_timestamptz({_MICROSECOND.format('time')})",
    "method": "method",
    "operation": "operation",
    "template": "template",
    "peer": "peer",
    "allowed": "allowed",
    "mode": "mode",
    "disposition": "disposition",
    "status": "status",
    "principal": "coalesce(principal, '')",
    "reason_ids": "list_distinct(list_transform(list_concat(reasons, observed), lambda reason: reason.id))",
    "reasons": "coalesce(reasons, [])",
    "observed": "coalesce(observed, [])",
    "errors": "coalesce(errors, [])",
    "uninspected": "coalesce(uninspected, [])",
    "request_bytes": "coalesce(request_bytes, 0)",
    "response_bytes": "coalesce(response_bytes, 0)",
    "duration_us": _MICROSECOND.format("coalesce(duration, 0)"),
    "engine_us": _MICROSECOND.format("coalesce(engine, 0)"),
    "upstream_us": _MICROSECOND.format("coalesce(upstream, 0)"),
    "policy": "coalesce(policy, '')",
    "client": "coalesce(client, '')",
    "token": "coalesce(token, '')",
    "attribution": "coalesce(attribution, '')",
    "key": "coalesce(key, 0)",
}
"""The columns of the data set, each out of those fields (docs/reference/record.md)."""

AS_PARQUET: Final = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
"""How files are written."""
_CONVERT: Final = f"""
COPY (
    SELECT {", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())}
    FROM read_json(?, columns = ?, format = 'newline_delimited', maximum_object_size = 16777216)
    WHERE {_MICROSECOND.format("time")} // {DAY} = ?
    ORDER BY 2, 1
) TO {{target}} {AS_PARQUET}
"""  # noqa: S608  # made of constants
_MERGE: Final = f"COPY (FROM read_parquet(?)) TO {{target}} {AS_PARQUET}"
_FETCHED: Final = {
    **dict.fromkeys(FIELDS),
    "time": "epoch_us(time)",
    "duration": "duration_us",
    "engine": "engine_us",
    "upstream": "upstream_us",
}
SELECTED: Final = ", ".join(value or name for name, value in _FETCHED.items())
"""What `event` is made of."""


def microseconds(seconds: float) -> int:
    """`seconds` as the data set keeps them."""
    return math.floor(seconds * 1e6 + 0.5)


def connect(data: Path, *, memory: str, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB that may use `memory` (`512MB`) and `threads` (None: one for each core), and the files in `data`."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(data / "events" / ".spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET allowed_directories = $1", [[str(data)]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def convert(connection: duckdb.DuckDBPyConnection, lines: Sequence[Path], day: int, target: Path) -> int:
    """Write the events of `day` (days since the epoch) among `lines`, files of JSON Lines, to the Parquet file
    `target`, by time; the number of them."""
    return _copied(connection, _CONVERT, target, [[str(path) for path in lines], FIELDS, day])


def merge(connection: duckdb.DuckDBPyConnection, sources: Sequence[Path], target: Path) -> int:
    """Write the rows of `sources` one after another to `target`; the number of them."""
    return _copied(connection, _MERGE, target, [[str(path) for path in sources]])


def extent(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[int, int, int]:
    """Times of the first and the last event in a Parquet file, in microseconds, and how many it has.

    Raises duckdb.Error where it is none of our files, and for one without events, which nobody writes.
    """
    statement = "SELECT min(epoch_us(time)), max(epoch_us(time)), count(*) FROM read_parquet(?)"
    row = connection.execute(statement, [str(file)]).fetchone()
    if row is None or not row[2]:
        raise duckdb.InvalidInputException(f"{file.name} has no events")
    return int(row[0]), int(row[1]), int(row[2])


def first_line(error: duckdb.Error) -> str:
    """DuckDB's message without the statement that it repeats beneath."""
    return str(error).partition("\n")[0]


def _copied(connection: duckdb.DuckDBPyConnection, statement: str, target: Path, values: list[Any]) -> int:
    # The one place that takes no parameter. A quote is doubled, and nothing else has a meaning in such a literal.
    quoted = "'" + str(target).replace("'", "''") + "'"
    row = connection.execute(statement.replace("{target}", quoted), values).fetchone()
    return int(row[0]) if row else 0


def event(row: Sequence[Any]) -> Event:
    """The event of a row of `SELECTED`."""
    values = dict(zip(_FETCHED, row, strict=True))
    for name in ("time", "duration", "engine", "upstream"):
        values[name] /= MICROSECONDS
    return msgspec.convert(values, Event)


def as_kept(given: Event) -> Event:
    """`given` as it will read once it is in the data set: times to the microsecond."""
    return msgspec.structs.replace(
        given,
        time=microseconds(given.time) / MICROSECONDS,
        duration=microseconds(given.duration) / MICROSECONDS,
        engine=microseconds(given.engine) / MICROSECONDS,
        upstream=microseconds(given.upstream) / MICROSECONDS,
    )
