"""What was shown to whom: ids of objects, data subjects. Bounded, and compact: eight bytes for each, a digest of it.

Each principal has a table of its own, so that nobody can make the gateway forget what it showed to another by asking
for much. A table is an array of places in groups of eight; a digest says in which it stands. A full table
grows twofold; one that may not grow forgets the oldest of the group. Where all tables together are too large, the
principal is forgotten whole who was shown nothing new for longest: who that is, is noted once half of the places are
taken.
"""

from array import array
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Final

_GROUP: Final = 8
"""Places that are looked at for one id."""
_BEGINS: Final = ~(_GROUP - 1)
"""What is left of a place's number where its group begins."""
_FIRST: Final = 16
"""Places of a new table."""


class Shown:
    """What was shown. Empty at first. Like all state, used by one thread at a time."""

    __slots__ = ("_is_ample", "_key", "_size", "_tables", "began", "number")

    def __init__(self, secret: bytes = b"") -> None:
        """`secret` keys the digests, so that nobody can choose ids whose digests are the same."""
        self._key = secret[:64]
        self._tables: dict[str, array[int]] = {}
        self._size = 0
        self._is_ample = True
        """Whether less than half of all places are taken: nobody is forgotten soon."""
        self.began: float | None = None
        """When the first exchange was seen, in seconds since the epoch."""
        self.number = -1
        """Number of the key under which digests were made that are given as such; -1 before the first."""

    def __len__(self) -> int:
        """Places in all tables, taken or not."""
        return self._size

    def knows(self, who: str, kind: str, name: str) -> bool:
        """Whether the object `name` of a kind was shown to `who`."""
        return who in self._tables and self.has(who, self._digest(kind, name))

    def has(self, who: str, digest: int) -> bool:
        """The same of something by its digest, 64 bits that are not 0."""
        table = self._tables.get(who)
        if table is None:
            return False
        at = _group(table, digest)
        return digest in table[at : at + _GROUP]

    def show(self, who: str, objects: Iterable[tuple[str, str]], most: int, total: int) -> None:
        """Remember that `who` was shown these objects (kind, id): of one principal at most `most`, of all `total`."""
        self.add(who, [self._digest(kind, name) for kind, name in objects], most, total)

    def add(self, who: str, digests: Collection[int], most: int, total: int) -> None:
        """The same of what is known by its digests."""
        table = self._tables.pop(who, None)
        if table is None:
            table = array("Q", bytes(8 * _places(len(digests), most)))
            self._size += len(table)
        for digest in digests:
            at = digest & (len(table) - 1) & _BEGINS
            group = table[at : at + _GROUP]
            if digest not in group:
                if group[-1]:
                    table = self._put(table, digest, most)
                else:
                    table[at + group.index(0)] = digest
        self._tables[who] = table  # the last one is who was seen last
        self._is_ample = 2 * self._size < total
        while self._size > total and len(self._tables) > 1:
            oldest = next(iter(self._tables))
            self._size -= len(self._tables.pop(oldest))

    def meet(self, who: str, digest: int, most: int, total: int) -> bool:
        """As `has`, and from now on it was: for one, as with nearly every answer."""
        table = self._tables.get(who)
        if table is not None:
            at = digest & (len(table) - 1) & _BEGINS
            end = at + _GROUP
            while at < end:  # one place after the other: as a rule two or three of a group are taken
                known = table[at]
                if known == digest:
                    return True
                if not known:
                    table[at] = digest
                    if not self._is_ample:
                        self._tables[who] = self._tables.pop(who)  # the last one is who was seen last
                    return False
                at += 1
        self.add(who, (digest,), most, total)
        return False

    def renew(self, number: int, now: float) -> None:
        """Begin anew: what is shown from `now` on is known under the key `number`."""
        self._tables.clear()
        self._size, self._is_ample = 0, True
        self.began, self.number = now, number

    def _put(self, table: "array[int]", digest: int, most: int) -> "array[int]":
        """Put a digest where its group is full."""
        while table[_group(table, digest) + _GROUP - 1] and 2 * len(table) <= most:
            table = self._grown(table)
        at = _group(table, digest)
        group = table[at : at + _GROUP]
        if group[-1]:  # the first one is the oldest
            table[at : at + _GROUP] = group[1:] + array("Q", [digest])
        else:
            table[at + group.index(0)] = digest
        return table

    def _grown(self, table: "array[int]") -> "array[int]":
        grown = array("Q", bytes(16 * len(table)))
        places = (len(grown) - 1) & _BEGINS
        for digest in table:
            if digest:
                at = digest & places
                while grown[at]:  # at most eight come into a group: they come from one
                    at += 1
                grown[at] = digest
        self._size += len(table)
        return grown

    def _digest(self, kind: str, name: str) -> int:
        text = f"{kind}\0{name}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(text, digest_size=8, key=self._key).digest(), "little") or 1


def _places(number: int, most: int) -> int:
    """How many a table begins with that will hold so many: always a power of two."""
    if number <= _GROUP:
        return _FIRST
    return 1 << min(number.bit_length() + 1, most.bit_length() - 1)


def _group(table: "array[int]", digest: int) -> int:
    """Where the group begins in which `digest` stands; the number of places is a power of two."""
    return digest & (len(table) - 1) & _BEGINS
