"""OAuth's implicit flow."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        for name, flow in scheme.flows:
            if name == "implicit":
                yield Fault(flow, f"`{scheme.name}` has the implicit flow", scheme.users)


RULE = Rule(
    id=CheckId("implicit-flow"),
    title="OAuth tokens are handed out in URLs",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.598", "rec.11"),
    why=(
        "The implicit flow puts the access token into the URL that the browser is sent to, where history, scripts "
        "and `Referer` headers leak it. RFC 9700 (2.1.2) advises against it."
    ),
    mend="Use the authorization code flow with PKCE.",
    look=_look,
)
