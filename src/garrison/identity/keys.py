"""Issuers' keys, as last fetched. Background work puts them here; verifying only looks, and says what it missed."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # else only once there are keys to be read: everything that keeps state imports this module
    from joserfc.jwk import Key, KeySet

MAX_JWKS_BYTES = 1 << 20
"""Bytes of a key set that are read: an issuer has a handful of keys of a few hundred bytes each."""
MAX_KEYS = 100


class IssuerKeys(msgspec.Struct, frozen=True):
    """The keys of one issuer."""

    keys: "KeySet"
    fetched: float
    """When: seconds since the epoch."""


class KeyBook:
    """The keys of all issuers, by issuer."""

    __slots__ = ("_known", "_missed")

    def __init__(self) -> None:
        self._known: dict[str, IssuerKeys] = {}
        self._missed: dict[str, float] = {}

    def of(self, issuer: str) -> IssuerKeys | None:
        """The keys of `issuer` as last fetched; None where they never were."""
        return self._known.get(issuer)

    def keys_of(self, issuer: str) -> "KeySet | None":
        """Only the keys; the same object as long as they are the same keys."""
        known = self._known.get(issuer)
        return known.keys if known is not None else None

    def put(self, issuer: str, keys: IssuerKeys) -> None:
        """These are the issuer's keys now. Where they are as before, give the same `KeySet`: what was verified with
        it then need not be verified again."""
        self._known = {**self._known, issuer: keys}

    def keep_only(self, issuers: frozenset[str]) -> None:
        """Forget the keys of all others: they are configured no more."""
        self._known = {issuer: keys for issuer, keys in self._known.items() if issuer in issuers}

    def miss(self, issuer: str, now: float) -> None:
        """A token named a key that the issuer is not known to have."""
        self._missed[issuer] = now

    def take_missed(self) -> dict[str, float]:
        """Issuers of which a key was missed since the last call, and when last."""
        missed, self._missed = self._missed, {}
        return dict(missed)  # a worker may be about to write to the one that was taken


def read_jwks(data: bytes) -> "KeySet":
    """The public signing keys of a JWKS document (RFC 7517); others in it are left out.

    Raises ValueError where it is no such document or holds no key that could verify a signature.
    """
    if len(data) > MAX_JWKS_BYTES:
        raise ValueError(f"more than {MAX_JWKS_BYTES} bytes")
    try:
        document = msgspec.json.decode(data, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise ValueError("not a JSON object") from error
    found = document.get("keys")
    if not isinstance(found, list) or len(found) > MAX_KEYS:
        raise ValueError(f"`keys` must be a list of at most {MAX_KEYS}")
    keys: list[Key] = [key for key in map(_public_key, found) if key is not None]
    if not keys:
        raise ValueError("no key that could verify a signature")
    from joserfc.jwk import KeySet

    return KeySet(keys)


def _public_key(found: object) -> "Key | None":
    """The key; None for what is for another purpose or of a kind that is not known (RFC 7517, 5)."""
    if not isinstance(found, dict) or found.get("use", "sig") != "sig" or found.get("kty") not in _ASYMMETRIC:
        return None
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

    try:
        key = import_key({name: value for name, value in found.items() if name not in _PRIVATE})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


_ASYMMETRIC = ("RSA", "EC", "OKP")
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
