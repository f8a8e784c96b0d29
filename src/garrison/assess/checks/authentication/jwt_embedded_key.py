"""JWTs that bring the key along with which they are verified."""

import base64
from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import Signed, verified, with_key
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Sign with a new key and put it into the header."""
    found = verified(a)
    if found is None:
        return
    for kind, token in _tokens(found):
        forged = found.send(a, token, f"signed with a new {kind} key that its header holds, it is accepted")
        if found.guard.accepts(forged):
            says = f"a token is accepted that brings its own key along ({kind}, in the header's `jwk`)"
            yield a.found(CHECK, [found.guard.good, found.broken, forged], says=says, slot=found.place)
            return


def _tokens(found: Signed) -> Iterator[tuple[str, str]]:
    from joserfc import jwt  # what it brings takes longer than to list all the checks
    from joserfc.jwk import ECKey, RSAKey
    from joserfc.jws import JWSRegistry

    claims = found.longer()
    kid = str(found.header.get("kid", "grsn"))
    for kind, algorithm, key in (
        ("RSA", "RS256", RSAKey.generate_key(2048)),
        ("EC", "ES256", ECKey.generate_key("P-256")),
    ):
        public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": algorithm}
        registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        yield kind, jwt.encode({**found.header, "alg": algorithm, "jwk": public}, claims, key, registry=registry)
    shared = base64.urlsafe_b64encode(b"grsn" * 8).rstrip(b"=").decode()
    yield "shared", with_key({**found.header, "jwk": {"kty": "oct", "k": shared, "kid": kid}}, claims, b"grsn" * 8)


CHECK = Check(
    id=CheckId("jwt-embedded-key"),
    title="a token that brings its own key is accepted",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.347", "cwe.345"),
    looks="A changed token is signed with a new key (RSA, EC, shared) which stands in its header as `jwk`. Proof is "
    "that it is accepted where a token with a wrong signature is refused.",
    why="Every sender verifies their own token: anybody is whoever they say they are.",
    mend="Ignore `jwk` and `x5c` in tokens; verify with keys that are in the settings or come from the issuer's own "
    "address (RFC 8725, section 3.10).",
    samples={
        "fastapi": 'jwt.decode(token, keys.get(header["kid"]), algorithms=["RS256"])  # never header["jwk"]',
        "flask": 'app.config["JWT_PUBLIC_KEY"] = open("public.pem").read()',
    },
    run=run,
    most=12,
    needs=("identity",),
)
