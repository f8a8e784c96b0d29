"""JWTs that never end, or not for a long time."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import signed
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_LONG: Final = 30 * 24 * 3600
"""Seconds from which on a token's life is called long."""


def run(a: Assessment) -> Iterator[Finding]:
    """Read the token's own end."""
    found = signed(a)
    if found is None:
        return
    claims = found.claims
    ends, begins = claims.get("exp"), claims.get("iat", a.probe.now())
    proof = [found.guard.good.says_that("the token that opens this operation says when it ends, or does not")]
    if not isinstance(ends, int | float):
        says = "the tokens that the API issues name no end (`exp`): nothing in them says when they lose their validity"
        yield a.found(CHECK, proof, says=says, slot=found.place, confidence=Confidence.MEDIUM)
    elif isinstance(begins, int | float) and ends - begins > _LONG:
        says = f"the tokens that the API issues hold for {int((ends - begins) // 86400)} days"
        yield a.found(CHECK, proof, says=says, slot=found.place, kind="long", severity=Severity.LOW)


CHECK = Check(
    id=CheckId("jwt-without-end"),
    title="tokens never end",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.613"),
    looks="The token of an identity is read: it has no `exp`, or one more than 30 days after it was issued. A service "
    "may still keep a list of tokens that it takes back, which nobody sees from outside: hence medium confidence.",
    why="A token that leaks once, in a log, a backup or a browser, opens the API until somebody changes the key.",
    mend="Issue tokens that end within minutes to an hour, and a refresh token that can be taken back for longer "
    "sessions.",
    samples={
        "fastapi": 'claims["exp"] = datetime.now(UTC) + timedelta(minutes=15)',
        "django": 'SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=15)}',
        "flask": 'app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(minutes=15)',
    },
    run=run,
    most=8,
    needs=("identity",),
)
