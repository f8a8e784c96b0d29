"""Public keys that are taken for shared secrets."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer, Call
from garrison.assess.check import Check
from garrison.assess.checks.authentication.tokens import Signed, verified, with_key
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_ASYMMETRIC: Final = ("RS", "PS", "ES", "Ed")
_PLACES: Final = (
    "/.well-known/jwks.json", "/jwks.json", "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server", "/jwks", "/oauth/jwks", "/oauth2/jwks", "/auth/jwks", "/api/jwks",
    "/public-key", "/public.pem", "/publickey",
)  # fmt: skip
_BEGIN: Final = "-----BEGIN PUBLIC KEY-----"
_END: Final = "-----END PUBLIC KEY-----"
_MOST_KEYS: Final = 3


def run(a: Assessment) -> Iterator[Finding]:
    """Sign with HS256 and the text of the public key that the API publishes."""
    found = verified(a)
    if found is None or not str(found.header.get("alg")).startswith(_ASYMMETRIC):
        return
    keys = tuple(dict.fromkeys(_published(a, found)))[:_MOST_KEYS]
    if not keys:
        a.skip(CHECK, "no public key was found at the usual paths, nor in any answer")
        return
    for key in keys:
        for what, secret in _texts(key):
            token = with_key(found.header, found.longer(), secret)
            wrong = found.send(a, token, f"signed with HS256 and the public key ({what}) a changed token is accepted")
            if found.guard.accepts(wrong):
                says = (
                    f"tokens are signed with {found.header['alg']}, and one signed with HS256 is accepted whose secret "
                    f"is the public key ({what})"
                )
                yield a.found(CHECK, [found.guard.good, found.broken, wrong], says=says, slot=found.place)
                return


def _published(a: Assessment, found: Signed) -> Iterator[str]:
    """Public keys that anybody can read, as PEM, those of the token's own `kid` first."""
    for target in a.api.targets:
        known = a.survey.baseline(target)
        if known is not None:
            yield from _keys_in(known.answer, found)
    for place in _PLACES:
        answer = a.probe.raw(Call("GET", place)).answer
        yield from _keys_in(answer, found)
        value = answer.json()
        named = value.get("jwks_uri") if isinstance(value, Mapping) else None
        if isinstance(named, str) and named.startswith(a.probe.origin + "/"):
            yield from _keys_in(a.probe.raw(Call("GET", urlsplit(named).path)).answer, found)


def _keys_in(answer: Answer, found: Signed) -> Iterator[str]:
    if not answer.is_success:
        return
    value = answer.json()
    jwks = value.get("keys") if isinstance(value, Mapping) else None
    if isinstance(jwks, list):
        usable = [each for each in jwks if isinstance(each, Mapping) and each.get("kty") in ("RSA", "EC", "OKP")]
        for jwk in sorted(usable, key=lambda each: each.get("kid") != found.header.get("kid")):
            yield from _pem_of(jwk)
    text = answer.text if value is NOT_JSON else msgspec.json.encode(value).decode().replace("\\n", "\n")
    if _BEGIN in text and _END in text:
        yield text[text.index(_BEGIN) : text.index(_END)] + _END + "\n"


def _pem_of(jwk: Mapping[str, Any]) -> Iterator[str]:
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        key = import_key({name: value for name, value in jwk.items() if isinstance(value, str)})
        yield key.as_pem(private=False).decode()  # type: ignore[union-attr]  # only kinds that have a public half come here
    except (JoseError, ValueError, TypeError, UnsupportedAlgorithm):
        return


def _texts(pem: str) -> Iterator[tuple[str, bytes]]:
    """How programs hold a public key as a text or as bytes."""
    yield "PEM", pem.encode()
    yield "PEM without the last line break", pem.strip().encode()
    try:
        key = load_pem_public_key(pem.encode())
        yield "DER", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        old = key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    except (ValueError, UnsupportedAlgorithm):
        return
    yield "PKCS #1 PEM", old
    yield "PKCS #1 PEM without the last line break", old.strip()


CHECK = Check(
    id=CheckId("jwt-key-confusion"),
    title="a token signed with the public key as a secret is accepted",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.347", "cwe.327"),
    looks="Where tokens are signed with a private key, the public key is fetched from the API's own well-known paths "
    "and answers, and a changed token is signed with HS256 and the key's text as the shared secret. Proof is that it "
    "is accepted where one with a wrong signature is refused.",
    why="The public key is public: with it anybody signs tokens that say they are anybody else.",
    mend="Name the algorithm that belongs to the key, and refuse tokens that name another (RFC 8725, section 3.1). "
    "Use a library whose keys know what they are for.",
    samples={
        "fastapi": 'jwt.decode(token, public_key, algorithms=["RS256"])  # one algorithm, the key\'s own',
        "flask": 'app.config["JWT_DECODE_ALGORITHMS"] = ["RS256"]',
    },
    run=run,
    most=48,
    needs=("identity",),
)
