"""Walks: whether an id that is asked for is next to one for which somebody asked just before.

Who walks through a space of ids asks for neighbours, from however many addresses and accounts, however many at once.
Of each operation the last blocks of ids are remembered in which anybody asked for one, and in each block the last one.
"""

from collections import deque
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
        here: _Block
        below: _Block
        above: _Block
        here = block = number // BLOCK
        below, above = block - 1, block + 1
        if head:
            here, below, above = (head, block), (head, below), (head, above)
        try:
            lasts, ring = self._operations[operation]
        except KeyError:
            lasts, ring = self._new(operation)
        if here not in lasts:
            del lasts[ring.popleft()]
            ring.append(here)
            lasts[here] = number
        elif lasts[here] != number:
            return _go_on(lasts, ring, here, number)
        if below in lasts and number - lasts[below] <= BLOCK:
            return True
        return above in lasts and lasts[above] - number <= BLOCK

    def _new(self, operation: str) -> "_Blocks":
        if len(self._operations) >= OPERATIONS:
            del self._operations[next(iter(self._operations))]
        blocks = self._operations[operation] = dict.fromkeys(_UNUSED, 0), deque(_UNUSED)
        return blocks


def _go_on(lasts: "dict[_Block, int]", ring: "deque[_Block]", here: "_Block", number: int) -> bool:
    """Another id of a block was asked for. It is the newest again: a walk is not forgotten while it goes on."""
    ring.remove(here)
    ring.append(here)
    lasts[here] = number
    return True


_Block: TypeAlias = tuple[str, int] | int
"""The number of a block, with what stands before an id's number where anything does."""
_Blocks: TypeAlias = tuple[dict[_Block, int], deque[_Block]]
"""The last blocks of one operation in which anybody asked for an id: the last id of each, and in what order they came.
Always `BLOCKS` of them."""
_UNUSED: Final[tuple[_Block, ...]] = tuple(range(-1 - BLOCKS, -1))
"""What stands there before anybody asked: blocks of no id, nor next to any."""
