"""How many different values there were, estimated in a fixed room: HyperLogLog (Flajolet et al., 2007).

The window is made of `_SLICES` slices, of which the oldest is left out as a whole: it is as long as asked for, give or
take a sixteenth.
"""

from hashlib import blake2b
from math import log
from typing import Any, Final

_BITS: Final = 11
_ROOM: Final = 1 << _BITS
"""Registers: the estimate is within 2.3 % two times out of three."""
_SLICES: Final = 16
_ALPHA: Final = 0.7213 / (1 + 1.079 / _ROOM)


class Estimate:
    """The values of one group."""

    __slots__ = ("slices", "value")

    def __init__(self) -> None:
        self.slices: dict[int, bytearray] = {}
        self.value = 0.0

    def add(self, value: Any, time: float, span: float) -> float:
        """Count `value` at `time` and say how many there were within the last `span` seconds."""
        now = int(time * _SLICES / span)
        for old in [slice_ for slice_ in self.slices if slice_ <= now - _SLICES]:
            del self.slices[old]
            self.value = -1.0
        register, rank = _place(value)
        current = self.slices.get(now)
        if current is None:
            current = self.slices[now] = bytearray(_ROOM)
        if current[register] < rank:
            known = max(one[register] for one in self.slices.values())
            current[register] = rank
            if known < rank:
                self.value = -1.0
        if self.value < 0:
            self.value = _estimated(list(self.slices.values()))
        return self.value

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return [[slice_, bytes(registers)] for slice_, registers in self.slices.items()]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        self.slices = {slice_: bytearray(registers) for slice_, registers in dumped}
        self.value = -1.0


def _place(value: Any) -> tuple[int, int]:
    bits = int.from_bytes(blake2b(repr(value).encode(), digest_size=8).digest(), "big")
    return bits & (_ROOM - 1), 65 - _BITS - (bits >> _BITS).bit_length()


def _estimated(slices: list[bytearray]) -> float:
    highest = [max(column) for column in zip(*slices, strict=True)] if len(slices) > 1 else slices[0]
    estimate = _ALPHA * _ROOM * _ROOM / sum(2.0**-rank for rank in highest)
    empty = sum(1 for rank in highest if not rank)
    return _ROOM * log(_ROOM / empty) if estimate <= 2.5 * _ROOM and empty else estimate
