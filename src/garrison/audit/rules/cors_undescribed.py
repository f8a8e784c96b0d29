"""Descriptions with cookies that do not say which sites may read answers."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    cookies = [each for each in reading.schemes if each.kind == "apiKey" and each.text("in") == "cookie" and each.users]
    described = any("access-control-allow-origin" in answers.headers_of(each) for each in reading.operations)
    for each in cookies if not described else ():
        says = f"`{each.name}` is a cookie, and no answer describes `Access-Control-Allow-Origin`"
        yield Fault(each.node, says, each.users)


RULE = Rule(
    id=CheckId("cors-undescribed"),
    title="nobody says which web sites may read answers",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.942", "rec.10"),
    why=(
        "With cookies a browser proves who asks for every site that may read answers; which those are should be known."
    ),
    mend="Describe `Access-Control-Allow-Origin` where other sites may read answers, or say that none may.",
    look=_look,
)
