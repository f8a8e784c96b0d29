"""Whom to notify: the organisation's own list of people joined with the ledger.

The list is sent to DuckDB as digests and row numbers; the answer comes back in the order of the list, so that neither
is ever held whole. What is written holds personal data: its owner alone may read it, and it appears once it is whole.
"""

import contextlib
import csv
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

from garrison.adapters.customers import Customers
from garrison.adapters.store.exposures import SUBJECT
from garrison.adapters.store.ledger import ranked
from garrison.adapters.store.ledger_rows import PART, ExposureFilter, Masks, Rows, opened
from garrison.adapters.store.repeated import count_subjects
from garrison.adapters.store.table import MICROSECONDS
from garrison.core.errors import cause_of, option_error
from garrison.core.ledger import Breach, CategorySeen, Scope, TypeSeen
from garrison.core.semantics import SEMANTIC_TYPES
from garrison.engine.pseudonyms import Pseudonyms

ADDED: Final = ("exposures", "first_seen", "last_seen", "types", "categories", "seen_by")
"""The columns behind those of the list; `garrison_` stands before each that the list has as well."""
NAMES: Final = 10
"""Parties that are named for each person; more are counted."""
RANKS: Final = 100
_CATEGORY: Final = {each.id: each.category for each in SEMANTIC_TYPES}
_CATEGORIES: Final = tuple(dict.fromkeys(_CATEGORY.values()))

_LISTED: Final = f"SELECT number, {SUBJECT} AS subject FROM names"  # noqa: S608  # made of constants
_PERSONS: Final = """
    SELECT number, subject, person
    FROM listed JOIN (SELECT number, min(subject) AS person FROM listed GROUP BY number) USING (number)
"""
"""Who was seen under several keys is one person, under one of the digests."""
_SEEN: Final = """
    SELECT number, kind, person AS subject, principal, client, peer, operation, own, time, {value} AS mask
    FROM {rows} {join} JOIN persons USING (subject)
"""
_PEOPLE: Final = """
    SELECT number, coalesce(nullif(principal, ''), nullif(client, ''), peer),
        count(*), bit_or(mask), min(time), max(time)
    FROM seen WHERE own IS NOT TRUE AND number >= ? AND number < ? GROUP BY 1, 2 ORDER BY 1, 5, 2
"""
_ONLY_OWN: Final = """
    SELECT count(*) FROM (
        SELECT number FROM seen WHERE number >= ? AND number < ? GROUP BY number HAVING bool_and(coalesce(own, false))
    )
"""
_STRANGERS: Final = "FROM {rows} ANTI JOIN listed USING (subject) WHERE own IS NOT TRUE"


class _Person(NamedTuple):
    """What was seen of one person of the list, whose number is that of the row."""

    number: int
    exposures: int
    mask: int
    first: int
    last: int
    by: list[str]


class _Tally:
    """What all who are to be notified amount to."""

    def __init__(self) -> None:
        self.masks: Counter[int] = Counter()
        self.exposures = 0
        self.first, self.last = 1 << 62, 0

    def add(self, person: _Person) -> None:
        """Count one."""
        self.masks[person.mask] += 1
        self.exposures += person.exposures
        self.first, self.last = min(self.first, person.first), max(self.last, person.last)


def notify(
    data: Path, keys: Sequence[Pseudonyms], customers: Customers, wanted: ExposureFilter, out: Path, now: float
) -> Breach:
    """Write the rows of the list whose people were exposed to others to `out`, with what of theirs was seen; what that
    amounts to, without `certainty` and `measures`. `wanted.kind` says what the people of the list are.

    Raises ConfigError where the list or `out` cannot be used, RecordError where the record cannot be read.
    """
    if out.exists() and out.samefile(customers.path):
        hint = "it would take the list's place: name another file"
        raise option_error("--out", f"`{out}` is the list itself", hint)
    listed = customers.check()
    kind = wanted.kind or ""
    with opened(data, wanted) as rows:
        rows.send("names", {"number": "INTEGER", "name": "VARCHAR"}, _digests(customers, kind, keys))
        rows.keep("listed", _LISTED)
        rows.keep("persons", _PERSONS)
        masks = rows.masks(types for (types,) in rows.ask("SELECT DISTINCT types FROM {rows}"))
        rows.keep("seen", _SEEN.replace("{value}", masks.value).replace("{join}", masks.join))
        tally = _Tally()
        with _private(out) as file:
            _write(file, customers, _people(rows, listed), masks, tally)
        only_own = sum(rows.ask(_ONLY_OWN, *part)[0][0] for part in _stretches(listed))
        strangers, stranger_exposures = _strangers(rows)
        recipients = ranked(rows, "principal", RANKS, "seen")
        operations = ranked(rows, "operation", RANKS, "seen")
    return Breach(
        made=now,
        scope=Scope(**{name: getattr(wanted, name) for name in Scope.__struct_fields__ if name != "kind"}, kind=kind),
        listed=listed,
        exposed=tally.masks.total(),
        only_own=only_own,
        exposures=tally.exposures,
        first=tally.first / MICROSECONDS if tally.masks else 0.0,
        last=tally.last / MICROSECONDS,
        types=_by_type(tally, masks),
        categories=_by_category(tally, masks),
        recipients=recipients,
        operations=operations,
        strangers=strangers,
        stranger_exposures=stranger_exposures,
    )


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[str]]:
    """A file that only this user may read, in its place when the context ends well. Raises ConfigError."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise option_error("--out", f"`{path}` cannot be written: {cause_of(error)}") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise option_error("--out", f"`{path}` cannot be written: {cause_of(error)}") from error
    finally:
        aside.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a text that only this user may read. Raises ConfigError."""
    with _private(path) as file:
        file.write(text)


def _digests(customers: Customers, kind: str, keys: Sequence[Pseudonyms]) -> Iterator[tuple[int, str]]:
    for number, (_, row) in enumerate(customers.rows()):
        name = customers.name(row)
        for key in keys:
            yield number, key.digest(kind, name)


def _stretches(listed: int) -> Iterator[tuple[int, int]]:
    """The list in pieces, so that what is joined at once is bounded: the first number of each, and the one behind."""
    for first in range(0, listed, PART):
        yield first, first + PART


def _strangers(rows: Rows) -> tuple[int, int]:
    """How many are in the ledger and not in the list, and how often they were exposed."""
    ((number,),) = rows.ask("SELECT count(*) FROM {rows}")
    return count_subjects(rows, number, _STRANGERS)


def _people(rows: Rows, listed: int) -> Iterator[_Person]:
    """The exposed, in the order of the list."""
    found = (row for part in _stretches(listed) for row in rows.stream(_PEOPLE, *part))
    for number, of_one in itertools.groupby(found, key=lambda row: int(row[0])):
        by, exposures, mask, first, last = [], 0, 0, 1 << 62, 0
        for _, name, times, types, begin, end in of_one:
            by.append(name)
            exposures, mask = exposures + times, mask | types
            first, last = min(first, begin), max(last, end)
        yield _Person(number, exposures, mask, first, last, by)


def _write(file: IO[str], customers: Customers, people: Iterable[_Person], masks: Masks, tally: _Tally) -> None:
    """As the list is written, so that what reads the one reads the other."""
    if customers.is_marked:
        file.write("\ufeff")
    writer = csv.writer(file, delimiter=customers.delimiter)
    heading = customers.heading
    writer.writerow([*heading, *(f"garrison_{name}" if name in heading else name for name in ADDED)])
    listed = enumerate(customers.rows())
    for person in people:
        row = next(row for number, (_, row) in listed if number == person.number)
        writer.writerow([*row, *_cells(person, masks)])
        tally.add(person)


def _cells(person: _Person, masks: Masks) -> list[str]:
    types = masks.types(person.mask)
    more = [f"and {len(person.by) - NAMES} more"] if len(person.by) > NAMES else []
    by = " ".join([*person.by[:NAMES], *more])
    return [
        str(person.exposures), _moment(person.first), _moment(person.last), " ".join(types),
        " ".join(_categories_of(types)), _harmless(by),
    ]  # fmt: skip


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: names of principals come from outside (CWE-1236)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _categories_of(types: Iterable[str]) -> list[str]:
    found = {_CATEGORY.get(name) for name in types}
    return [each for each in _CATEGORIES if each in found]


def _by_type(tally: _Tally, masks: Masks) -> tuple[TypeSeen, ...]:
    counted = (
        (name, sum(people for mask, people in tally.masks.items() if mask & bit)) for name, bit in masks.bits.items()
    )
    return tuple(TypeSeen(name, people) for name, people in counted if people)


def _by_category(tally: _Tally, masks: Masks) -> tuple[CategorySeen, ...]:
    counts: Counter[str] = Counter()
    for mask, people in tally.masks.items():
        counts.update(dict.fromkeys(_categories_of(masks.types(mask)), people))
    return tuple(CategorySeen(each, counts[each]) for each in _CATEGORIES if counts[each])


def _moment(microseconds: int) -> str:
    moment = datetime.fromtimestamp(microseconds / MICROSECONDS, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
