"""Credentials with a default."""

from collections.abc import Iterator
from typing import Any

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        if each.spot is not None and _has_default(each.name, each.spot.said("default")):
            yield Fault(each.node, f"`{each.name}` has a default", each.users, each.location)
    for field in reading.fields:
        if field.owner.requests and _has_default(field.name, field.says("default")):
            yield Fault(field.node, f"`{field.name}` has a default", field.owner.requests, field.location)


def _has_default(name: str, default: Any) -> bool:
    return isinstance(default, str) and bool(default) and type_by_name(name) == "credential"


RULE = Rule(
    id=CheckId("default-credential"),
    title="a credential has a default",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "owasp.api8", "cwe.1392", "rec.11"),
    why="A default password is the first that is tried, and clients that leave it out get it.",
    mend="Demand the value, and offer none.",
    look=_look,
)
