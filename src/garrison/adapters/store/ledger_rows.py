"""The rows of the ledger that a question is about, at one moment, and the DuckDB that it is asked of."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import duckdb
import msgspec
from msgspec.structs import replace

from garrison.adapters.store.exposures import EXPOSURES, THIRD_PARTY, TYPES, as_rows
from garrison.adapters.store.parquet import microseconds
from garrison.adapters.store.reading import (
    Conditions,
    Relation,
    Snapshot,
    connected,
    files_between,
    relation,
    take_snapshot,
)
from garrison.core.event import Event
from garrison.core.ledger import Party
from garrison.core.semantics import SEMANTIC_TYPES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FETCHED: Final = 4096
"""Rows fetched at once."""
PART: Final = 4_000_000
"""Subjects that are told apart at once, in some 400 MB."""
CASES: Final = 32
"""Sets of types that are told apart without a join."""
SENT: Final = 50_000
"""Rows sent at once to DuckDB."""
PARTIES: Final[tuple[Party, ...]] = ("principal", "client", "token", "peer", "operation")
_ORDER: Final = {each.id: place for place, each in enumerate(SEMANTIC_TYPES)}


class ExposureFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which exposures are wanted: those that agree with every field that is not None. Texts are compared as a whole."""

    since: float | None = None
    """Seconds since the epoch, UTC; this moment included."""
    until: float | None = None
    """Seconds since the epoch, UTC; this moment not included."""
    principal: str | None = None
    """Empty: nobody proved who they are."""
    client: str | None = None
    token: str | None = None
    peer: str | None = None
    peers: frozenset[str] | None = None
    """Any of these."""
    operation: str | None = None
    kind: str | None = None
    with_sent: bool = True
    """Whether what requests brought to third parties counts too."""

    def matches(self, line: Event) -> bool:
        """Whether exposures of `line` may be wanted: all but `kind` is looked at."""
        return (
            (self.since is None or line.time >= self.since)
            and (self.until is None or line.time < self.until)
            and self.peer in {None, line.peer}
            and (self.peers is None or line.peer in self.peers)
            and self.operation in {None, line.operation or ""}
            and (
                self._is_of(line.principal, line.client, line.token)
                or (bool(line.sent) and self.with_sent and self._is_of(line.recipient, "", ""))
            )
        )

    def matches_row(self, row: Mapping[str, Any]) -> bool:
        """Whether a row (`as_rows`) of a line that may be wanted is."""
        return (
            self.kind in {None, row["kind"]}
            and self._is_of(row["principal"], row["client"], row["token"])
            and (self.with_sent or not row["principal"].startswith(THIRD_PARTY))
        )

    def _is_of(self, principal: str, client: str, token: str) -> bool:
        return self.principal in {None, principal} and self.client in {None, client} and self.token in {None, token}


ALL: Final = ExposureFilter()


def in_order(types: Iterable[str]) -> tuple[str, ...]:
    """Semantic types, each once, in the order in which reports list them."""
    return tuple(sorted(set(types), key=lambda name: (_ORDER.get(name, len(_ORDER)), name)))


class Masks:
    """Sets of semantic types as numbers, one bit for each type."""

    def __init__(self, sets: Iterable[str]) -> None:
        self.sets = tuple(sets)
        """As the table keeps them."""
        self.bits = {name: 1 << place for place, name in enumerate(in_order(" ".join(self.sets).split()))}

    def mask(self, types: str) -> int:
        """The number of a set."""
        return sum(self.bits[name] for name in set(types.split()))

    @property
    def value(self) -> str:
        """SQL for the number of a row's set; `join` must then stand behind the rows."""
        if not 0 < len(self.sets) <= CASES:
            return "mask"
        # a quote is doubled, and nothing else has a meaning in such a literal
        cases = (f"WHEN '{each.replace(chr(39), chr(39) * 2)}' THEN {self.mask(each)}" for each in self.sets)
        return f"(CASE types {' '.join(cases)} END)"

    @property
    def join(self) -> str:
        """SQL for what `value` needs: for a few sets nothing, which is a third quicker."""
        return "JOIN masks USING (types)" if self.value == "mask" else ""

    def types(self, mask: int) -> tuple[str, ...]:
        """The set of a number."""
        return tuple(name for name, bit in self.bits.items() if mask & bit)


def parts(number: int, at_once: int | None = None) -> Iterator[str]:
    """Conditions that divide so many rows by their subjects, which are digests and so evenly spread, into parts of
    about `at_once` (`PART`): to tell them apart takes memory, and DuckDB has no more than it may. Rows without a
    subject are in none."""
    count = -(-number // (at_once or PART))
    if count <= 1:
        yield "subject IS NOT NULL"
        return
    step = (1 << 128) // count
    for place in range(count):
        first, last = place * step, (place + 1) * step - 1 if place < count - 1 else (1 << 128) - 1
        yield f"subject BETWEEN '{UUID(int=first)}'::UUID AND '{UUID(int=last)}'::UUID"


class Rows:
    """The wanted rows of the ledger at one moment, and DuckDB with them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: Relation) -> None:
        self.connection = connection
        self._rows = rows

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """All rows of the answer. `{rows}` stands for the wanted rows, before any `?`; `time` is in microseconds."""
        return self._executed(statement, values).fetchall()

    def stream(self, statement: str, *values: Any) -> Iterator[Any]:
        """As `ask`, one after another."""
        answer = self._executed(statement, values)
        while found := answer.fetchmany(FETCHED):
            yield from found

    def numbers(self, statement: str, *values: Any) -> "NDArray[np.uint64]":
        """The one column of an answer, named `number`: whole numbers of 64 bits."""
        found: NDArray[np.uint64] = self._executed(statement, values).fetchnumpy()["number"]
        return found

    def masks(self, sets: Iterable[str]) -> Masks:
        """Make a table `masks` of sets of semantic types: `types` and `mask`."""
        masks = Masks(dict.fromkeys(sets))
        self.send("masks", {"types": "VARCHAR", "mask": "BIGINT"}, [(each, masks.mask(each)) for each in masks.sets])
        return masks

    def send(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table in DuckDB's memory."""
        send(self.connection, name, columns, rows)

    def keep(self, name: str, statement: str, *values: Any) -> None:
        """Make a table of an answer; what does not fit into memory goes to the disk until the question is over."""
        self._executed(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}", values)

    def _executed(self, statement: str, values: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        if "{rows}" not in statement:
            return self.connection.execute(statement, list(values))
        return self.connection.execute(statement.replace("{rows}", self._rows.sql), [*self._rows.values, *values])


def send(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Make a table `name` of `rows`."""
    told = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({told})")
    taken = ", ".join(f"unnest({listed(kind)})" for kind in columns.values())
    statement = f"INSERT INTO {name} SELECT {taken}"
    waiting: list[Sequence[Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == SENT:
            connection.execute(statement, _columns(waiting))
            waiting.clear()
    if waiting:
        connection.execute(statement, _columns(waiting))


def listed(kind: str) -> str:
    """SQL for a list of values of an SQL type, whose `?` is their JSON (`as_list`): a list that is bound as such costs
    DuckDB a hundred times as much."""
    return f"from_json(?, '[\"{kind}\"]')"


def as_list(values: Iterable[Any]) -> str:
    """The JSON of a list."""
    return msgspec.json.encode(list(values)).decode()


def _columns(rows: Sequence[Sequence[Any]]) -> list[str]:
    return [as_list(column) for column in zip(*rows, strict=True)]


@contextlib.contextmanager
def opened(
    data: Path,
    wanted: ExposureFilter = ALL,
    *,
    subjects: Sequence[UUID] = (),
    snapshot: Snapshot[Event] | None = None,
) -> Iterator[Rows]:
    """The rows that are wanted, those of `subjects` alone where there are any; of `snapshot`, or as they are now.

    Raises RecordError where the record cannot be read; a directory without a record has no rows.
    """
    if snapshot is None:
        snapshot = take_snapshot(data, EXPOSURES, lambda line: _has_rows(line) and wanted.matches(line))
    files = list(files_between(data, EXPOSURES, snapshot.manifest, wanted.since, wanted.until))
    named = frozenset(subjects)
    waiting = (
        [row[name] for name in TYPES]
        for line in snapshot.waiting
        if wanted.matches(line)
        for row in as_rows(line)
        if wanted.matches_row(row) and (not named or row["subject"] in named)
    )
    with connected(data) as connection:
        send(connection, "waiting", {**TYPES, "time": "BIGINT"}, waiting)
        asked = _for_each(conditions(wanted), subjects) if files else []
        stored = [relation(connection, EXPOSURES, files, each) for each in asked]
        yield Rows(connection, _together([each for each in stored if each is not None]))


def _has_rows(line: Event) -> bool:
    return bool(line.exposed or line.sent)


def _together(stored: Sequence[Relation]) -> Relation:
    columns = ", ".join(TYPES)
    kept = columns.replace("time", "epoch_us(time) AS time", 1)
    parts = [f"SELECT {kept} FROM {each.sql}" for each in stored] + [f"SELECT {columns} FROM waiting"]  # noqa: S608  # made of constants
    return Relation(f"({' UNION ALL '.join(parts)})", [value for each in stored for value in each.values])


def conditions(wanted: ExposureFilter, *, of_events: bool = False) -> Conditions:
    """What rows of the ledger must agree with, or rows of the table of events, which have no kind."""
    equal = {name: value for name in (*PARTIES, "kind") if (value := getattr(wanted, name)) is not None}
    others: list[tuple[str, Any]] = [
        (f"time {sign} make_timestamptz(?::BIGINT)", microseconds(value))
        for sign, value in ((">=", wanted.since), ("<", wanted.until))
        if value is not None
    ]
    if wanted.peers is not None:
        others.append((f"peer IN (SELECT unnest({listed('VARCHAR')}))", as_list(sorted(wanted.peers))))
    if not wanted.with_sent and not of_events:
        others.append(("NOT starts_with(principal, ?)", THIRD_PARTY))
    if of_events:
        equal.pop("kind", None)
        if (operation := equal.pop("operation", None)) is not None:
            others.append(("coalesce(operation, '') = ?", operation))
    return Conditions(equal=equal, others=others)


def _for_each(wanted: Conditions, subjects: Sequence[UUID]) -> list[Conditions]:
    """For each subject on its own, so that row groups are passed over by it."""
    named = [(*wanted.others, ("subject = ?::UUID", str(each))) for each in subjects]
    return [replace(wanted, others=each) for each in named] or [wanted]
