"""Detections that tests make up."""

from typing import Any

from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.detection import Confidence, Detection, Named, RuleId, Severity
from garrison.core.ids import OperationId

NOW = 1_000_000.0


def named(**kinds: Any) -> Named:
    return Named(**{kind: tuple(values) for kind, values in kinds.items()})


def detection(identifier: str = "a", time: float = NOW, **more: Any) -> Detection:
    """One by a peer, unless told otherwise."""
    given: dict[str, Any] = {
        "since": time - 10,
        "rule": RuleId("enumeration"),
        "title": "Enumeration",
        "severity": Severity.HIGH,
        "confidence": Confidence.MEDIUM,
        "group": (("peer", "203.0.113.7"),),
        "named": named(peers=["203.0.113.7"], operations=[OperationId("getPet")]),
    }
    return Detection(identifier, time, **{**given, **more})


def by(principal: str, identifier: str = "a", time: float = NOW, **more: Any) -> Detection:
    """One by a principal."""
    who = named(principals=[principal], peers=["203.0.113.7"], operations=["getPet"])
    return detection(identifier, time, **{"group": (("principal", principal),), "named": who, **more})


def block(value: str = "203.0.113.7", since: float = NOW, **more: Any) -> Countermeasure:
    return Countermeasure(Action.BLOCK, Scope.NETWORK, value, since, **more)
