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

    __slots__ = ("empty", "highest", "slices", "total")

    def __init__(self) -> None:
        self.slices: dict[int, bytearray] = {}
        self._join()

    def add(self, value: Any, time: float, span: float) -> float:
        """Count `value` at `time` and say how many there were within the last `span` seconds."""
        now = int(time * _SLICES / span)
        old = [slice_ for slice_ in self.slices if slice_ <= now - _SLICES]
        if old:
            for slice_ in old:
                del self.slices[slice_]
            self._join()
        register, rank = _place(value)
        current = self.slices.get(now)
        if current is None:
            current = self.slices[now] = bytearray(_ROOM)
        current[register] = max(current[register], rank)
        known = self.highest[register]
        if known < rank:
            self.highest[register] = rank
            self.total += 2.0**-rank - 2.0**-known
            self.empty -= not known
        return self._value()

    def _join(self) -> None:
        """What all slices say together."""
        columns = zip(*self.slices.values(), strict=True)
        self.highest = bytearray(max(column) for column in columns) if self.slices else bytearray(_ROOM)
        self.total = sum(2.0**-rank for rank in self.highest)
        self.empty = self.highest.count(0)

    def _value(self) -> float:
        estimate = _ALPHA * _ROOM * _ROOM / self.total
        return _ROOM * log(_ROOM / self.empty) if estimate <= 2.5 * _ROOM and self.empty else estimate

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return [[slice_, bytes(registers)] for slice_, registers in self.slices.items()]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        self.slices = {slice_: bytearray(registers) for slice_, registers in dumped}
        self._join()


def _place(value: Any) -> tuple[int, int]:
    bits = int.from_bytes(blake2b(repr(value).encode(), digest_size=8).digest(), "big")
    return bits & (_ROOM - 1), 65 - _BITS - (bits >> _BITS).bit_length()
