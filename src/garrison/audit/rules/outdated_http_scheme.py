"""HTTP authentication schemes that nobody should use any more."""

from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_OUTDATED: Final = frozenset(
    {"digest", "hoba", "mutual", "negotiate", "ntlm", "oauth", "scram-sha-1", "scram-sha-256", "vapid"}
)


def _look(reading: Reading) -> Iterator[Fault]:
    for scheme in reading.schemes:
        name = scheme.kind.removeprefix("http ")
        if scheme.kind.startswith("http ") and name in _OUTDATED:
            yield Fault(scheme.node, f"`{scheme.name}` is the HTTP scheme `{name}`", scheme.users)


RULE = Rule(
    id=CheckId("outdated-http-scheme"),
    title="an authentication scheme is outdated",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.327", "rec.11"),
    why=(
        "Digest rests on MD5, NTLM and Negotiate prove a connection instead of a request, OAuth 1 and the others "
        "are no longer looked after."
    ),
    mend=(
        "Use bearer tokens of OAuth 2.0 or OpenID Connect, bound to their holder (RFC 9449, RFC 8705) where that "
        "matters."
    ),
    look=_look,
)
