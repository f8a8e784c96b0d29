"""Tokens of which the description does not say how they are verified."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_SAYS: Final = re.compile(
    r"rfc\s?(?:8725|9068)|algorithm|audience|issuer|\b(?:RS|ES|PS)(?:256|384|512)\b|EdDSA|expir|\baud\b", re.IGNORECASE
)


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        text = scheme.text("description")
        is_jwt = "jwt" in scheme.text("bearerFormat").lower() or "jwt" in text.lower()
        takes = "JWTs" if is_jwt else "tokens"
        if ((scheme.kind == "http bearer" and is_jwt) or scheme.kind == "oauth2") and not _SAYS.search(text):
            says = f"`{scheme.name}` takes {takes} and says nothing of their verification"
            yield Fault(scheme.node, says, scheme.users)


RULE = Rule(
    id=CheckId("unspecified-token"),
    title="nothing is said of how tokens are verified",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.LOW,
    tags=("owasp.api2", "cwe.347", "rec.11"),
    why=(
        "Algorithms, issuer, audience and life of a token are what its verification rests on (RFC 8725); what "
        "nobody wrote down is checked differently in each place."
    ),
    mend=(
        "Say in the scheme's `description` which algorithms, issuer and audience are taken and how long tokens "
        "live, and that RFC 8725 is followed."
    ),
    look=_look,
)
