"""Questions to the record: events by what they say, each once, wherever it is kept at the moment."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.store.segments import Tailer, scan, segment_files
from garrison.core.event import Event

POLL: Final = 0.1
"""Seconds between two looks of `follow`."""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted: those that agree with every field that is not None. Texts are compared as a whole."""

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
            (self.since is None or event.time >= self.since)
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
    found = _waiting(data, wanted)
    ordered = sorted(found, key=lambda event: (event.time, event.id), reverse=newest_first)
    return itertools.islice(ordered, limit)


def count(data: Path, wanted: EventFilter = EVERYTHING) -> int:
    """How many events agree with `wanted`. Raises RecordError where the record cannot be read."""
    return sum(1 for _ in _waiting(data, wanted))


def find(data: Path, event_id: str) -> Event | None:
    """The event with this id. Raises RecordError where the record cannot be read."""
    return next((event for event in _waiting(data, EVERYTHING) if event.id == event_id), None)


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


def _waiting(data: Path, wanted: EventFilter) -> Iterator[Event]:
    for path in segment_files(data / "spool"):
        for lines in scan(path):
            yield from filter(wanted.matches, lines.events)
