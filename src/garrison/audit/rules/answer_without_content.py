"""Reads of which no content is described."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        good = [answer for answer in each.responses if answer.status in {"200", "203", "2XX"}]
        if each.method == "GET" and good and not any("content" in answer.node.value for answer in good):
            yield Fault(good[0].node, f"{good[0].status} of a read has no `content`", reading.users(each))


RULE = Rule(
    id=CheckId("answer-without-content"),
    title="nobody says what is answered",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.213", "rec.3"),
    why="Nothing says what may leave, so nothing notices when more does.",
    mend="Describe the `content` of the answer.",
    look=_look,
)
