"""OAuth flows without a way to renew tokens."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        for name, flow in scheme.flows:
            # client credentials are asked for again instead (RFC 6749, 4.4.3)
            if name in {"authorizationCode", "password", "deviceAuthorization"} and not flow.value.get("refreshUrl"):
                yield Fault(flow, f"the flow `{name}` of `{scheme.name}` has no `refreshUrl`", scheme.users)


RULE = Rule(
    id=CheckId("no-refresh"),
    title="access tokens cannot be renewed",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "cwe.613", "rec.11"),
    why="Where nothing renews tokens they are made to last long, and one that leaks is good for as long.",
    mend="Let access tokens live for minutes, and give a refresh token: `refreshUrl`.",
    look=_look,
)
