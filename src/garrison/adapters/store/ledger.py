"""Questions to the ledger: whose data went to whom. What still waits in the spool counts in every answer.

A subject is looked for under every key of the ring (`subjects_named`); who only counts needs no key.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import duckdb
import msgspec

from garrison.adapters.store.exposures import EXPOSURES, TYPES, as_rows, as_uuid, digest_of
from garrison.adapters.store.parquet import microseconds
from garrison.adapters.store.reading import Conditions, Relation, connected, files_between, relation, take_snapshot
from garrison.adapters.store.table import MICROSECONDS
from garrison.core.event import Event
from garrison.core.exposure import Disclosure
from garrison.core.ledger import Exposure, KindSeen, Party, PersonSeen, Rank, Recipient, TypeSeen
from garrison.core.semantics import SEMANTIC_TYPES
from garrison.engine.pseudonyms import Pseudonyms

FETCHED: Final = 4096
"""Rows fetched at once."""
SENT: Final = 50_000
"""Rows sent at once to DuckDB, which takes lists."""
EVENTS_SHOWN: Final = 10
PARTIES: Final[tuple[Party, ...]] = ("principal", "client", "token", "peer", "operation")
_NEAR: Final = 0.002
"""Seconds about the time that an event's id begins with in which the event itself is."""
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
    operation: str | None = None
    kind: str | None = None

    def matches(self, line: Event) -> bool:
        """Whether exposures of `line` may be wanted: all but `kind` is looked at."""
        return (
            (self.since is None or line.time >= self.since)
            and (self.until is None or line.time < self.until)
            and self.principal in {None, line.principal}
            and self.client in {None, line.client}
            and self.token in {None, line.token}
            and self.peer in {None, line.peer}
            and self.operation in {None, line.operation or ""}
        )


ALL: Final = ExposureFilter()


def subjects_named(kind: str, name: str, keys: Iterable[Pseudonyms]) -> list[UUID]:
    """The digests of a subject that is named, under each of `keys`."""
    return [found for key in keys if (found := as_uuid(key.digest(kind, name))) is not None]


def summary(data: Path, wanted: ExposureFilter = ALL) -> tuple[KindSeen, ...]:
    """Of how many people what was disclosed, by kind. Raises RecordError where the record cannot be read."""
    with opened(data, wanted) as rows:
        groups = rows.ask("SELECT kind, types, count(*), min(time), max(time) FROM {rows} GROUP BY 1, 2")
        masks = rows.masks(types for _, types, *_ in groups)
        # Subjects are what is many: of each only a mask and a flag.
        people = rows.ask("""
            SELECT kind, mask, own, count(*) FROM (
                SELECT kind, subject, bit_or(mask) AS mask, bool_and(coalesce(own, false)) AS own
                FROM {rows} JOIN masks USING (types) GROUP BY kind, subject
            ) GROUP BY 1, 2, 3
        """)
    found = [
        _kind_seen(
            kind, [row[2:] for row in groups if row[0] == kind], [row[1:] for row in people if row[0] == kind], masks
        )
        for kind in dict.fromkeys(row[0] for row in groups)
    ]
    return tuple(sorted(found, key=lambda each: (-each.people, each.kind)))


def _kind_seen(kind: str, groups: Sequence[Any], people: Sequence[Any], masks: "Masks") -> KindSeen:
    """Of rows `(exposures, first, last)` and `(mask, own, people)` of one kind."""
    types = [
        TypeSeen(name, total)
        for name, bit in masks.bits.items()
        if (total := sum(number for mask, _, number in people if mask & bit))
    ]
    return KindSeen(
        kind,
        people=sum(number for *_, number in people),
        own=sum(number for _, own, number in people if own),
        exposures=sum(number for number, *_ in groups),
        types=tuple(types),
        first=min(first for _, first, _ in groups) / MICROSECONDS,
        last=max(last for *_, last in groups) / MICROSECONDS,
    )


def people(data: Path, wanted: ExposureFilter = ALL) -> Iterator[PersonSeen]:
    """Each data subject of which anything was disclosed, in no order. Raises RecordError as `summary`."""
    with opened(data, wanted) as rows:
        masks = rows.masks(types for (types,) in rows.ask("SELECT DISTINCT types FROM {rows}"))
        found = rows.stream("""
            SELECT kind, subject, count(*), bit_or(mask), min(time), max(time), bool_and(coalesce(own, false))
            FROM {rows} JOIN masks USING (types) GROUP BY kind, subject
        """)
        for kind, subject, number, mask, first, last, own in found:
            yield PersonSeen(
                kind, digest_of(subject), number, masks.types(mask), first / MICROSECONDS, last / MICROSECONDS, own
            )


def recipients(data: Path, subjects: Sequence[UUID], wanted: ExposureFilter = ALL) -> tuple[Recipient, ...]:
    """To whom one subject was exposed, which has these digests (`subjects_named`); the first first."""
    with opened(data, wanted, subjects=subjects) as rows:
        found = rows.ask(
            f"""
            SELECT principal, client, token, count(*), list(DISTINCT types), list(DISTINCT operation),
                list(DISTINCT peer), min(event, {EVENTS_SHOWN}), min(time), max(time), bool_or(coalesce(own, false))
            FROM {{rows}} GROUP BY 1, 2, 3 ORDER BY min(time), 1, 2, 3
            """  # noqa: S608  # made of constants
        )
    return tuple(
        Recipient(
            principal, client, token, number, in_order(name for each in types for name in each.split()),
            tuple(sorted(operations)), tuple(sorted(peers)), tuple(str(event) for event in events or ()),
            first / MICROSECONDS, last / MICROSECONDS, own,
        )
        for principal, client, token, number, types, operations, peers, events, first, last, own in found
    )  # fmt: skip


def top(data: Path, wanted: ExposureFilter = ALL, *, by: Party = "principal", limit: int = 20) -> tuple[Rank, ...]:
    """The parties to which most people's data went; data that went to its own subject does not count.

    Nobody sees more people than rows, so that only those are counted exactly who may be among the first.
    """
    with opened(data, wanted) as rows:
        many = rows.ask(f"""
            SELECT {by}, count(*), min(time), max(time) FROM {{rows}} WHERE own IS NOT TRUE
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}
        """)  # noqa: S608  # made of constants
        found: list[Rank] = []
        size, begin = limit, 0
        while begin < len(many) and (len(found) < limit or found[limit - 1].people < many[begin][1]):
            chosen = {row[0]: row[1:] for row in many[begin : begin + size]}
            counted = rows.ask(
                f"""
                SELECT {by}, sum(people)::BIGINT FROM (
                    SELECT {by}, kind, count(DISTINCT subject) AS people FROM {{rows}}
                    WHERE own IS NOT TRUE AND {by} IN (SELECT unnest(?::VARCHAR[])) GROUP BY 1, 2
                ) GROUP BY 1
                """,  # noqa: S608  # made of constants
                list(chosen),
            )
            found += [_rank(name, number, chosen[name]) for name, number in counted]
            found.sort(key=lambda each: (-each.people, each.name))
            begin, size = begin + size, size * 4
    return tuple(found[:limit])


MOST: Final = 100_000
"""Parties that are looked at by `top`: those with the most rows."""


def _rank(name: str, people: int, told: Sequence[int]) -> Rank:
    number, first, last = told
    return Rank(name, people, number, first / MICROSECONDS, last / MICROSECONDS)


def exposures(data: Path, wanted: ExposureFilter = ALL, *, subjects: Sequence[UUID] = ()) -> Iterator[Exposure]:
    """Single rows, in no order; of these subjects alone where there are any. Raises RecordError as `summary`."""
    with opened(data, wanted, subjects=subjects) as rows:
        for row in rows.stream(f"SELECT {', '.join(TYPES)} FROM {{rows}}"):  # noqa: S608  # made of constants
            yield _exposure(dict(zip(TYPES, row, strict=True)))


def last_seen(
    data: Path, wanted: ExposureFilter = ALL, *, by: Sequence[Party] = ("principal",)
) -> Iterator[tuple[tuple[str, ...], str, bytes, float]]:
    """When each party last saw each subject that is not the party itself: the parties' names, in the order of `by`,
    the kind, the subject's digest, 16 bytes, and the time. In no order. What budgets are rebuilt from."""
    names = ", ".join(by)
    with opened(data, wanted) as rows:
        found = rows.stream(f"""
            SELECT {names}, kind, subject, max(time) FROM {{rows}} WHERE own IS NOT TRUE AND subject IS NOT NULL
            GROUP BY {names}, kind, subject
        """)  # noqa: S608  # made of constants
        for *parties, kind, subject, last in found:
            yield tuple(parties), kind, subject.bytes, last / MICROSECONDS


def keys_used(data: Path, wanted: ExposureFilter = ALL, *, subjects: Sequence[UUID] = ()) -> Mapping[int, int]:
    """The numbers of the keys that rows name subjects with, and how many rows each."""
    with opened(data, wanted, subjects=subjects) as rows:
        return dict(rows.ask("SELECT key, count(*) FROM {rows} GROUP BY 1 ORDER BY 1"))


def disclosures(data: Path, events: Iterable[Event]) -> dict[str, tuple[Disclosure, ...]]:
    """What these events disclosed, by their ids, as `Event.exposed`; left out where that is nothing."""
    ids = {_uuid(event.id): event for event in events}
    ids.pop(None, None)
    if not ids:
        return {}
    times = [event.time for event in ids.values()]
    near = ExposureFilter(since=min(times) - _NEAR, until=max(times) + _NEAR)
    with opened(data, near) as rows:
        found = rows.ask(
            """
            SELECT event, kind, types, own, list(subject ORDER BY subject) FROM {rows}
            WHERE event IN (SELECT unnest(?::UUID[])) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
            """,
            [str(each) for each in ids],
        )
    told: dict[str, tuple[Disclosure, ...]] = {}
    for event, kind, types, own, subjects in found:
        one = Disclosure(kind, tuple(digest_of(each) for each in subjects), tuple(types.split()), own)
        told[ids[event].id] = (*told.get(ids[event].id, ()), one)
    return told


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _exposure(row: dict[str, Any]) -> Exposure:
    row["event"] = str(row["event"] or "")
    row["time"] /= MICROSECONDS
    row["subject"] = digest_of(row["subject"])
    row["types"] = tuple(row["types"].split())
    return Exposure(**row)


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

    def types(self, mask: int) -> tuple[str, ...]:
        """The set of a number."""
        return tuple(name for name, bit in self.bits.items() if mask & bit)


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

    def masks(self, sets: Iterable[str]) -> Masks:
        """Make a table `masks` of sets of semantic types: `types` and `mask`."""
        masks = Masks(dict.fromkeys(sets))
        self.send("masks", {"types": "VARCHAR", "mask": "BIGINT"}, [(each, masks.mask(each)) for each in masks.sets])
        return masks

    def send(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table in DuckDB's memory."""
        send(self.connection, name, columns, rows)

    def _executed(self, statement: str, values: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(statement.replace("{rows}", self._rows.sql), [*self._rows.values, *values])


def send(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Make a table `name` of `rows`: lists go over at once, a million rows in a few seconds."""
    told = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({told})")
    taken = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
    statement = f"INSERT INTO {name} SELECT {taken}"  # made of constants
    waiting: list[Sequence[Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == SENT:
            connection.execute(statement, [list(column) for column in zip(*waiting, strict=True)])
            waiting.clear()
    if waiting:
        connection.execute(statement, [list(column) for column in zip(*waiting, strict=True)])


@contextlib.contextmanager
def opened(data: Path, wanted: ExposureFilter = ALL, *, subjects: Sequence[UUID] = ()) -> Iterator[Rows]:
    """The rows that are wanted, those of `subjects` alone where there are any.

    Raises RecordError where the record cannot be read; a directory without a record has no rows.
    """
    snapshot = take_snapshot(data, EXPOSURES, lambda line: bool(line.exposed) and wanted.matches(line))
    files = list(files_between(data, EXPOSURES, snapshot.manifest, wanted.since, wanted.until))
    named = frozenset(subjects)
    waiting = (
        [None if row[name] is None else _sent(row[name]) for name in TYPES]
        for line in snapshot.waiting
        for row in as_rows(line)
        if wanted.kind in {None, row["kind"]} and (not named or row["subject"] in named)
    )
    with connected(data) as connection:
        send(connection, "waiting", {**TYPES, "time": "BIGINT"}, waiting)
        stored = (
            [relation(connection, EXPOSURES, files, each) for each in _conditions(wanted, subjects)] if files else []
        )
        yield Rows(connection, _together([each for each in stored if each is not None]))


def _sent(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _together(stored: Sequence[Relation]) -> Relation:
    columns = ", ".join(TYPES)
    kept = columns.replace("time", "epoch_us(time) AS time", 1)
    parts = [f"SELECT {kept} FROM {each.sql}" for each in stored] + [f"SELECT {columns} FROM waiting"]  # noqa: S608  # made of constants
    return Relation(f"({' UNION ALL '.join(parts)})", [value for each in stored for value in each.values])


def _conditions(wanted: ExposureFilter, subjects: Sequence[UUID]) -> list[Conditions]:
    """What rows must agree with; for each subject on its own, so that row groups are passed over by it."""
    equal = {name: value for name in (*PARTIES, "kind") if (value := getattr(wanted, name)) is not None}
    moments: list[tuple[str, Any]] = [
        (f"time {sign} make_timestamptz(?::BIGINT)", microseconds(value))
        for sign, value in ((">=", wanted.since), ("<", wanted.until))
        if value is not None
    ]
    if not subjects:
        return [Conditions(equal=equal, others=moments)]
    return [Conditions(equal=equal, others=[*moments, ("subject = ?::UUID", str(each))]) for each in subjects]
