"""Questions to the ledger: whose data went to whom. What still waits in the spool counts in every answer.

A subject is looked for under every key of the ring (`subjects_named`); who only counts needs no key.
"""

import contextlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from garrison.adapters.store import ledger_rows, repeated
from garrison.adapters.store.exposures import EXPOSURES, TYPES, as_uuid, digest_of
from garrison.adapters.store.ledger_rows import (
    ALL,
    ExposureFilter,
    Masks,
    Rows,
    as_list,
    in_order,
    listed,
    opened,
    parts,
)
from garrison.adapters.store.manifest import read_manifest
from garrison.adapters.store.reading import Snapshot, connected, files_between, take_snapshot
from garrison.adapters.store.segments import scan, segment_files
from garrison.adapters.store.table import MICROSECONDS
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.ledger import Exposure, KindSeen, Party, PersonSeen, Rank, Recipient, TypeSeen
from garrison.engine.pseudonyms import Pseudonyms

EVENTS_SHOWN: Final = 10
EVENTS_AT_ONCE: Final = 1024
"""Events of which is asked at once what they disclosed."""
_NEAR: Final = 0.002
"""Seconds about an event's time in which its rows are: times are rounded."""
OTHERS: Final = 1 << 62
"""A bit beside those of semantic types: somebody else than the subject saw it."""


def subjects_named(kind: str, name: str, keys: Iterable[Pseudonyms]) -> list[UUID]:
    """The digests of a subject that is named, under each of `keys`."""
    return [found for key in keys if (found := as_uuid(key.digest(kind, name))) is not None]


def summary(data: Path, wanted: ExposureFilter = ALL) -> tuple[KindSeen, ...]:
    """Of how many people what was disclosed, by kind. Raises RecordError where the record cannot be read."""
    with opened(data, wanted) as rows:
        groups = rows.ask("""
            SELECT kind, types, own IS TRUE, count(*), min(time), max(time) FROM {rows} GROUP BY 1, 2, 3
        """)
        masks = rows.masks(types for _, types, *_ in groups)
        kinds = {
            kind: [row[1:] for row in groups if row[0] == kind] for kind in dict.fromkeys(row[0] for row in groups)
        }
        found = [_kind_seen(kind, told, _people(rows, kind, told, masks), masks) for kind, told in kinds.items()]
    return tuple(sorted(found, key=lambda each: (-each.people, each.kind)))


def _people(rows: Rows, kind: str, groups: Sequence[Any], masks: Masks) -> Counter[int]:
    """How many subjects of a kind have which mask of types, with `OTHERS` where anybody else saw them; of rows
    `(types, own, exposures, ...)`.

    Who stands in one row is counted with it. Of those alone who stand in several the rows are put together.
    """
    people, named = _bits_of(groups, masks), 0
    exposures = people.total()
    for part in parts(exposures, repeated.AT_ONCE):
        named += repeated.find_several(rows, f"FROM {{rows}} WHERE kind = ? AND {part}", kind)
        rows.keep(
            "shared",
            f"""
            SELECT subject, {masks.value} | CASE WHEN own THEN 0 ELSE {OTHERS} END AS bits, count(*) AS number
            FROM {{rows}} {masks.join} WHERE kind = ? AND {part} AND {repeated.among()} GROUP BY 1, 2
            """,  # noqa: S608  # made of constants
            kind,
        )
        people.subtract(dict(rows.ask("SELECT bits, sum(number)::BIGINT FROM shared GROUP BY 1")))
        people.update(dict(rows.ask(_TOGETHER)))
    if named < exposures:
        people.subtract(_bits_of(rows.ask(_NAMELESS, kind), masks))
    return people


def _bits_of(groups: Iterable[Any], masks: Masks) -> Counter[int]:
    """How many rows have which bits."""
    bits: Counter[int] = Counter()
    for types, own, number, *_ in groups:
        bits[masks.mask(types) | (0 if own else OTHERS)] += number
    return bits


_NAMELESS: Final = """
    SELECT types, own IS TRUE, count(*) FROM {rows} WHERE kind = ? AND subject IS NULL GROUP BY 1, 2
"""
_TOGETHER: Final = "SELECT bits, count(*) FROM (SELECT bit_or(bits) AS bits FROM shared GROUP BY subject) GROUP BY 1"


def _kind_seen(kind: str, groups: Sequence[Any], people: Counter[int], masks: Masks) -> KindSeen:
    """Of rows `(types, own, exposures, first, last)` and of `_people`."""
    types = [
        TypeSeen(name, total)
        for name, bit in masks.bits.items()
        if (total := sum(number for bits, number in people.items() if bits & bit))
    ]
    return KindSeen(
        kind,
        people=people.total(),
        own=sum(number for bits, number in people.items() if not bits & OTHERS),
        exposures=sum(number for *_, number, _, _ in groups),
        types=tuple(types),
        first=min(first for *_, first, _ in groups) / MICROSECONDS,
        last=max(last for *_, last in groups) / MICROSECONDS,
    )


def people(data: Path, wanted: ExposureFilter = ALL) -> Iterator[PersonSeen]:
    """Each data subject of which anything was disclosed, in no order. Raises RecordError as `summary`."""
    with opened(data, wanted) as rows:
        groups = rows.ask("SELECT types, count(*) FROM {rows} GROUP BY 1")
        masks = rows.masks(types for types, _ in groups)
        for part in parts(sum(number for _, number in groups)):
            found = rows.stream(f"""
                SELECT kind, subject, count(*), bit_or({masks.value}), min(time), max(time),
                    bool_and(coalesce(own, false))
                FROM {{rows}} {masks.join} WHERE {part} GROUP BY kind, subject
            """)  # noqa: S608  # made of constants
            for kind, subject, number, mask, first, last, own in found:
                yield PersonSeen(
                    kind, digest_of(subject), number, masks.types(mask), first / MICROSECONDS, last / MICROSECONDS, own
                )


def peers(data: Path, wanted: ExposureFilter = ALL) -> list[str]:
    """The addresses to which anything was disclosed. Raises RecordError as `summary`."""
    with opened(data, wanted) as rows:
        return [peer for (peer,) in rows.ask("SELECT DISTINCT peer FROM {rows}")]


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
    """The parties to which most people's data went; data that went to its own subject does not count."""
    with opened(data, wanted) as rows:
        return ranked(rows, by, limit)


def ranked(rows: Rows, by: Party, limit: int, source: str = "{rows}") -> tuple[Rank, ...]:
    """The parties to which most people's data went, of `rows` or of a table with the same columns.

    Nobody sees more people than rows, so that only those are counted exactly who may be among the first.
    """
    many = rows.ask(f"""
        SELECT {by}, count(*) FROM {source} WHERE own IS NOT TRUE GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST}
    """)  # noqa: S608  # made of constants
    found: list[Rank] = []
    size, begin = limit, 0
    while begin < len(many) and (len(found) < limit or found[limit - 1].people < many[begin][1]):
        found += _ranks(rows, by, source, dict(many[begin : begin + size]))
        found.sort(key=lambda each: (-each.people, each.name))
        begin, size = begin + size, size * 4
    return tuple(found[:limit])


def _ranks(rows: Rows, by: Party, source: str, chosen: Mapping[str, int]) -> Iterator[Rank]:
    """These parties, which have so many rows."""
    # What is large is asked for alone: files are passed over by what a column is equal to, and its name is not part of
    # what is told apart. Nor are kinds, of which digests are made.
    large = {name: number for name, number in chosen.items() if number > ledger_rows.PART}
    for name, number in large.items():
        alone = f"FROM {source} WHERE own IS NOT TRUE AND {by} = ?"
        people, _ = repeated.count_subjects(rows, number, alone, name)
        ((first, last),) = rows.ask(f"SELECT min(time), max(time) {alone}", name)
        yield Rank(name, people, number, first / MICROSECONDS, last / MICROSECONDS)
    small = [name for name in chosen if name not in large]
    people_of: Counter[str] = Counter()
    begun, ended = dict.fromkeys(small, 1 << 62), dict.fromkeys(small, 0)
    among, values = _among(small)
    for part in parts(sum(chosen[name] for name in small)) if small else ():
        counted = rows.ask(
            f"""
            SELECT {by}, count(DISTINCT subject), min(time), max(time) FROM {source}
            WHERE own IS NOT TRUE AND {part} AND {by} IN ({among}) GROUP BY 1
            """,  # noqa: S608  # made of constants
            *values,
        )
        for name, number, first, last in counted:
            people_of[name] += number
            begun[name], ended[name] = min(begun[name], first), max(ended[name], last)
    for name, number in people_of.items():
        yield Rank(name, number, chosen[name], begun[name] / MICROSECONDS, ended[name] / MICROSECONDS)


def _among(names: Sequence[str]) -> tuple[str, Sequence[str]]:
    """SQL for what stands in `IN (...)`, and its values: of a few each, by which rows are passed over as they are
    read."""
    if len(names) <= NAMED:
        return ", ".join("?" * len(names)), names
    return f"SELECT unnest({listed('VARCHAR')})", [as_list(names)]  # made of constants


NAMED: Final = 100
"""Parties that a statement names one by one."""
MOST: Final = 100_000
"""Parties that `ranked` looks at: those with the most rows."""


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
        ((number,),) = rows.ask("SELECT count(*) FROM {rows}")
        for part in parts(number):
            found = rows.stream(f"""
                SELECT {names}, kind, subject, max(time) FROM {{rows}} WHERE own IS NOT TRUE AND {part}
                GROUP BY {names}, kind, subject
            """)  # noqa: S608  # made of constants
            for *parties, kind, subject, last in found:
                yield tuple(parties), kind, subject.bytes, last / MICROSECONDS


def keys_used(data: Path, wanted: ExposureFilter = ALL, *, subjects: Sequence[UUID] = ()) -> Mapping[int, int]:
    """The numbers of the keys that rows name subjects with, and how many rows each."""
    with opened(data, wanted, subjects=subjects) as rows:
        return dict(rows.ask("SELECT key, count(*) FROM {rows} GROUP BY 1 ORDER BY 1"))


def keys_before(data: Path) -> Mapping[int, int]:
    """As `keys_used`, quickly, for a start: of what waits in the spool only the beginnings of its segments are read."""
    used: Counter[int] = Counter()
    files = list(files_between(data, EXPOSURES, read_manifest(data, EXPOSURES)))
    if files:
        with connected(data) as connection:
            statement = "SELECT key, count(*) FROM read_parquet(?) GROUP BY 1"
            used.update(dict(connection.execute(statement, [files]).fetchall()))
    with contextlib.suppress(OSError):
        for segment in segment_files(data / EXPOSURES.spool):
            for lines in itertools.islice(scan(segment, EXPOSURES.line), 1):
                used.update(
                    line.key for line in lines.sound for one in (*line.exposed, *line.sent) for _ in one.subjects
                )
    return used


def with_exposed(data: Path, events: Iterable[Event]) -> Iterator[Event]:
    """Events with what they disclosed: the table of events does not hold it. Raises RecordError as `summary`."""
    source = iter(events)
    snapshot: Snapshot[Event] | None = None
    while group := list(itertools.islice(source, EVENTS_AT_ONCE)):
        # of one that is unknown some may be known all the same
        asked = [event for event in group if event.attribution != Attribution.NOTHING and not event.exposed]
        if asked and snapshot is None:
            snapshot = take_snapshot(data, EXPOSURES, _has_exposures)
        told = _disclosed(data, asked, snapshot) if snapshot is not None else {}
        yield from (replace(event, exposed=told[event.id]) if event.id in told else event for event in group)


def _disclosed(data: Path, events: Sequence[Event], snapshot: Snapshot[Event]) -> dict[str, tuple[Disclosure, ...]]:
    """`Event.exposed` by the events' ids, left out where there is none."""
    ids = {name: event.id for event in events if (name := _uuid(event.id)) is not None}
    if not ids:
        return {}
    times = [event.time for event in events]
    near = ExposureFilter(since=min(times) - _NEAR, until=max(times) + _NEAR, with_sent=False)
    with opened(data, near, snapshot=snapshot) as rows:
        found = rows.ask(
            f"""
            SELECT event, kind, types, own, list(subject ORDER BY subject) FROM {{rows}}
            WHERE event IN (SELECT unnest({listed("UUID")})) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
            """,  # noqa: S608  # made of constants
            as_list(ids),
        )
    told: defaultdict[str, tuple[Disclosure, ...]] = defaultdict(tuple)
    for event, kind, types, own, subjects in found:
        told[ids[event]] += (Disclosure(kind, tuple(map(digest_of, subjects)), tuple(types.split()), own),)
    return told


def _has_exposures(line: Event) -> bool:
    return bool(line.exposed)


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
