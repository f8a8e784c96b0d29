"""JWTs of another issuer, for another audience, or of another time."""

from collections.abc import Iterator
from typing import Any

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import HOUR, Signed, maker, signed
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Change who issued the token, whom it is for, and from when on it holds."""
    found = signed(a)
    wrong = tuple(_wrong(a, found)) if found is not None else ()
    if found is None or not wrong:
        return
    way = maker(a, found)
    if way is None:
        a.skip(CHECK, "no key is known with which a token of another issuer or audience could be made")
        return
    make, how = way
    for name, what, claims in wrong:
        other = found.send(a, make(claims), f"a token ({how}) {what} is accepted")
        if found.guard.accepts(other):
            says = f"a token {what} is accepted: `{name}` is not checked"
            yield a.found(CHECK, [found.guard.good, found.guard.bad, other], says=says, slot=found.place, kind=name)


def _wrong(a: Assessment, found: Signed) -> Iterator[tuple[str, str, dict[str, Any]]]:
    claims = found.longer()
    if "iss" in claims:
        yield "iss", "of another issuer", claims | {"iss": "https://grsn.example"}
    if "aud" in claims:
        yield "aud", "for another audience", claims | {"aud": "https://grsn.example"}
    if "nbf" in claims:
        yield "nbf", "that does not hold yet", claims | {"nbf": int(a.probe.now()) + HOUR // 2}


CHECK = Check(
    id=CheckId("jwt-claims-unchecked"),
    title="tokens of another issuer or for another audience are accepted",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.345", "cwe.346"),
    looks="With a key that another check found, a token is made that is the identity's own but for its issuer, its "
    "audience, or the moment from which on it holds. Proof is that it is accepted where a made-up one is refused. "
    "Without a key this is not tested, and the report says so.",
    why="A token that somebody got for one service, or from a test system that shares the key, opens this one too.",
    mend="Verify `iss`, `aud` and `nbf` beside the signature, each against a value in the settings.",
    samples={
        "fastapi": 'jwt.decode(token, key, algorithms=["RS256"], issuer=ISSUER, audience="orders-api")',
        "django": 'SIMPLE_JWT = {"ISSUER": "https://issuer.example", "AUDIENCE": "orders-api"}',
        "flask": 'app.config["JWT_DECODE_ISSUER"], app.config["JWT_DECODE_AUDIENCE"] = ISSUER, "orders-api"',
    },
    run=run,
    most=12,
    needs=("identity",),
)
