"""Operations that are deprecated, without an end."""

from collections.abc import Iterator

from garrison.audit import answers
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.operations:
        says_when = any("sunset" in str(key).lower() for key in each.node.value) or "sunset" in answers.headers_of(each)
        if each.deprecated and not says_when:
            yield Fault(each.node, "it is deprecated, and nothing says when it goes", reading.users(each))


RULE = Rule(
    id=CheckId("deprecated-served"),
    title="a deprecated operation is served without an end",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    tags=("owasp.api9", "cwe.477", "rec.4"),
    why="What is no longer looked after is still there, and is attacked because it is.",
    mend=(
        "Say when it goes: the headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), and `x-sunset` in the "
        "description. Then take it away."
    ),
    look=_look,
)
