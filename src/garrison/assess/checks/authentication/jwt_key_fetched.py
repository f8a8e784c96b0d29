"""Keys that a token itself says where to fetch."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import verified
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_HEADERS: Final = ("jku", "x5u")
_WAIT: Final = 0.5
"""Seconds that are waited for the target to come."""


def run(a: Assessment) -> Iterator[Finding]:
    """Name a place of the listener's, and see whether the target fetches a key from there."""
    from joserfc import jwt  # what it brings takes longer than to list all the checks
    from joserfc.jwk import RSAKey
    from joserfc.jws import JWSRegistry

    found = verified(a) if a.listener is not None else None
    if found is None or a.listener is None:
        return
    key = RSAKey.generate_key(2048)
    sent = []
    for name in _HEADERS:
        mark = a.api.sampler.word()
        header = {**found.header, "alg": "RS256", name: a.listener.address(mark)}
        registry = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
        token = jwt.encode(header, found.longer(), key, registry=registry)
        sent.append((name, mark, found.send(a, token, f"the token's `{name}` names a place, and the API asks there")))
    for name, mark, exchange in sent:
        caught = a.listener.caught(mark, _WAIT)
        if caught is not None:
            says = f"the API fetched `{name}` of a token, an address of the sender's choice, by {caught.method}"
            yield a.found(CHECK, [found.guard.good, exchange], says=says, slot=found.place, kind=name)


CHECK = Check(
    id=CheckId("jwt-key-fetched"),
    title="a token says where its key is fetched",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "owasp.api7", "cwe.347", "cwe.918"),
    looks="A token is signed with a new key and names, as `jku` and then as `x5u`, an address of the assessment's own "
    "listener on loopback. Proof is the request that comes there.",
    why="The sender signs with a key of their own and has the API fetch its other half from them; and they make the "
    "API send requests to any address, inside its network too.",
    mend="Ignore `jku`, `x5u`, `jwk` and `x5c` of tokens, and take keys from the issuer's own address, which is in "
    "the settings (RFC 8725, section 3.10).",
    samples={
        "fastapi": "keys = PyJWKClient(settings.jwks_url)  # a setting, never the token's `jku`",
        "flask": 'app.config["JWKS_URL"] = "https://issuer.example/jwks.json"',
    },
    run=run,
    most=8,
    needs=("identity", "listener"),
)
