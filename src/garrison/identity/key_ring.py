"""API keys of this gateway's own: `grs_ID_SECRET`, of which only keyed digests are kept.

The secret is 256 random bits, so a fast digest is enough (nobody guesses it, and a stolen file of digests without the
key says nothing); its last eight digits are a checksum, by which scanners tell a key that leaked from a text that
looks like one, and which refuses a mistyped one without a look at any digest."""

import hashlib
import hmac
import zlib
from collections.abc import Mapping
from typing import Final

import msgspec

PREFIX: Final = "grs_"
ID_DIGITS: Final = 12
SECRET_DIGITS: Final = 64
CHECK_DIGITS: Final = 8
_LENGTH = len(PREFIX) + ID_DIGITS + 1 + SECRET_DIGITS + CHECK_DIGITS
_HEX = frozenset("0123456789abcdef")


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One key, as it is kept. Times are seconds since the epoch; 0 stands for never."""

    id: str
    digest: str
    """Keyed digest of the whole key, hexadecimal."""
    name: str
    """The principal that it stands for."""
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    created: float
    expires: float = 0.0
    revoked: float = 0.0
    rotated_to: str = ""
    """The id of the key that follows it."""


class KeyRing(msgspec.Struct, frozen=True):
    """All keys, as last read. Replaced whole when the file changes."""

    secret: bytes = b""
    """What digests are made with; without it no key is accepted."""
    keys: Mapping[str, ApiKey] = {}
    """By id."""


EMPTY: Final = KeyRing()


def make_key(key_id: str, secret: str) -> str:
    """The key with this id and secret, both hexadecimal, checksum added."""
    body = f"{PREFIX}{key_id}_{secret}"
    return f"{body}{zlib.crc32(body.encode()):08x}"


def digest_of(key: str, secret: bytes) -> str:
    """The keyed digest of `key`, hexadecimal (HMAC-SHA256)."""
    return hmac.new(secret, key.encode("latin-1"), hashlib.sha256).hexdigest()


def key_id(key: str) -> str:
    """The id of `key`, where it is one by its form; else empty."""
    if len(key) != _LENGTH or not key.startswith(PREFIX) or key[len(PREFIX) + ID_DIGITS] != "_":
        return ""
    found = key[len(PREFIX) : len(PREFIX) + ID_DIGITS]
    secret = key[len(PREFIX) + ID_DIGITS + 1 :]
    return found if _HEX.issuperset(found) and _HEX.issuperset(secret) and make_key(found, secret[:-8]) == key else ""
