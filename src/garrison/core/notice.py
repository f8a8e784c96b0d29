"""Notices: what those are told who are told of an incident. No raw personal value, no secret."""

from enum import StrEnum
from typing import Final

import msgspec

from garrison.core.countermeasure import shown
from garrison.core.detection import MOST_NAMED, Confidence, Detection, Named, RuleId, Severity
from garrison.core.incident import Happening, Incident, IncidentId, IncidentState

MOST_CHANGES: Final = 20
"""Entries of the timeline that a notice holds, the last ones."""


class NoticeKind(StrEnum):
    """Why somebody is told."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    DETECTED = "detected"
    """One detection by itself, for what gathers them all."""
    ASSESSED = "assessed"
    """What is different about the API since the assessment before."""
    TEST = "test"
    """Only whether it arrives."""


class MeasureTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """One countermeasure."""

    action: str
    target: str
    """As commands take it."""
    since: float
    until: float | None = None
    simulated: bool = False


class Notice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message."""

    id: str
    """The same each time that the same message is sent: whoever gets it twice can tell."""
    kind: NoticeKind
    made: float
    """Seconds since the epoch; so are all times."""
    incident: IncidentId
    state: IncidentState
    severity: Severity
    confidence: Confidence
    title: str
    since: float
    last: float
    detections: int
    """How many."""
    rules: tuple[RuleId, ...] = ()
    tags: tuple[str, ...] = ()
    named: Named = Named()
    """Who and what took part, of each kind at most twenty."""
    measures: tuple[MeasureTold, ...] = ()
    """The last twenty."""
    measured: int = 0
    """How many in all."""
    into: IncidentId | None = None
    """The incident that it went over into."""
    changes: tuple[str, ...] = ()
    """What happened last, in words; of an assessment what is different, the gravest first."""
    detection: Detection | None = None
    """The one that is told of by itself."""


def notice_of(incident: Incident, kind: NoticeKind, now: float) -> Notice:
    """What is told of `incident` as it is."""
    named = incident.named
    return Notice(
        id=f"garrison_{incident.id}_{incident.revision}",
        kind=kind,
        made=now,
        incident=incident.id,
        state=incident.state,
        severity=incident.severity,
        confidence=incident.confidence,
        title=incident.title,
        since=incident.since,
        last=incident.last,
        detections=incident.count,
        rules=incident.rules,
        tags=incident.tags,
        named=Named(*[getattr(named, field)[:MOST_NAMED] for field in named.__struct_fields__]),
        measures=tuple(
            [
                MeasureTold(each.action, shown(each), each.since, each.until, each.simulated)
                for each in incident.measures[-MOST_NAMED:]
            ]
        ),
        measured=incident.measured,
        into=incident.into,
        changes=tuple([each.text for each in incident.timeline[-MOST_CHANGES:] if each.what is not Happening.DETECTED]),
    )


def notice_of_detection(detection: Detection, now: float) -> Notice:
    """What is told of one detection by itself."""
    return Notice(
        id=f"garrison_{detection.id}",
        kind=NoticeKind.DETECTED,
        made=now,
        incident=IncidentId(f"detection {detection.id}"),
        state=IncidentState.OPEN,
        severity=detection.severity,
        confidence=detection.confidence,
        title=detection.title,
        since=detection.since,
        last=detection.time,
        detections=1,
        rules=(detection.rule,),
        detection=detection,
    )
