"""Pseudonyms: the keyed digests that stand for data subjects. Whoever lacks the key learns nothing from them, and
whoever has it finds the rows of a subject that he can name.

The key is an input; where it comes from and how it is renewed is the adapters' affair.
"""

from binascii import a2b_base64, b2a_base64
from hashlib import blake2b
from typing import Any, Final

DIGEST_BYTES: Final = 16
"""Among 37 million subjects the chance that two share a digest is one in 10^23."""
ABRIDGED_BYTES: Final = 8
"""Of them, by which budgets know a subject."""
LONGEST_SUBJECT: Final = 4096
"""Characters of a subject's name that count: an identifier is no longer."""
_KINDS: Final = 4096
"""Kinds that are begun with; contracts have some dozens."""


class Pseudonyms:
    """Digests under one key."""

    __slots__ = ("_begun", "_keyed", "number")

    def __init__(self, key: bytes = b"", number: int = 0) -> None:
        """`key` is secret, 32 bytes; `number` names it in every event. Without a key digests protect nobody: so it is
        only where nothing is kept."""
        self._keyed = blake2b(digest_size=DIGEST_BYTES, key=key[:64])
        self._begun: dict[str, Any] = {}
        """The digests of each kind as far as all of its subjects share them."""
        self.number = number

    def digest(self, kind: str, name: str) -> str:
        """What stands for the subject `name` of a kind: 22 characters (base64url, RFC 4648, section 5)."""
        return self.pseudonym(kind, name)[0]

    def pseudonym(self, kind: str, name: str) -> tuple[str, bytes]:
        """The digest of a subject, and the same abridged."""
        begun = self._begun.get(kind) or self._begin(kind)
        keyed = begun.copy()  # to take the key in costs as much as the text
        try:
            keyed.update(name.encode() if len(name) <= LONGEST_SUBJECT else _cut(name))
        except UnicodeEncodeError:
            keyed.update(_cut(name))
        digest = keyed.digest()
        return b2a_base64(digest, newline=False).translate(_URLSAFE, b"=").decode(), digest[:ABRIDGED_BYTES]

    def _begin(self, kind: str) -> Any:
        if len(self._begun) >= _KINDS:
            self._begun.clear()
        begun = self._keyed.copy()
        begun.update(f"{kind}\0".encode("utf-8", "surrogatepass"))
        self._begun[kind] = begun
        return begun


def _cut(name: str) -> bytes:
    return name[:LONGEST_SUBJECT].encode("utf-8", "surrogatepass")


def abridged(digest: str) -> bytes:
    """The first eight bytes of a digest, by which budgets know a subject."""
    return a2b_base64(digest[:11].encode("ascii").translate(_STANDARD) + b"=")


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
"""From the alphabet of base64url to that of base64: at a third of what the library's own function takes."""
_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")
"""And back."""
