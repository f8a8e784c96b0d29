"""Event ids: UUIDs of version 7 (RFC 9562, 5.7), made without a lock or a system call for each."""

import itertools
import random
from collections.abc import Callable

from garrison.core.ids import EventId


def event_ids() -> Callable[[float], EventId]:
    """Make a source of event ids; it takes the time in seconds since the epoch.

    Milliseconds first, then a counter from a random start: ids of one source never repeat and sort by time, also
    within a millisecond; those of two sources differ by 73 random bits. They are names, not secrets.
    """
    spring = random.SystemRandom()
    source = f"7{spring.getrandbits(12):03x}-{0x8000 | spring.getrandbits(14):04x}"
    counter = itertools.count(spring.getrandbits(47))  # of 48 bits: room to grow for longer than any process lives
    # One value, replaced whole, so that threads need no lock: what most ids of a busy millisecond begin with.
    stamp = (-1, "")

    def event_id(now: float) -> EventId:
        nonlocal stamp
        milliseconds = int(now * 1000)
        known, beginning = stamp
        if known != milliseconds:
            beginning = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{source}-"
            stamp = (milliseconds, beginning)
        return EventId(f"{beginning}{next(counter):012x}")

    return event_id
