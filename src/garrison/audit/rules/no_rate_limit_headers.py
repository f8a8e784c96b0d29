"""Descriptions in which no answer says how many requests are left."""

from collections.abc import Iterator

from garrison.audit import answers, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    def says(operation: DescribedOperation) -> bool:
        return any("ratelimit" in names.joined(name) for name in answers.headers_of(operation))

    if reading.operations and not any(says(each) for each in reading.operations):
        place = reading.of_root("paths") or reading.description.root
        yield Fault(place, "no answer describes a header such as `RateLimit`", reading.everywhere)


RULE = Rule(
    id=CheckId("no-rate-limit-headers"),
    title="nobody is told how many requests are left",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.15"),
    why="Clients that are well meant run into the limit and try again at once, which looks like an attack.",
    mend="Answer with `RateLimit` and `RateLimit-Policy`, and describe them.",
    look=_look,
)
