"""Event ids: UUIDs of version 7 (RFC 9562, 5.7), made without a lock or a system call for each."""

import itertools
import random
from collections.abc import Callable

from garrison.core.ids import EventId

_LOW_48 = (1 << 48) - 1


def event_ids() -> Callable[[float], EventId]:
    """Make a source of event ids; it takes the time in seconds since the epoch.

    Milliseconds first, then a counter from a random start: ids of one source never repeat and sort by time, also
    within a millisecond; those of two sources differ by 73 random bits. They are names, not secrets.
    """
    spring = random.SystemRandom()
    prefix = f"7{spring.getrandbits(12):03x}"
    # variant 10, and a zero below it so that the counter has room to grow
    counter = itertools.count(0x8000000000000000 | spring.getrandbits(61))

    def event_id(now: float) -> EventId:
        milliseconds, number = int(now * 1000), next(counter)
        high, low = milliseconds >> 16, milliseconds & 0xFFFF
        return EventId(f"{high:08x}-{low:04x}-{prefix}-{number >> 48:04x}-{number & _LOW_48:012x}")

    return event_id
