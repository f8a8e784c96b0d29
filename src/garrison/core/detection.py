"""Detections: that the events of some exchanges have the pattern of a rule. No raw personal value, no secret."""

from enum import StrEnum
from typing import Final, NewType

import msgspec

from garrison.core.ids import EventId, OperationId

RuleId = NewType("RuleId", str)
"""Id of a detection rule: of a shipped one its name in kebab case, of others what their file says."""
MOST_NAMED: Final = 20
"""Of each kind of thing that a detection names: those that came last."""


class Severity(StrEnum):
    """Damage if it is true: `level` of a Sigma rule, `severity_id` of OCSF."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """From 0, the least."""
        return _SEVERITIES.index(self)


class Confidence(StrEnum):
    """How likely it is true (`confidence_id` of OCSF)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """From 0, the least."""
        return _CONFIDENCES.index(self)


_SEVERITIES: Final = tuple(Severity)
_CONFIDENCES: Final = tuple(Confidence)


class Named(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who and what took part, of each kind at most `MOST_NAMED`, sorted."""

    principals: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    operations: tuple[OperationId, ...] = ()


class Detection(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="v", tag=1):
    """One match of a rule. The same events give the same detections, their ids included."""

    id: str
    """Made of the rule, the group and the event that completed the pattern: 32 hexadecimal digits."""
    time: float
    """When the exchange was over that completed the pattern: seconds since the epoch."""
    since: float
    """When the first exchange that counts was over."""
    rule: RuleId
    title: str
    severity: Severity
    confidence: Confidence
    group: tuple[tuple[str, str], ...] = ()
    """What the events have in common: names and values of the fields that the rule groups by, in its order."""
    value: float = 0.0
    """What was counted, as far as it was when the condition was met."""
    named: Named = Named()
    events: tuple[EventId, ...] = ()
    """Some of the events, the last ones, in the order in which they ended."""
    tags: tuple[str, ...] = ()
    """As the rule has them: `attack.t1110`, `owasp.api2`, `cwe.307`."""
