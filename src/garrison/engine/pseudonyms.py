"""Pseudonyms: the keyed digests that stand for data subjects. Whoever lacks the key learns nothing from them, and
whoever has it finds the rows of a subject that he can name.

The key is an input; where it comes from and how it is renewed is the adapters' affair.
"""

from binascii import a2b_base64, b2a_base64
from hashlib import blake2b
from itertools import repeat
from typing import Any, Final

from garrison.core.remember import remember

DIGEST_BYTES: Final = 16
"""Among 37 million subjects the chance that two share a digest is one in 10^23."""
ABRIDGED_BYTES: Final = 8
"""Of them, by which budgets know a subject."""
LONGEST_SUBJECT: Final = 4096
"""Characters of a subject's name that count: an identifier is no longer."""
_WHOLE: Final = slice(22)
"""Characters that say `DIGEST_BYTES` in base64, without padding."""
_ABRIDGED: Final = slice(ABRIDGED_BYTES)
_KINDS: Final = 4096
"""Kinds that are begun with; contracts have some dozens."""
MOST_KNOWN: Final = 4096
"""Subjects remembered with their digests, some 400 bytes each."""
_LONGEST_KNOWN: Final = 128
"""Characters of their names."""
REST: Final = 16 * MOST_KNOWN
"""Subjects, while it rests whether to remember any."""


class Pseudonyms:
    """Digests under one key."""

    __slots__ = ("_begun", "_keyed", "_known", "_recalled", "_resting", "number")

    def __init__(self, key: bytes = b"", number: int = 0) -> None:
        """`key` is secret, 32 bytes; `number` names it in every event. Without a key digests protect nobody: so it is
        only where nothing is kept."""
        self._keyed = blake2b(digest_size=DIGEST_BYTES, key=key[:64])
        self._begun: dict[str, Any] = {}
        """The digests of each kind as far as all of its subjects share them."""
        self._known: dict[tuple[str, str], tuple[str, bytes]] = {}
        """By kind and name what `pseudonym` gave."""
        self._recalled = 0
        """How often that was of use since it began."""
        self._resting: repeat[None] = repeat(None, 0)
        """Once for each subject for which it still rests: nothing is counted down at less cost."""
        self.number = number

    def digest(self, kind: str, name: str) -> str:
        """What stands for the subject `name` of a kind: 22 characters (base64url, RFC 4648, section 5)."""
        return self.pseudonym(kind, name)[0]

    def pseudonym(self, kind: str, name: str) -> tuple[str, bytes]:
        """The digest of a subject, and the same abridged. Some are remembered, for the same people are told of again
        and again; where nearly everybody is somebody else that rests for a while, for to remember has a price."""
        for _ in self._resting:
            break
        else:
            return self._recall((kind, name))
        try:
            begun = self._begun[kind]
        except KeyError:
            begun = self._begin(kind)
        keyed = begun.copy()  # to take the key in costs as much as the text
        try:
            keyed.update(name.encode() if len(name) <= LONGEST_SUBJECT else _cut(name))
        except UnicodeEncodeError:
            keyed.update(_cut(name))
        digest = keyed.digest()
        # To cut the padding off, and a line feed with it, costs less than to have neither.
        return b2a_base64(digest)[_WHOLE].translate(_URLSAFE).decode(), digest[_ABRIDGED]

    def _recall(self, who: tuple[str, str]) -> tuple[str, bytes]:
        known = self._known.get(who)
        if known is not None:
            self._recalled += 1
            return known
        self._resting = repeat(None, 1)  # for this one
        made = self.pseudonym(*who)
        if len(who[1]) > _LONGEST_KNOWN:
            return made
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
            if self._recalled < MOST_KNOWN // 2:
                self._resting = repeat(None, REST)
            self._recalled = 0
        self._known[who] = made
        return made

    def _begin(self, kind: str) -> Any:
        begun = self._keyed.copy()
        begun.update(f"{kind}\0".encode("utf-8", "surrogatepass"))
        return remember(self._begun, kind, begun, _KINDS)


def _cut(name: str) -> bytes:
    return name[:LONGEST_SUBJECT].encode("utf-8", "surrogatepass")


def abridged(digest: str) -> bytes:
    """The first eight bytes of a digest, by which budgets know a subject."""
    return a2b_base64(digest[:11].encode("ascii").translate(_STANDARD) + b"=")


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
"""From the alphabet of base64url to that of base64: at a third of what the library's own function takes."""
_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")
"""And back."""
