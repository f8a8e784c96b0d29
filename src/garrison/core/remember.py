"""Remember: what bounded memories of pure functions have in common."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def remember(known: dict[K, V], key: K, value: V, most: int) -> V:
    """Have `known` hold `value`, and return it.

    A memory that holds `most` begins anew, so that a flood of what is different costs what it would cost without it.
    """
    if len(known) >= most:
        known.clear()
    known[key] = value
    return value
