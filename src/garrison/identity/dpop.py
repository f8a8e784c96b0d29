"""Proofs of possession (RFC 9449): the sender of a token proves to have the key that the token is bound to.

A nonce, where one is demanded, is a time window under a keyed digest: nothing is remembered for it.
"""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from garrison.config.tokens import DpopSettings
from garrison.core.canonical import canonicalise
from garrison.core.http import RequestHead
from garrison.identity.jose import InvalidError, Jws, PublicKey, check_algorithm, read_jws, verify
from garrison.identity.outcome import Attempt

MAX_PROOF = 4096
"""Bytes of a proof: an RSA key of 4096 bits and its signature are less."""
MAX_JTI = 256
NONCE_WINDOW = 60.0
"""Seconds that a nonce is given out; it is accepted as long again."""

_MAX_MODULUS = 683
"""Characters of an RSA modulus of 4096 bits: the key is the client's choice, what it costs is not."""
_MAX_EXPONENT = 6
"""Characters of an RSA exponent of 32 bits."""
_TYPE = "dpop+jwt"
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_proof(attempt: Attempt, token: str, thumbprint: str, settings: DpopSettings) -> None:
    """Check the request's proof for `token`, bound to the key with this thumbprint (RFC 9449, 4.3 and 7.1).

    Raises InvalidError.
    """
    text = attempt.canonical.headers.get("dpop")
    if text is None:
        raise InvalidError("proof-missing")
    try:
        proof = read_jws(text, MAX_PROOF)
    except InvalidError as error:
        raise InvalidError("proof-malformed", error.detail or error.reason) from error
    key = _key(proof, settings)
    if key.thumbprint() != thumbprint:
        raise InvalidError("proof-of-another-key")
    _verify(proof, key)
    _check_claims(proof.claims, attempt, token)
    _check_nonce(proof.claims, attempt, settings)
    _check_fresh(proof.claims, attempt, settings, thumbprint)


def nonce_for(secret: bytes, now: float) -> str:
    """The nonce that is given out now; empty where this gateway has no secret to make one with."""
    return _nonce(secret, int(now // NONCE_WINDOW)) if secret else ""


def _nonce(secret: bytes, window: int) -> str:
    digest = hmac.digest(secret, b"dpop-nonce" + window.to_bytes(8), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _key(proof: Jws, settings: DpopSettings) -> PublicKey:
    header = proof.header
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() != _TYPE:
        raise InvalidError("proof-malformed", "`typ` must be `dpop+jwt`")
    try:
        check_algorithm(proof, settings.algorithms)
    except InvalidError as error:
        raise InvalidError("proof-algorithm", error.detail) from error
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or any(name in jwk for name in _PRIVATE):
        raise InvalidError("proof-malformed", "`jwk` must be a public key")
    if len(str(jwk.get("n", ""))) > _MAX_MODULUS or len(str(jwk.get("e", ""))) > _MAX_EXPONENT:
        raise InvalidError("proof-malformed", "`jwk` is larger than any key need be")
    try:
        key: Any = import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise InvalidError("proof-malformed", "`jwk` cannot be read") from error
    if not isinstance(key, RSAKey | ECKey | OKPKey):
        raise InvalidError("proof-malformed", "`jwk` must be a public key")
    return key


def _verify(proof: Jws, key: PublicKey) -> None:
    try:
        verify(proof, key)
    except InvalidError as error:
        raise InvalidError("proof-signature", error.detail or error.reason) from error


def _check_claims(claims: Any, attempt: Attempt, token: str) -> None:
    if claims.get("htm") != attempt.request.method:
        raise InvalidError("proof-of-another-request", "`htm`")
    if not _is_target(claims.get("htu"), attempt):
        raise InvalidError("proof-of-another-request", "`htu`")
    digest = base64.urlsafe_b64encode(hashlib.sha256(token.encode("latin-1")).digest()).rstrip(b"=").decode()
    given = claims.get("ath")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), digest.encode()):
        raise InvalidError("proof-of-another-token")


def _is_target(url: object, attempt: Attempt) -> bool:
    """Whether `url`, query and fragment aside, is what the request addresses (RFC 9449, 4.3; RFC 3986, 6.2)."""
    if not isinstance(url, str) or len(url) > MAX_PROOF:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
        own = urlsplit(f"//{attempt.request.authority}")
        own_port = own.port
    except ValueError:
        return False
    scheme = attempt.request.scheme
    default = _DEFAULT_PORTS.get(scheme)
    return (
        parts.scheme == scheme
        and parts.hostname == own.hostname
        and (default if port is None else port) == (default if own_port is None else own_port)
        and parts.username is None
        and _is_path(parts.path or "/", attempt)
    )


def _is_path(path: str, attempt: Attempt) -> bool:
    """Whether `path` is the request's, in whatever way the two are encoded."""
    if path == attempt.canonical.path or path == attempt.request.target.partition("?")[0]:
        return True
    read = canonicalise(RequestHead("GET", path, attempt.request.authority, (), attempt.request.peer))
    return not read.ambiguities and read.path == attempt.canonical.path


def _check_nonce(claims: Any, attempt: Attempt, settings: DpopSettings) -> None:
    if not settings.nonce and not _may_be_forgotten(claims, attempt, settings):
        return
    secret, window = attempt.memory.secret, int(attempt.now // NONCE_WINDOW)
    given = claims.get("nonce")
    if not secret or not isinstance(given, str):
        raise InvalidError("proof-nonce")
    if not any(hmac.compare_digest(given.encode(), _nonce(secret, each).encode()) for each in (window, window - 1)):
        raise InvalidError("proof-nonce")


def _may_be_forgotten(claims: Any, attempt: Attempt, settings: DpopSettings) -> bool:
    """Whether the proof may have been used before this gateway began to remember. A nonce tells that it was not: it is
    made with a secret of this process (RFC 9449, 9 and 11.1)."""
    issued, since = claims.get("iat"), attempt.memory.proofs.since
    return isinstance(issued, int | float) and issued <= since + settings.leeway


def _check_fresh(claims: Any, attempt: Attempt, settings: DpopSettings, thumbprint: str) -> None:
    """Neither old, nor from the future, nor seen before. Last, so that only what is sound else is remembered."""
    issued, name, now = claims.get("iat"), claims.get("jti"), attempt.now
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise InvalidError("proof-malformed", "`iat` must be a time in seconds")
    if not now - settings.lifetime <= issued <= now + settings.leeway:
        raise InvalidError("proof-expired")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_JTI:
        raise InvalidError("proof-malformed", f"`jti` must be text of at most {MAX_JTI} characters")
    replays = attempt.memory.proofs
    if replays.is_full(now):
        raise InvalidError("replays-exhausted")
    digest = hashlib.blake2b(f"{thumbprint} {name}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if not replays.use(digest, now, issued + settings.lifetime):
        raise InvalidError("proof-replayed")
