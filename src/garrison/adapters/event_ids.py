"""Event ids: UUIDs of version 7 (RFC 9562, 5.7), made without a lock or a system call for each."""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Final

from garrison.core.ids import EventId

_LAST_DIGITS: Final = tuple(f"{number:03x}" for number in range(4096))
_MOST_BLOCKS: Final = (1 << 36) - 1


def event_ids() -> Callable[[float], EventId]:
    """Make a source of event ids; it takes the time in seconds since the epoch.

    Milliseconds first, then a counter from a random start: ids of one source never repeat and sort by time, also
    within a millisecond; those of two sources differ by 73 random bits. They are names, not secrets.
    """
    spring = random.SystemRandom()
    source = f"7{spring.getrandbits(12):03x}-{0x8000 | spring.getrandbits(14):04x}"
    blocks = itertools.count(spring.getrandbits(35))  # of 36 bits: room to grow for longer than any process lives
    # One value, replaced whole, so that threads need no lock: no two of them ever have the same block.
    current: tuple[float, float, str, Iterator[str]] = (0.0, 0.0, "", iter(()))

    def event_id(now: float) -> EventId:
        nonlocal current
        begins, ends, beginning, digits = current
        if begins <= now < ends:
            for last in digits:  # the next one, if there is any; to call `next` costs more
                return beginning + last  # type: ignore[return-value]  # to call `EventId` takes as long as all else here
        milliseconds = int(now * 1000)
        block = next(blocks) & _MOST_BLOCKS
        beginning = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{source}-{block:09x}"
        digits = iter(_LAST_DIGITS)
        current = (milliseconds / 1000, (milliseconds + 1) / 1000, beginning, digits)
        return beginning + next(digits)  # type: ignore[return-value]

    return event_id
