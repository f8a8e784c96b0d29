"""HTTP basic authentication."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        if scheme.kind == "http basic":
            yield Fault(scheme.node, f"`{scheme.name}` is HTTP basic authentication", scheme.users)


RULE = Rule(
    id=CheckId("basic-authentication"),
    title="a password travels with every request",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.522", "rec.11"),
    why=(
        "With HTTP basic authentication the password itself is in every request, cannot be limited in time or "
        "scope, and is what logs, proxies and scripts keep."
    ),
    mend="Let a log-in give tokens that expire, by OAuth 2.0 or OpenID Connect.",
    look=_look,
)
