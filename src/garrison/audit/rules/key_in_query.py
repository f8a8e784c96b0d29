"""API keys in the URL."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        if scheme.kind == "apiKey" and scheme.text("in") == "query":
            yield Fault(scheme.node, f"`{scheme.name}` is the query parameter `{scheme.text('name')}`", scheme.users)


RULE = Rule(
    id=CheckId("key-in-query"),
    title="an API key travels in the URL",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.598", "rec.11"),
    why=(
        "URLs stand in the logs of every proxy and server on the way, in browsers' histories and in `Referer` "
        "headers, and the key with them."
    ),
    mend="Let the key travel in a header.",
    look=_look,
)
