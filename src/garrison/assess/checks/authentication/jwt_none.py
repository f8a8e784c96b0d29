"""JWTs that say they carry no signature."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import verified, without_key
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_SPELLINGS: Final = ("none", "None", "NONE", "nOnE")


def run(a: Assessment) -> Iterator[Finding]:
    """Send the token as one of algorithm `none`, in several spellings, without and with a signature behind it."""
    found = verified(a)
    if found is None:
        return
    for spelling in _SPELLINGS:
        token = without_key(found.header, found.longer(), spelling)
        for ending in ("", found.token.rpartition(".")[2]):
            bare = found.send(a, token + ending, f"with the algorithm `{spelling}` a changed token is accepted")
            if found.guard.accepts(bare):
                says = f"a token that names the algorithm `{spelling}` is accepted, whatever it says"
                yield a.found(CHECK, [found.guard.good, found.broken, bare], says=says, slot=found.place)
                return


CHECK = Check(
    id=CheckId("jwt-none"),
    title="a token without a signature is accepted",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.347", "cwe.345"),
    looks="An identity's token is made again with other claims and the algorithm `none`, in four spellings, without a "
    "signature and with the old one. Proof is that it is accepted where the same token with a wrong signature is "
    "refused.",
    why="Anybody writes a token that says they are anybody else, and needs no key for it.",
    mend="Give the library the list of algorithms that you use, and never take the algorithm from the token (RFC "
    "8725, section 3.1).",
    samples={
        "fastapi": 'jwt.decode(token, key, algorithms=["RS256"])  # never the token\'s own `alg`',
        "flask": 'app.config["JWT_ALGORITHM"] = "RS256"',
    },
    run=run,
    most=24,
    needs=("identity",),
)
