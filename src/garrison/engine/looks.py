"""Looks: what a key of the budgets had seen of those whom an answer shows, and what is noted of it."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from garrison.engine.seen import Seen
from garrison.engine.space import Space


class Entry(NamedTuple):
    """What one answer shows to one key, and what that key had seen before."""

    space: Space
    key: str
    seen: Seen | None
    """None where the key is new."""
    digests: Sequence[bytes]
    """Each once."""
    before: Sequence[int]
    """When each of them was last seen; 0: never."""
    left: Sequence[int]
    """The same as far as it is known to have left: what another answer is about to show may not leave after all."""


Look: TypeAlias = tuple[Space, str, Seen | None, int, int, int]
"""What one subject's answer shows to a key, and what that had seen: where the key stands, the key, what is known of it
(None where it is new), when it saw the subject last, how many it has seen that count at most, and when the last."""
Place: TypeAlias = tuple[Seen, bytes]
"""The place of one subject with one key."""
Nowhere: TypeAlias = tuple[()]
"""Where nothing is noted, for it was already."""
Taken: TypeAlias = Sequence[Place]
"""What was noted before it was known whether it leaves."""
