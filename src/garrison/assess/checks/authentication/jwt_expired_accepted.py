"""JWTs that are accepted after their end."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import HOUR, Signed, jwt_in, maker, signed
from garrison.assess.jwt import claims_of
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_LEEWAY: Final = 90
"""Seconds after its end in which a token may still be accepted: clocks differ."""


def run(a: Assessment) -> Iterator[Finding]:
    """Send a token that has ended: one that the assessment used before, else one that it made."""
    found = signed(a)
    if found is None:
        return
    token = _ended(a)
    how = "that the API issued before"
    if not token:
        way = maker(a, found)
        if way is None:
            a.skip(CHECK, "no key is known to make a token that has ended, and none ended while the assessment ran")
            return
        make, how = way
        token = make(_past(a, found))
    old = found.send(a, token, "a token whose `exp` has passed is accepted")
    if found.guard.accepts(old):
        says = f"a token ({how}) is accepted though its end, `exp`, has passed"
        yield a.found(CHECK, [found.guard.good, found.guard.bad, old], says=says, slot=found.place)


def _ended(a: Assessment) -> str:
    """A token that the API issued and that has ended since."""
    held = [exchange.credential for exchange in a.probe.log]
    held += [known.credential for target in a.api.targets for known in a.survey.baselines(target)]
    for credential in held:
        token = jwt_in(credential)
        ends = claims_of(token).get("exp") if token else None
        if isinstance(ends, int | float) and ends + _LEEWAY < a.probe.now():
            return token
    return ""


def _past(a: Assessment, found: Signed) -> dict[str, object]:
    """What the token says, two hours ago."""
    now, claims = int(a.probe.now()), found.claims
    moved = {name: now - 2 * HOUR for name in ("iat", "nbf") if name in claims}
    return claims | moved | {"exp": now - HOUR}


CHECK = Check(
    id=CheckId("jwt-expired-accepted"),
    title="a token is accepted after its end",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "cwe.613"),
    looks="A token whose `exp` lies in the past is sent: one that the API issued and that ended while the assessment "
    "ran, else one made with a key that another check found. Proof is that it is accepted where a made-up one is "
    "refused.",
    why="A token that was stolen, or should have ended with a job or a session, opens the API for ever.",
    mend="Verify `exp` on every request and allow a minute for clocks at most; require the claim to be there.",
    samples={
        "fastapi": 'jwt.decode(token, key, algorithms=["RS256"], options={"require": ["exp"], "verify_exp": True})',
        "flask": 'app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(minutes=15)',
    },
    run=run,
    most=12,
    needs=("identity",),
)
