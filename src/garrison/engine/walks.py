"""Walks: whether an id that is asked for is next to one for which somebody asked just before.

Who walks through a space of ids asks for neighbours, from however many addresses and accounts, however many at once.
Of each operation the last blocks of ids are remembered in which anybody asked for one, and in each block the last one.
"""

from typing import Final, TypeAlias

BLOCK: Final = 16
"""Ids are next to one another where they lie in one block of so many, or no further apart. Numbers with a check digit
are at most 19 apart from their neighbours, half of them less than 10."""
BLOCKS: Final = 128
"""Blocks remembered of an operation: a walk is seen among so many other requests. Of ids that are asked for at random
from a million, one in 250 is taken for a walk; from 10,000, one in three."""
OPERATIONS: Final = 4096
"""Operations remembered, each in at most 20 KB; the largest descriptions have half as many that take ids."""
_DIGITS: Final = "0123456789"
LONGEST_NUMBER: Final = 18
"""Digits of a number that count, the last ones: what stands before is compared as text."""

Id: TypeAlias = tuple[str, int]
"""What stands before an id's last number, and that number."""


def as_id(value: object) -> Id | None:
    """The id that `value` is: `7`, `0007`, `INV-2026-0007`, a vehicle's number; None where it ends in no number."""
    if type(value) is int:
        return ("", value) if value >= 0 else None
    if type(value) is not str:
        return None
    if len(value) <= LONGEST_NUMBER and value.isdigit() and value.isascii():
        return "", int(value)  # as most are
    head = value.rstrip(_DIGITS)
    if len(head) < len(value) - LONGEST_NUMBER:
        head = value[:-LONGEST_NUMBER]
    return (head, int(value[len(head) :])) if len(head) < len(value) else None


class Walks:
    """The ids that were asked for just before. Empty at first. Like all state, used by one thread at a time."""

    __slots__ = ("_operations",)

    def __init__(self) -> None:
        self._operations: dict[str, _Blocks] = {}

    def near(self, operation: str, head: str, number: int) -> bool:
        """Whether an id next to this one was asked for just before; from now on this one was."""
        blocks = self._operations.get(operation) or self._new(operation)
        lasts, block = blocks.lasts, number // BLOCK
        here: _Block
        below: _Block
        above: _Block
        if head:
            here, below, above = (head, block), (head, block - 1), (head, block + 1)
        else:
            here, below, above = block, block - 1, block + 1
        last = lasts.get(here)
        if last != number:
            # It takes the place of the one that came first; also again: a walk is not forgotten while it goes on.
            at, ring, places = blocks.at, blocks.ring, blocks.places
            first = ring[at]
            if first is not None and places[first] == at:
                del places[first], lasts[first]
            ring[at], places[here], lasts[here] = here, at, number
            blocks.at = (at + 1) % BLOCKS
            if last is not None:
                return True
        before = lasts.get(below)
        if before is not None and number - before <= BLOCK:
            return True
        after = lasts.get(above)
        return after is not None and after - number <= BLOCK

    def _new(self, operation: str) -> "_Blocks":
        if len(self._operations) >= OPERATIONS:
            del self._operations[next(iter(self._operations))]
        blocks = self._operations[operation] = _Blocks()
        return blocks


class _Blocks:
    """The last blocks of one operation in which anybody asked for an id."""

    __slots__ = ("at", "lasts", "places", "ring")

    def __init__(self) -> None:
        self.lasts: dict[_Block, int] = {}
        """The id that was asked for last in each."""
        self.ring: list[_Block | None] = [None] * BLOCKS
        """The blocks in the order in which they came, some of them again."""
        self.places: dict[_Block, int] = {}
        """Where each stands there last."""
        self.at = 0
        """Where the next one goes."""


_Block: TypeAlias = tuple[str, int] | int
"""The number of a block, with what stands before an id's number where anything does."""
