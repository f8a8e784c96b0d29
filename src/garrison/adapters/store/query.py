"""Questions to the record: events by what they say, each once, wherever it is kept at the moment."""

import contextlib
import heapq
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from garrison.adapters.store import parquet
from garrison.adapters.store.manifest import DataFile, Manifest, read_manifest
from garrison.adapters.store.segments import Tailer, scan, segment_files
from garrison.core.errors import RecordError
from garrison.core.event import Event

POLL: Final = 0.1
"""Seconds between two looks of `follow`."""
MEMORY: Final = "1GB"
"""For DuckDB while it answers; what needs more is sorted on the disk."""
TRIES: Final = 100
"""Times that a reader begins anew because the record changed under it: that is once a second at most."""
FETCHED: Final = 1024
"""Rows fetched at once."""


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
            and (self.reason is None or any(self.reason == reason.id for reason in (*event.reasons, *event.observed)))
        )


EVERYTHING: Final = EventFilter()


def events(
    data: Path, wanted: EventFilter = EVERYTHING, *, limit: int | None = None, newest_first: bool = True
) -> Iterator[Event]:
    """Events in the data directory `data` in the order of time, at most `limit`: with `newest_first` the newest.

    Raises RecordError where the record cannot be read; a directory without a record has no events.
    """
    snapshot = _snapshot(data, wanted)
    waiting = sorted(snapshot.waiting, key=_by_time, reverse=newest_first)
    stored = _stored(data, snapshot.manifest, wanted, limit=limit, newest_first=newest_first)
    return itertools.islice(heapq.merge(waiting, stored, key=_by_time, reverse=newest_first), limit)


def count(data: Path, wanted: EventFilter = EVERYTHING) -> int:
    """How many events agree with `wanted`. Raises RecordError where the record cannot be read."""
    snapshot = _snapshot(data, wanted)
    files = _files(data, snapshot.manifest, wanted)
    if not files:
        return len(snapshot.waiting)
    where, values = _where(wanted)
    with _connected(data) as connection:
        statement = f"SELECT count(*) FROM read_parquet(?) WHERE {where}"  # noqa: S608  # made of constants
        row = connection.execute(statement, [list(files), *values]).fetchone()
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
    return _follow(Tailer(data / "spool", from_end=True), wanted)


def _follow(tailer: Tailer, wanted: EventFilter) -> Iterator[Event]:
    try:
        while True:
            fresh = tailer.poll()
            yield from filter(wanted.matches, fresh)
            if not fresh:
                time.sleep(POLL)
    finally:
        tailer.close()


class _Snapshot(msgspec.Struct, frozen=True):
    """The record at one moment: each event is in a file of `manifest` or waits in the spool, never both."""

    manifest: Manifest
    waiting: tuple[Event, ...]


def _snapshot(data: Path, wanted: EventFilter) -> _Snapshot:
    """Read the spool between two looks at the manifest: where they agree, nothing went from one to the other."""
    manifest = read_manifest(data)
    for _ in range(TRIES):
        waiting: list[Event] | None = []
        try:
            waiting = [event for event in _waiting(data, manifest) if wanted.matches(event)]
        except FileNotFoundError:
            waiting = None
        except OSError as error:
            raise RecordError(f"the spool cannot be read: {error.strerror}") from error
        again = read_manifest(data)
        if waiting is not None and (again.files, again.consumed) == (manifest.files, manifest.consumed):
            return _Snapshot(manifest, tuple(waiting))
        manifest = again
    raise RecordError("the record changes faster than it can be read (hint: try again)")


def _waiting(data: Path, manifest: Manifest) -> Iterator[Event]:
    for path in segment_files(data / "spool"):
        if path.name not in manifest.consumed:
            for lines in scan(path):
                yield from lines.events


def _stored(
    data: Path, manifest: Manifest, wanted: EventFilter, *, limit: int | None, newest_first: bool
) -> Iterator[Event]:
    """What is wanted of the data set, in order; of the rest at most enough to be sure of the first `limit`."""
    files = _files(data, manifest, wanted)
    if not files:
        return
    with _connected(data) as connection:
        if limit is None:
            yield from _rows(connection, _Question(wanted, newest_first), list(files))
            return
        found: list[Event] = []
        for group, rest in _groups(files, newest_first=newest_first):
            found += _rows(connection, _Question(wanted, newest_first, limit), group)
            found = sorted(found, key=_by_time, reverse=newest_first)[:limit]
            if len(found) == limit and (not rest or _is_before(found[-1], rest, newest_first=newest_first)):
                break
        yield from found


class _Question(msgspec.Struct, frozen=True):
    """What is asked of some files."""

    wanted: EventFilter
    newest_first: bool
    limit: int | None = None


def _rows(connection: duckdb.DuckDBPyConnection, asked: _Question, files: list[str]) -> Iterator[Event]:
    where, values = _where(asked.wanted)
    order = "DESC" if asked.newest_first else "ASC"
    if asked.limit is None:
        statement = f"SELECT {parquet.SELECTED} FROM read_parquet(?) WHERE {where} ORDER BY time {order}, id {order}"  # noqa: S608  # made of constants
        answer = connection.execute(statement, [files, *values])
        while rows := answer.fetchmany(FETCHED):
            yield from map(parquet.event, rows)
        return
    # First only which they are: an event has twenty columns, and most of what is looked through is not wanted.
    statement = f"""
        SELECT filename, epoch_us(time), id FROM read_parquet(?, filename = true)
        WHERE {where} ORDER BY time {order}, id {order} LIMIT ?
    """  # noqa: S608  # made of constants
    named = connection.execute(statement, [files, *values, asked.limit]).fetchall()
    places: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for file, moment, event_id in named:
        places[file].append((moment, event_id))
    for file, wanted in places.items():
        for begin in range(0, len(wanted), FETCHED):
            yield from _these(connection, file, wanted[begin : begin + FETCHED])


def _these(connection: duckdb.DuckDBPyConnection, file: str, wanted: Sequence[tuple[int, str]]) -> Iterator[Event]:
    """The events of a file with these times, in microseconds, and ids."""
    # By their times, so that a Parquet reader passes over the rest of the file.
    times = ", ".join(["make_timestamptz(?::BIGINT)"] * len(wanted))
    ids = ", ".join("?" * len(wanted))
    statement = f"SELECT {parquet.SELECTED} FROM read_parquet(?) WHERE time IN ({times}) AND id IN ({ids})"  # noqa: S608  # made of constants
    values = [file, *(moment for moment, _ in wanted), *(event_id for _, event_id in wanted)]
    yield from map(parquet.event, connection.execute(statement, values).fetchall())


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
        size *= 4


def _is_before(event: Event, rest: Sequence[DataFile], *, newest_first: bool) -> bool:
    """Whether `event` comes before everything in the files `rest`."""
    moment = parquet.microseconds(event.time)
    if newest_first:
        return moment > max(file.until for file in rest)
    return moment < min(file.since for file in rest)


def _files(data: Path, manifest: Manifest, wanted: EventFilter) -> dict[str, DataFile]:
    """The files that may hold what is wanted, by the times that they span; by their paths."""
    since = -1 if wanted.since is None else parquet.microseconds(wanted.since)
    until = 1 << 62 if wanted.until is None else parquet.microseconds(wanted.until)
    folder = data.resolve() / "events"
    return {str(folder / file.path): file for file in manifest.files if file.until >= since and file.since < until}


def _where(wanted: EventFilter) -> tuple[str, list[Any]]:
    """A condition made of constants, and the values of its parameters."""
    conditions, values = ["true"], []
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(condition)
            values.append(parquet.microseconds(value) if name in {"since", "until"} else value)
    return " AND ".join(conditions), values


_CONDITIONS: Final = {
    "id": "id = ?",
    "since": "time >= make_timestamptz(?::BIGINT)",
    "until": "time < make_timestamptz(?::BIGINT)",
    "principal": "principal = ?",
    "operation": "coalesce(operation, '') = ?",
    "reason": "list_contains(reason_ids, ?)",
    "peer": "peer = ?",
    "disposition": "disposition = ?",
    "method": "method = ?",
    "status": "status = ?",
}


@contextlib.contextmanager
def _connected(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB on `data`. Raises RecordError for whatever it refuses."""
    try:
        with contextlib.closing(parquet.connect(data.resolve(), memory=MEMORY)) as connection:
            yield connection
    except duckdb.Error as error:
        raise RecordError(f"the record cannot be read: {parquet.first_line(error)}") from error


def _by_time(event: Event) -> tuple[float, str]:
    return event.time, event.id


def _moment(event_id: str) -> float | None:
    """Seconds since the epoch at which an id of ours was made; None where it is none."""
    digits = event_id.replace("-", "")
    try:
        return int(digits[:12], 16) / 1000 if len(digits) == 32 else None
    except ValueError:
        return None
