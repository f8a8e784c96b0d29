"""The newest, or oldest, rows that agree with conditions: as few files as need be, and of those as little."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import duckdb
import msgspec

from garrison.adapters.store import parquet
from garrison.adapters.store.manifest import DataFile
from garrison.adapters.store.reading import NUMBERED, Conditions, relation
from garrison.adapters.store.table import AnyTable

FETCHED: Final = 1024
"""Rows fetched at once."""


class Question(msgspec.Struct, frozen=True):
    """What is asked of a table."""

    table: AnyTable
    asked: Conditions
    newest_first: bool = True

    @property
    def order(self) -> str:
        """What stands after ORDER BY."""
        direction = "DESC" if self.newest_first else "ASC"
        return ", ".join(f"{column} {direction}" for column in self.table.order)


class Found(msgspec.Struct, frozen=True):
    """A row that is wanted."""

    key: tuple[Any, ...]
    """Its time in microseconds, and what else the table is in the order of."""
    file: str
    number: int
    """Of the row in its file, from 0."""


def first_rows(
    connection: duckdb.DuckDBPyConnection, question: Question, files: Mapping[str, DataFile], limit: int
) -> list[Found]:
    """Which rows are the first `limit`, in order. To know is cheap, they themselves are not: see `rows_at`."""
    found: list[Found] = []
    for group, rest in _groups(files, newest_first=question.newest_first):
        found += _first_of(connection, question, group, limit)
        found = sorted(found, key=_key, reverse=question.newest_first)[:limit]
        if len(found) == limit and (not rest or _is_before(found[-1], rest, newest_first=question.newest_first)):
            break
    return found


def rows_at(
    connection: duckdb.DuckDBPyConnection, table: AnyTable, wanted: Sequence[Found], selected: str
) -> Iterator[tuple[Any, ...]]:
    """The columns `selected` (SQL) of these rows, in no order."""
    places = {(each.file, each.number) for each in wanted}
    for begin in range(0, len(wanted), FETCHED):
        some = wanted[begin : begin + FETCHED]
        # All files at once: to begin a file's reading costs as much as two of its rows. A Parquet reader passes over
        # what does not hold such a time, and what has both, a time and a number, by accident is left out here.
        files = sorted({each.file for each in some})
        times = ", ".join(["make_timestamptz(?::BIGINT)"] * len(some))
        numbers = ", ".join("?" * len(some))
        statement = f"""
            SELECT filename, file_row_number, {selected}
            FROM {parquet.rows_of(table, files, NUMBERED)}
            WHERE time IN ({times}) AND file_row_number IN ({numbers})
        """  # noqa: S608  # made of constants
        values = [files, *(each.key[0] for each in some), *(each.number for each in some)]
        for file, number, *row in connection.execute(statement, values).fetchall():
            if (file, number) in places:
                places.remove((file, number))
                yield tuple(row)


def all_rows(
    connection: duckdb.DuckDBPyConnection, question: Question, files: Sequence[str], selected: str
) -> Iterator[tuple[Any, ...]]:
    """The columns `selected` (SQL) of all rows that agree, in order."""
    found = relation(connection, question.table, files, question.asked)
    if found is None:
        return
    statement = f"SELECT {selected} FROM {found.sql} ORDER BY {question.order}"  # noqa: S608  # made of constants
    answer = connection.execute(statement, found.values)
    while rows := answer.fetchmany(FETCHED):
        yield from rows


def _first_of(
    connection: duckdb.DuckDBPyConnection, question: Question, files: Sequence[str], limit: int
) -> Iterator[Found]:
    found = relation(connection, question.table, files, question.asked)
    if found is None:
        return
    key = ", ".join(("epoch_us(time)", *(column for column in question.table.order if column != "time")))
    statement = f"SELECT filename, file_row_number, {key} FROM {found.sql} ORDER BY {question.order} LIMIT ?"  # noqa: S608  # made of constants
    for file, number, *values in connection.execute(statement, [*found.values, limit]).fetchall():
        yield Found(tuple(values), file, number)


def _groups(files: Mapping[str, DataFile], *, newest_first: bool) -> Iterator[tuple[list[str], list[DataFile]]]:
    """`files` in the order of what is asked for, first one, then ever more at once; and those that are left."""
    if newest_first:
        ordered = sorted(files, key=lambda path: files[path].until, reverse=True)
    else:
        ordered = sorted(files, key=lambda path: files[path].since)
    size = 1
    while ordered:
        group, ordered = ordered[:size], ordered[size:]
        yield group, [files[path] for path in ordered]
        size *= 2


def _is_before(row: Found, rest: Sequence[DataFile], *, newest_first: bool) -> bool:
    """Whether `row` comes before everything in the files `rest`."""
    moment: int = row.key[0]
    if newest_first:
        return moment > max(file.until for file in rest)
    return moment < min(file.since for file in rest)


def _key(row: Found) -> tuple[Any, ...]:
    return row.key
