"""JWTs that are signed with a secret that can be guessed."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import any_token, jwt_in, secret_of, verified, with_key
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Guess the secret without sending anything, then sign a token with it that nobody issued."""
    token = any_token(a)
    secret = secret_of(a, token) if token else None
    if secret is None:
        return
    shown = f"`{secret[:1]}...`, {len(secret)} characters" if secret else "empty"
    found = verified(a)
    if found is None or (again := secret_of(a, found.token)) is None:
        sent = [each for target in a.api.targets for each in a.survey.baselines(target) if jwt_in(each.credential)]
        proof = [each.says_that("the token that is sent here is signed with that secret") for each in sent[:1]]
        says = f"the secret with which tokens are signed can be guessed ({shown})"
        yield a.found(CHECK, proof, says=says, confidence=Confidence.MEDIUM)
        return
    forged = with_key(found.header, found.longer(), again.encode(), str(found.header["alg"]))
    accepted = found.send(a, forged, "signed with the guessed secret, a token that nobody issued is accepted")
    if found.guard.accepts(accepted):
        says = f"the secret with which tokens are signed can be guessed ({shown}): anybody can make tokens of anybody"
        yield a.found(CHECK, [found.guard.good, found.broken, accepted], says=says, slot=found.place)
        return
    says = f"the secret with which tokens are signed can be guessed ({shown}); one made with it was not accepted"
    proof = [found.guard.good, found.broken, accepted.says_that("a token that is made with it is refused")]
    yield a.found(CHECK, proof, says=says, slot=found.place, confidence=Confidence.MEDIUM)


CHECK = Check(
    id=CheckId("jwt-weak-secret"),
    title="tokens are signed with a secret that can be guessed",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.521", "cwe.326", "cwe.798"),
    looks="The secret of an HS256, HS384 or HS512 token is guessed without sending anything: the 30,000 most frequent "
    "passwords and as many words, all numbers of up to six digits, what documentation writes there, words of the "
    "contract, and words that were given. Proof is that a token with another end, signed with it, is accepted; the "
    "guess alone is of medium confidence.",
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
