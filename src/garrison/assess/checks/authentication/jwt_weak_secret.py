"""JWTs that are signed with a secret that can be guessed."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import jwt_in, secret_of, verified, with_key
from garrison.assess.identity import Identity
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Guess the secret without sending anything, then sign a token with it that nobody issued."""
    token, owner = _any_token(a)
    secret = secret_of(a, token) if token else None
    if secret is None or owner is None:
        return
    shown = f"`{secret[:1]}...`, {len(secret)} characters" if secret else "empty"
    found = verified(a)
    if found is None or (again := secret_of(a, found.token)) is None:
        known = next(exchange for target in a.api.targets for exchange in a.survey.baselines(target))
        proof = [known.says_that("the secret of the token is among the frequent words")]
        says = f"the secret with which tokens are signed is a frequent word ({shown})"
        yield a.found(CHECK, proof, says=says, confidence=Confidence.MEDIUM)
        return
    forged = with_key(found.header, found.longer(), again.encode(), str(found.header["alg"]))
    accepted = found.send(a, forged, "signed with the guessed secret, a token that nobody issued is accepted")
    if found.guard.accepts(accepted):
        says = (
            f"the secret with which tokens are signed is a frequent word ({shown}): anybody can make tokens of anybody"
        )
        yield a.found(CHECK, [found.guard.good, found.broken, accepted], says=says, slot=found.place)
        return
    says = f"the secret with which tokens are signed is a frequent word ({shown}); one made with it was not accepted"
    proof = [found.guard.good, found.broken, accepted.says_that("a token that is made with it is refused")]
    yield a.found(CHECK, proof, says=says, slot=found.place, confidence=Confidence.MEDIUM)


def _any_token(a: Assessment) -> tuple[str, Identity | None]:
    for identity in a.identities:
        if identity.name not in a.probe.lost and (token := jwt_in(a.probe.credential(identity))):
            return token, identity
    return "", None


CHECK = Check(
    id=CheckId("jwt-weak-secret"),
    title="tokens are signed with a secret that can be guessed",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.521", "cwe.326", "cwe.798"),
    looks="The secret of an HS256, HS384 or HS512 token is guessed without sending anything: the 30,000 most frequent "
    "passwords and as many words, what documentation writes there, words of the contract, and words that were given. "
    "Proof is that a token with another end, signed with it, is accepted; the guess alone is of medium confidence.",
    why="Whoever holds one token guesses the secret on a laptop in seconds, and then makes tokens for anybody, "
    "administrators included, that nothing can tell from real ones.",
    mend="Take a secret of at least 32 random bytes from the secret store, one for every installation, and change it "
    "now: every token issued so far must lose its validity. Better, sign with a private key (RFC 8725, section 3.5).",
    samples={
        "fastapi": 'key = os.environ["JWT_KEY"]  # made once: python -c "import secrets; print(secrets.token_hex(32))"',
        "django": 'SIMPLE_JWT = {"SIGNING_KEY": os.environ["JWT_KEY"]}  # not SECRET_KEY of the tutorial',
        "flask": 'app.config["JWT_SECRET_KEY"] = os.environ["JWT_KEY"]',
    },
    run=run,
    most=12,
    needs=("identity",),
)
