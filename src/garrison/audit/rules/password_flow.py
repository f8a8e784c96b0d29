"""OAuth's password flow."""

from collections.abc import Iterator

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        for name, flow in scheme.flows:
            if name == "password":
                yield Fault(flow, f"`{scheme.name}` has the password flow", scheme.users)


RULE = Rule(
    id=CheckId("password-flow"),
    title="programs get their users' passwords",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.522", "rec.11"),
    why=(
        "With the password flow a program handles the user's own password, and a second factor cannot be asked "
        "for. RFC 9700 (2.4) forbids it."
    ),
    mend="Use the authorization code flow with PKCE, and client credentials where no user is there.",
    look=_look,
)
