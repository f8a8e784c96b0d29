"""Traffic that the contract does not know, as the record of events shows it.

Events hold no path that nobody describes: it might hold anything. So ways of such traffic are told apart: by method, by
what the contract says of the path, and by whether it was answered.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from garrison.adapters.store.query import EventFilter, events
from garrison.core.detection import Severity
from garrison.core.event import Event
from garrison.core.picture import Remark

SLACK: Final = 600.0
"""Seconds: an exchange that took longer than this when it was looked at last is not found again."""
MOST: Final = 100_000
"""Events that are looked at, the newest."""
_OWN: Final = "garrison-assess"
"""The product that an assessment names as its own."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE", "CONNECT"})
_ABOUT: Final = frozenset({"unknown-operation", "method-not-allowed", "uncompiled-operation"})


def strangers(data: Path, since: float, until: float) -> Mapping[str, Remark]:
    """Ways of traffic that the contract does not know, between two moments. Raises RecordError."""
    first: dict[str, Event] = {}
    counts: dict[str, int] = {}
    wanted = EventFilter(operation="", since=since - SLACK, until=until)
    for event in events(data, wanted, limit=MOST):
        if event.agent != _OWN and _is_whole(event):
            way = way_of(event)
            first[way] = event  # the newest come first
            counts[way] = counts.get(way, 0) + 1
    return {way: _remark(way, event, counts[way]) for way, event in first.items()}


def way_of(event: Event) -> str:
    """Which way of such traffic an exchange is: `GET where nothing is described, answered`."""
    method = event.method if event.method in _METHODS else "another method"
    allowed = [each.detail for each in (*event.reasons, *event.observed) if each.id == "method-not-allowed"]
    where = f"where only {allowed[0]} is described" if allowed and allowed[0] else "where nothing is described"
    return f"{method} {where}, {'answered' if _is_answered(event) else 'refused'}"


def _is_whole(event: Event) -> bool:
    """Whether it is a request that the API could have understood: what is malformed is no operation."""
    about = {each.id for each in (*event.reasons, *event.observed)}
    return not about or not about.isdisjoint(_ABOUT)


def _is_answered(event: Event) -> bool:
    return event.allowed and 0 < event.status < 400


def _remark(way: str, event: Event, count: int) -> Remark:
    severity = Severity.MEDIUM if _is_answered(event) else Severity.LOW
    times = "once" if count == 1 else f"{count} times"
    return Remark(severity, f"traffic that the contract does not know: {way} ({times}, first event {event.id})")
