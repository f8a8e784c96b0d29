"""Questions to the table of events: by what they say, each once, wherever it is kept at the moment."""

import heapq
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from garrison.adapters.store import parquet
from garrison.adapters.store.events import EVENTS, SELECTED, event
from garrison.adapters.store.manifest import DataFile, Manifest
from garrison.adapters.store.newest import Question, all_rows, first_rows, rows_at
from garrison.adapters.store.reading import Conditions, connected, files_between, relation, take_snapshot
from garrison.adapters.store.segments import Tailer
from garrison.core.event import Event

POLL: Final = 0.1
"""Seconds between two looks of `follow`."""


Signal: TypeAlias = Literal["missed", "unissued", "near"]
"""Fields of an event that say that somebody looks for what was not given to them."""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted: those that agree with every field that is not None. Texts are compared as a whole."""

    id: str | None = None
    since: float | None = None
    """Seconds since the epoch, UTC; this moment included."""
    until: float | None = None
    """Seconds since the epoch, UTC; this moment not included."""
    principal: str | None = None
    """Empty finds events without one."""
    operation: str | None = None
    """An operation id; empty finds exchanges that the contract does not describe."""
    reason: str | None = None
    """Id of a reason, enforced or observed."""
    peer: str | None = None
    disposition: str | None = None
    method: str | None = None
    status: int | None = None
    agent: str | None = None
    """The product that the client named; empty finds those that named none."""
    signal: Signal | None = None
    """What was sought in vain, never shown to whoever asked, or a step of a walk."""

    def matches(self, event: Event) -> bool:
        """Whether `event` is wanted."""
        return (
            self.id in {None, event.id}
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
            and self.principal in {None, event.principal}
            and self.operation in {None, event.operation or ""}
            and self.peer in {None, event.peer}
            and self.disposition in {None, event.disposition}
            and self.method in {None, event.method}
            and self.status in {None, event.status}
            and self.agent in {None, event.agent}
            and (self.signal is None or bool(getattr(event, self.signal)))
            and (self.reason is None or any(self.reason == reason.id for reason in (*event.reasons, *event.observed)))
        )


EVERYTHING: Final = EventFilter()


def events(
    data: Path, wanted: EventFilter = EVERYTHING, *, limit: int | None = None, newest_first: bool = True
) -> Iterator[Event]:
    """Events in the data directory `data` in the order of time, at most `limit`: with `newest_first` the newest.

    Raises RecordError where the record cannot be read; a directory without a record has no events.
    """
    snapshot = take_snapshot(data, EVENTS, wanted.matches)
    waiting = sorted(snapshot.waiting, key=_by_time, reverse=newest_first)
    stored = _stored(data, snapshot.manifest, wanted, limit=limit, newest_first=newest_first)
    return itertools.islice(heapq.merge(waiting, stored, key=_by_time, reverse=newest_first), limit)


def count(data: Path, wanted: EventFilter = EVERYTHING) -> int:
    """How many events agree with `wanted`. Raises RecordError where the record cannot be read."""
    snapshot = take_snapshot(data, EVENTS, wanted.matches)
    files = _files(data, snapshot.manifest, wanted)
    if not files:
        return len(snapshot.waiting)
    with connected(data) as connection:
        found = relation(connection, EVENTS, list(files), _conditions(wanted))
        if found is None:
            return len(snapshot.waiting)
        row = connection.execute(f"SELECT count(*) FROM {found.sql}", found.values).fetchone()  # noqa: S608  # made of constants
    return len(snapshot.waiting) + (int(row[0]) if row else 0)


def find(data: Path, event_id: str) -> Event | None:
    """The event with this id. Raises RecordError where the record cannot be read."""
    moment = _moment(event_id)
    if moment is None:
        return None
    # an id begins with the milliseconds of its event's time (RFC 9562, 5.7)
    near = EventFilter(id=event_id, since=moment - 0.002, until=moment + 0.002)
    return next(events(data, near, limit=1), None)


def follow(data: Path, wanted: EventFilter = EVERYTHING) -> Iterator[Event]:
    """Events as they are recorded from now on, without end, each within about a tenth of a second.

    Now is when this is called, not when the first event is asked for.
    """
    return _follow(Tailer(data / EVENTS.spool, EVENTS.line, from_end=True), wanted)


def _follow(tailer: Tailer[Event], wanted: EventFilter) -> Iterator[Event]:
    try:
        while True:
            fresh = tailer.poll()
            yield from filter(wanted.matches, fresh)
            if not fresh:
                time.sleep(POLL)
    finally:
        tailer.close()


def _stored(
    data: Path, manifest: Manifest, wanted: EventFilter, *, limit: int | None, newest_first: bool
) -> Iterator[Event]:
    """What is wanted of the data set, in order; of the rest at most enough to be sure of the first `limit`."""
    files = _files(data, manifest, wanted)
    if not files:
        return
    question = Question(EVENTS, _conditions(wanted), newest_first)
    with connected(data) as connection:
        if limit is None:
            yield from map(event, all_rows(connection, question, list(files), SELECTED))
            return
        found = first_rows(connection, question, files, limit)
        yield from sorted(map(event, rows_at(connection, EVENTS, found, SELECTED)), key=_by_time, reverse=newest_first)


def _files(data: Path, manifest: Manifest, wanted: EventFilter) -> dict[str, DataFile]:
    return files_between(data, EVENTS, manifest, wanted.since, wanted.until)


def _conditions(wanted: EventFilter) -> Conditions:
    equal = {name: value for name in _EQUAL if (value := getattr(wanted, name)) is not None}
    if wanted.operation:
        equal["operation"] = wanted.operation  # which DuckDB looks for before it reads other columns
    if wanted.reason is not None:
        equal["reason_ids"] = wanted.reason
    others: list[tuple[str, Any]] = []
    if wanted.operation == "":
        others.append(("coalesce(operation, '') = ?", ""))
    if wanted.status is not None:
        others.append(("status = ?", wanted.status))
    if wanted.signal is not None:
        others.append((f"{wanted.signal} > ?", 0) if wanted.signal == "unissued" else (f"{wanted.signal} = ?", True))
    moments = (("time >= {}", wanted.since), ("time < {}", wanted.until))
    others += [
        (condition.format("make_timestamptz(?::BIGINT)"), parquet.microseconds(value))
        for condition, value in moments
        if value is not None
    ]
    return Conditions(equal=equal, others=others)


_EQUAL: Final = ("id", "principal", "peer", "disposition", "method", "agent")


def _by_time(event: Event) -> tuple[float, str]:
    return event.time, event.id


def _moment(event_id: str) -> float | None:
    """Seconds since the epoch at which an id of ours was made; None where it is none."""
    digits = event_id.replace("-", "")
    try:
        return int(digits[:12], 16) / 1000 if len(digits) == 32 else None
    except ValueError:
        return None
