"""Incidents: detections that belong together, handled as one case. No raw personal value, no secret."""

from enum import StrEnum
from typing import Final, NewType

import msgspec

from garrison.core.countermeasure import Countermeasure
from garrison.core.detection import Confidence, Named, RuleId, Severity

IncidentId = NewType("IncidentId", str)
"""Sixteen hexadecimal digits, made of the detection that it began with."""
MOST_PARTIES: Final = 200
"""Of each kind that an incident names: those that came first. Who came later is counted as left out."""
MOST_ENTRIES: Final = 200
"""Of a timeline: the first half of them and the last."""
MOST_RECENT: Final = 100
"""Detections that are named by their ids, the last ones; all are counted."""


class IncidentState(StrEnum):
    """What is done about it."""

    OPEN = "open"
    """Nothing that is in force stops it."""
    CONTAINED = "contained"
    """Measures are in force against those whom its last detection is about."""
    CLOSED = "closed"
    """An operator closed it, it went over into another, or nothing was seen of it for a day and no measure holds."""


class Happening(StrEnum):
    """What an entry of a timeline is about."""

    DETECTED = "detected"
    MEASURE = "measure"
    SPARED = "spared"
    """A measure was not taken: whom it would have touched is never touched."""
    LIFTED = "lifted"
    MERGED = "merged"
    CLOSED = "closed"


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened."""

    time: float
    """Seconds since the epoch."""
    what: Happening
    text: str


class Incident(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One case."""

    id: IncidentId
    state: IncidentState = IncidentState.OPEN
    title: str
    """That of its first detection of the highest severity."""
    severity: Severity
    confidence: Confidence
    since: float
    """When the first exchange was over that counts for it: seconds since the epoch."""
    last: float
    """When its last detection was completed."""
    count: int = 0
    """Detections."""
    detections: tuple[str, ...] = ()
    """The ids of the last ones."""
    rules: tuple[RuleId, ...] = ()
    tags: tuple[str, ...] = ()
    named: Named = Named()
    """Who and what took part, of each kind at most `MOST_PARTIES`."""
    left_out: int = 0
    """How often somebody was named for whom there was no place."""
    measures: tuple[Countermeasure, ...] = ()
    """Those that were taken because of it, also those that have ended: of each kind and target the last, at most
    `MOST_PARTIES`, the last ones."""
    measured: int = 0
    """How many were taken."""
    timeline: tuple[Entry, ...] = ()
    merged: tuple[IncidentId, ...] = ()
    """Incidents that went over into it."""
    into: IncidentId | None = None
    """The incident that this one went over into."""
    revision: int = 1
    """How often it has changed."""
