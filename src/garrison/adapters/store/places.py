"""Where in a file a value occurs: what is beside a large file of the data set, so that one principal among a million
is found without reading a month of files.

    events/day=2026-07-23/NAME.parquet              the rows
    events/day=2026-07-23/NAME.principal.places     Parquet as well: key (28 bits of the value's MD5), block

A block is `BLOCK` rows of the file, one row group. Two values may have one key, and a file may have no places, or none
of a column that was not yet looked up in when it was made: they say where nothing is, and the rows themselves what is
there. They are made before their file counts, never change, and go with it. Bloom filters would do the same, but DuckDB
writes them for all columns or none: 45 bytes an event for 27.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import duckdb

from garrison.adapters.store import parquet
from garrison.adapters.store.table import AnyTable

SUFFIX: Final = ".places"
BLOCK: Final = parquet.ROW_GROUP
"""Rows. Part of the form of these files: with another number they need another suffix."""
WORTH: Final = 8 * BLOCK
"""Rows of a file from which on its places are kept: fewer are looked through as quickly."""
MANY: Final = 16
"""Blocks of one file that are picked out; to look for more, the file is read from end to end, which is quicker then: to
begin a stretch costs as much as to read six blocks, and rows are numbered only where some are picked out."""
_KEY: Final = "(md5_number_lower({}::VARCHAR) & 268435455)::UINTEGER"
"""DuckDB's own `hash` is quicker, and another one with each version."""
_WRITE: Final = f"""
    COPY (
        SELECT DISTINCT {_KEY.format("value")} AS key, (file_row_number // {BLOCK})::UINTEGER AS block
        FROM (SELECT {{value}} AS value, file_row_number FROM read_parquet(?, file_row_number = true))
        WHERE value IS NOT NULL ORDER BY ALL
    ) TO {{{{target}}}} (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
"""  # noqa: S608  # made of constants
_READ: Final = f"SELECT filename, block FROM read_parquet(?, filename = true) WHERE key = {_KEY.format('?')}"  # noqa: S608  # made of constants

Stretch: TypeAlias = tuple[int, int]
"""The first and the last row of a part of a file, counted from 0."""


def places_of(file: Path) -> list[Path]:
    """The places that a file of the data set has."""
    return sorted(file.parent.glob(f"{file.stem}.*{SUFFIX}"))


def file_of(places: Path) -> Path:
    """The file of the data set that places are of."""
    return places.with_name(places.name.partition(".")[0] + ".parquet")


def write_places(connection: duckdb.DuckDBPyConnection, table: AnyTable, file: Path) -> None:
    """Write the places of the columns that rows of `table` are found by beside `file`."""
    values = {column: column for column in table.found_by}
    values |= {column: f"unnest({column})" for column in table.found_in}
    for column, value in values.items():
        parquet.copied(connection, _WRITE.format(value=value), _places(file, column), [str(file)])


def stretches(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str], column: str, value: str | bytes
) -> dict[str, list[Stretch]]:
    """Where alone in `files` rows with this value can be; files that are to be read from end to end are left out.

    Never raises for damaged places: without them it only takes longer.
    """
    kept = {str(places): file for file in files if (places := _places(Path(file), column)).exists()}
    if not kept:
        return {}
    try:
        rows = connection.execute(_READ, [list(kept), value]).fetchall()
    except duckdb.Error:
        return {}
    blocks: defaultdict[str, set[int]] = defaultdict(set)
    for places, block in rows:
        blocks[kept[places]].add(block)
    return {file: list(_joined(blocks[file])) for file in kept.values() if len(blocks[file]) <= MANY}


def _places(file: Path, column: str) -> Path:
    return file.with_name(f"{file.stem}.{column}{SUFFIX}")


def _joined(blocks: Iterable[int]) -> Iterator[Stretch]:
    """Stretches that are blocks, or several where they follow on each other."""
    for _, run in itertools.groupby(enumerate(sorted(blocks)), key=lambda pair: pair[1] - pair[0]):
        numbers = [block for _, block in run]
        yield numbers[0] * BLOCK, (numbers[-1] + 1) * BLOCK - 1
