"""State that survives a restart: what the gateway's memories tell whoever keeps it, and get back at the next start.

A shelf holds values by key, each until a moment after which it says nothing any more. The last value of a key counts.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Value: TypeAlias = float | int | tuple[float | int, ...] | None
"""A number, or a few; None: the key is gone. Whole numbers have at most 64 bits."""

Keep: TypeAlias = Callable[[str, bytes, Value, float], None]
"""Keep a value: shelf, key, value, and until when it matters (seconds since the epoch).

Called on the way of a request, by one thread at a time: it must neither wait nor raise. When it returns the value
outlives the process, however that ends.
"""


class Kept(NamedTuple):
    """One value that was kept."""

    shelf: str
    key: bytes
    value: Value
    until: float
