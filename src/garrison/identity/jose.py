"""Compact JWS read strictly and verified (RFC 7515): tokens and proofs alike.

What attacks on JOSE libraries have in common is that the token says how it is to be verified. Here it says nothing: the
algorithms are the operator's, keys come from where the operator said, header fields that point at keys or change the
signed form are refused by name. The signature itself is joserfc's and cryptography's.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from garrison.core.nesting import is_deeper

PublicKey: TypeAlias = RSAKey | ECKey | OKPKey
"""A key that verifies signatures; nothing symmetric is ever one (RFC 8725, 3.1 and 3.2)."""

Claims: TypeAlias = Mapping[str, Any]

ALGORITHMS: Final[Mapping[str, tuple[str, str]]] = {
    "RS256": ("RSA", ""), "RS384": ("RSA", ""), "RS512": ("RSA", ""),
    "PS256": ("RSA", ""), "PS384": ("RSA", ""), "PS512": ("RSA", ""),
    "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"), "Ed25519": ("OKP", "Ed25519"),
}  # fmt: skip
"""Every algorithm that can be allowed, with the type and curve of its keys (RFC 7518, 3.1; RFC 8037, 3.1; RFC 9864)."""

MIN_RSA_BITS: Final = 2048
"""RFC 7518, 3.3: a key of 2048 bits or larger must be used."""
MAX_KEY_ID: Final = 256
"""Characters of a `kid` that may name a key: thumbprints and UUIDs are shorter by far."""
MAX_DEPTH: Final = 16
"""Objects and lists inside one another: real tokens have four, and whoever reads claims later may do so recursively."""

_MAX_HEADER: Final = 8192
_MAX_SIGNATURE: Final = 2048
"""Characters, as joserfc bounds them: the signature of an RSA key of 8192 bits has 1366."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
# A key's id is a name: what a path, a query or a shell would need of punctuation is not in it. Those in base64 do have
# slashes, at the beginning too, but then no short word in lower case between two of them.
_KEY_ID = re.compile(r"(?!/[a-z.]{1,8}/|.*\.\.|.*://)[A-Za-z0-9._~:/+=@-]+")
_POINTERS_TO_KEYS = ("jku", "jwk", "x5u", "x5c")


class InvalidError(Exception):
    """A JWS is not to be believed: `reason` is the reason's id, `detail` is for the operator and holds no value."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason)


class Jws(msgspec.Struct, frozen=True):
    """A compact JWS, read and not yet verified."""

    text: str
    header: Mapping[str, Any]
    claims: Claims
    signature: bytes

    @property
    def algorithm(self) -> str:
        """The algorithm it claims; checked to be a string."""
        return str(self.header["alg"])


class _Registry(jws.JWSRegistry):
    """joserfc's own, for heads that hold a key (RFC 9449, 4.2) and names that were checked here."""

    max_header_length = _MAX_HEADER
    max_signature_length = _MAX_SIGNATURE

    def get_alg(self, name: str) -> Any:
        """The algorithm, allowed by the operator: a warning about its name would be one for each token (RFC 9864)."""
        return self.algorithms[name]


def read_jws(text: str, max_bytes: int) -> Jws:
    """Read `text` without believing it. Raises InvalidError."""
    if len(text) > max_bytes:
        raise InvalidError("token-too-large", f"more than {max_bytes} bytes")
    parts = text.split(".")
    if len(parts) == 5 and all(map(_BASE64URL.fullmatch, parts)):
        raise InvalidError("token-encrypted")
    if len(parts) != 3:
        raise InvalidError("token-malformed", "must have three parts")
    if len(parts[0]) > _MAX_HEADER or len(parts[2]) > _MAX_SIGNATURE:
        raise InvalidError("token-too-large", "its header or its signature")
    header = _object(_decoded(parts[0]), "header")
    _check_header(header)
    return Jws(text, header, _object(_decoded(parts[1]), "payload"), _decoded(parts[2]))


def check_algorithm(token: Jws, allowed: Collection[str]) -> None:
    """Raises InvalidError where the token's algorithm is none that the operator allowed."""
    name = token.algorithm
    if name.lower() == "none":
        raise InvalidError("token-unsigned")
    if not token.signature:
        raise InvalidError("token-unsigned", "the signature is missing")
    if name not in allowed:
        # Never the name itself: it is the client's text.
        known = name if name in ALGORITHMS or name in {"HS256", "HS384", "HS512"} else "another one"
        raise InvalidError("algorithm-not-allowed", known)


def find_key(token: Jws, keys: KeySet) -> PublicKey | None:
    """The key that the token names, or the only one that fits; None where there is none, which a refetch may mend.

    Raises InvalidError where its name is none, or names a key that is not for the algorithm.
    """
    name = token.header.get("kid")
    if name is not None:
        named = [key for key in keys.keys if key.kid == name]
        if not named:
            _check_key_id(name)
            return None
        fitting = [key for key in named if _fits(key, token.algorithm)]
        if not fitting:
            raise InvalidError("key-mismatch", "the key is not for this algorithm")
        return _public(fitting[0])
    fitting = [key for key in keys.keys if _fits(key, token.algorithm)]
    if len(fitting) > 1:
        raise InvalidError("key-id-missing", "the issuer has several keys for this algorithm")
    return _public(fitting[0]) if fitting else None


def verify(token: Jws, key: PublicKey) -> None:
    """Raises InvalidError where the signature is not one of `key`."""
    if isinstance(key, ECKey) and not any(token.signature):
        raise InvalidError("signature-degenerate", "r and s are nought")
    if isinstance(key, RSAKey) and key.raw_value.key_size < MIN_RSA_BITS:
        raise InvalidError("key-too-small", f"an RSA key of less than {MIN_RSA_BITS} bits")
    registry = _Registry(algorithms=[token.algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token.text, key, registry=registry)
    except (JoseError, ValueError) as error:
        raise InvalidError("signature-invalid") from error


def _public(key: object) -> PublicKey | None:
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _fits(key: object, algorithm: str) -> bool:
    if not isinstance(key, RSAKey | ECKey | OKPKey):
        return False
    kind, curve = ALGORITHMS[algorithm]
    own = key.get("alg")
    operations = key.get("key_ops")
    return (
        key.key_type == kind
        and (not curve or key.get("crv") == curve)
        and (own is None or own == algorithm or {own, algorithm} == {"EdDSA", "Ed25519"})
        and (operations is None or "verify" in operations)
    )


def _check_key_id(name: object) -> None:
    if not isinstance(name, str) or len(name) > MAX_KEY_ID or not _KEY_ID.fullmatch(name):
        raise InvalidError("key-id-implausible")


def _check_header(header: Mapping[str, Any]) -> None:
    """What a token may not say of how it is to be verified."""
    if not isinstance(header.get("alg"), str):
        raise InvalidError("token-malformed", "`alg` must be text")
    if "enc" in header:
        raise InvalidError("token-encrypted")
    if "zip" in header:
        raise InvalidError("token-compressed")
    if "crit" in header or header.get("b64", True) is not True:
        raise InvalidError("token-critical-extension")  # RFC 7515, 4.1.11: not understood, so not to be accepted


def check_no_key_inside(token: Jws) -> None:
    """Raises InvalidError where the token brings or points at its own key (RFC 8725, 3.10)."""
    for name in _POINTERS_TO_KEYS:
        if name in token.header:
            raise InvalidError("token-key-in-header", f"`{name}`")


def _decoded(part: str) -> bytes:
    """base64url without padding, in its one canonical form (RFC 4648, 3.5)."""
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        raise InvalidError("token-malformed", "not base64url")
    try:
        value = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidError("token-malformed", "not base64url") from error
    if base64.urlsafe_b64encode(value).rstrip(b"=") != part.encode():
        raise InvalidError("token-malformed", "not canonical base64url")
    return value


def _object(data: bytes, where: str) -> dict[str, Any]:
    """A JSON object of which every name stands once: two readers must not read two tokens (RFC 8725, 2.4)."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
        if b"\\u" in data:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text (RFC 8259, 8.2)
    except InvalidError:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidError("token-malformed", f"the {where} is not JSON") from error
    if not isinstance(value, dict):
        raise InvalidError("token-malformed", f"the {where} must be an object")
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH and is_deeper(value, MAX_DEPTH):
        raise InvalidError("token-malformed", f"the {where} is nested too deeply")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidError("token-malformed", "a name stands twice")
    return found


def _refuse(constant: str) -> Any:
    del constant
    raise InvalidError("token-malformed", "a number that JSON does not know")
