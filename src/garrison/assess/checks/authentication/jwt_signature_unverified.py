"""JWTs whose signature nobody looks at."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import Signed, signed
from garrison.assess.jwt import encoded
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NOUGHT: Final = "A" * 86
"""64 bytes of zero: with r and s zero the equation of ECDSA holds for any text, where nobody forbids it
(CVE-2022-21449)."""


def run(a: Assessment) -> Iterator[Finding]:
    """Change the signature, what is signed, and leave the signature out."""
    found = signed(a)
    if found is None:
        return
    if not found.verifies:
        yield from _unverified(a, found)
        return
    head, claims, signature = found.token.split(".")
    for kind, token, what in (
        ("changed", f"{head}.{encoded(found.longer())}.{signature}", "other claims under the old signature"),
        ("stripped", f"{head}.{encoded(found.longer())}.", "no signature"),
        ("cut", f"{head}.{claims}", "only two parts"),
        ("zero", f"{head}.{encoded(found.longer())}.{_NOUGHT}", "a signature of noughts"),
    ):
        if kind == "zero" and not str(found.header.get("alg")).startswith("ES"):
            continue
        wrong = found.send(a, token, f"a token with {what} is accepted")
        if found.guard.accepts(wrong):
            says = f"a token with {what} is accepted, though one with a wrong signature is refused"
            yield a.found(CHECK, [found.guard.good, found.broken, wrong], says=says, slot=found.place, kind=kind)
            return


def _unverified(a: Assessment, found: Signed) -> Iterator[Finding]:
    """The changed signature was accepted: show that what the token says can be changed too."""
    head, _, signature = found.token.split(".")
    changed = found.send(a, f"{head}.{encoded(found.longer())}.{signature}", "and so is one that says something else")
    proof = [found.guard.good, found.guard.bad, found.broken.says_that("the token with another signature is accepted")]
    accepted = found.guard.accepts(changed)
    says = "the signature of the token is not verified: one with another signature is accepted" + (
        ", and so are other claims" if accepted else ""
    )
    yield a.found(CHECK, [*proof, changed] if accepted else proof, says=says, slot=found.place)


CHECK = Check(
    id=CheckId("jwt-signature-unverified"),
    title="the signature of tokens is not verified",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.347"),
    looks="An identity's token is sent with another signature, with other claims under its own signature, and without "
    "one. Proof is that it is accepted where a made-up text is refused.",
    why="Anybody changes what their token says (whose it is, which role they have, until when it holds) and is "
    "believed.",
    mend="Verify the signature before anything in the token is used; decoding alone verifies nothing. Read the "
    "library's options: those that switch verification off are meant for tests.",
    samples={
        "fastapi": 'claims = jwt.decode(token, key, algorithms=["RS256"])  # no options={"verify_signature": False}',
        "flask": "verify_jwt_in_request()  # not get_unverified_jwt_headers(), nor decode_token(..., verify=False)",
    },
    run=run,
    most=16,
    needs=("identity",),
)
