"""Tokens that were verified: the same one comes again with every request of a client."""

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from garrison.core.principal import Principal
from garrison.identity.keys import KeyBook

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

MAX_TOKENS: Final = 50_000
"""Tokens that are remembered, at about two kilobytes each. More at once mean more verifying, nothing else."""


class Verified(msgspec.Struct, frozen=True, gc=False):
    """What a token was found to say."""

    principal: Principal
    until: float
    """When it must be verified again at the latest."""
    issuer: str = ""
    """Whose keys it was verified with; empty where it was not verified with keys."""
    keys: "KeySet | None" = None
    """Those keys: under others it must be verified again."""
    key_thumbprint: str = ""
    """The key that its sender must prove to have (RFC 9449, 6.1: `cnf.jkt`); empty where it is not bound to one."""
    certificate_thumbprint: str = ""
    """The client certificate that it is bound to (RFC 8705, 3.1: `cnf.x5t#S256`), base64url; empty where to none."""


class TokenCache:
    """Verified tokens by digest, and those that were found inactive; the tokens themselves are not kept."""

    __slots__ = ("_inactive", "_known")

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Verified] = OrderedDict()
        self._inactive: OrderedDict[bytes, float] = OrderedDict()

    def find(self, digest: bytes, now: float, book: KeyBook) -> Verified | None:
        """What is known of the token with this digest, where it still holds under the keys in `book`."""
        found = self._known.get(digest)
        if found is None:
            return None
        if now < found.until and (found.keys is None or book.keys_of(found.issuer) is found.keys):
            return found
        del self._known[digest]
        return None

    def keep(self, digest: bytes, verified: Verified) -> None:
        """Remember `verified`; the one that was remembered first makes room."""
        if len(self._known) >= MAX_TOKENS:
            self._known.popitem(last=False)
        self._known[digest] = verified

    def is_inactive(self, digest: bytes, now: float) -> bool:
        """Whether the token was found inactive, and that need not be asked again yet."""
        return now < self._inactive.get(digest, 0.0)

    def keep_inactive(self, digest: bytes, until: float) -> None:
        """Remember that the token was found inactive. A place of its own, so that guesses displace no good token."""
        if len(self._inactive) >= MAX_TOKENS:
            self._inactive.popitem(last=False)
        self._inactive[digest] = until


def token_digest(token: str, salt: bytes) -> bytes:
    """The name of `token` in the cache. `salt`, at most 64 bytes, tells those apart who verify in different ways."""
    return hashlib.blake2b(token.encode("latin-1"), digest_size=16, key=salt).digest()
