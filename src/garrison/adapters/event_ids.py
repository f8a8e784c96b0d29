"""Event ids: UUIDs of version 7 (RFC 9562, 5.7), made without a lock or a system call for each."""

import itertools
import random
from collections.abc import Callable
from typing import Final

from garrison.core.ids import EventId

_BLOCK: Final = 4096
_LAST_DIGITS: Final = tuple(f"{number:03x}" for number in range(_BLOCK))


def event_ids() -> Callable[[float], EventId]:
    """Make a source of event ids; it takes the time in seconds since the epoch.

    Milliseconds first, then a counter from a random start: ids of one source never repeat and sort by time, also
    within a millisecond; those of two sources differ by 73 random bits. They are names, not secrets.
    """
    spring = random.SystemRandom()
    source = f"7{spring.getrandbits(12):03x}-{0x8000 | spring.getrandbits(14):04x}"
    counter = itertools.count(spring.getrandbits(47))  # of 48 bits: room to grow for longer than any process lives
    # One value, replaced whole, so that threads need no lock: what most ids of a busy millisecond begin with.
    stamp = (-1, -1, "")

    def event_id(now: float) -> EventId:
        nonlocal stamp
        milliseconds, number = int(now * 1000), next(counter)
        known, block, beginning = stamp
        if known != milliseconds or block != number >> 12:
            block = number >> 12
            beginning = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{source}-{block:09x}"
            stamp = (milliseconds, block, beginning)
        return EventId(beginning + _LAST_DIGITS[number & 4095])

    return event_id
