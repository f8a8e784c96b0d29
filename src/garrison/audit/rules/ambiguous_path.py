"""Paths that match the same requests."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")


def _look(reading: Reading) -> Iterator[Fault]:
    first: dict[tuple[str, str], DescribedOperation] = {}
    faults = []
    for each in reading.operations:
        known = first.setdefault((each.method, _VARIABLE.sub("{}", each.template)), each)
        if known is not each:
            says = f"`{known.path}` matches the same requests"
            faults.append(Fault(each.node, says, reading.users(each, known)))
    says = f"{len(faults)} operations share their path with another, as if it were told apart by something else"
    yield from answers.gathered(reading, faults, len(reading.operations), says)


RULE = Rule(
    id=CheckId("ambiguous-path"),
    title="two paths match the same request",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api8", "cwe.436", "rec.4"),
    why="The API and what stands before it may take a request for different operations, with different demands.",
    mend="Keep one of them, or tell them apart by a word in the path.",
    look=_look,
)
