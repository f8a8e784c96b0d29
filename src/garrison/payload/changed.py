"""What one form of a text has in common with the form before it, so that it need not be read again."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

REACH: Final = 256
"""Bytes beside a change that are read again: signs reach so far."""
_FEW: Final = 4
_BYTES_EACH: Final = 1024
"""So many changes are told apart, and one more for each so many bytes before; what is behind them counts as changed."""
_STEPS: Final = (8, 24, 72, 216)
_PROBE: Final = 24
"""Bytes by which the place is known where both go on alike, and how far behind a change they are sought."""


class Kept(NamedTuple):
    """A part that both forms have, without what stands beside a change."""

    old: int
    new: int
    length: int


def kept(old: bytes, new: bytes) -> list[Kept]:
    """The parts of `new` that `old` has, too, in order; only such as are worth it."""
    found: list[Kept] = []
    at = to = changes = 0
    while changes <= _FEW + to // _BYTES_EACH:
        length = _alike(old, at, new, to)
        is_last = to + length == len(new)
        before = REACH if to else 0
        bare = length - before - (0 if is_last else REACH)
        if bare > REACH:
            found.append(Kept(at + before, to + before, bare))
        at, to = at + length, to + length
        if is_last or (again := _again(old, at, new, to)) is None:
            break
        at, to = again
        changes += 1
    return found


def between(parts: Sequence[Kept], length: int) -> Iterator[tuple[int, int]]:
    """From where to where what is new stands in a form of `length` bytes."""
    at = 0
    for part in parts:
        if part.new > at:
            yield at, part.new
        at = part.new + part.length
    if at < length:
        yield at, length


def _alike(old: bytes, at: int, new: bytes, to: int) -> int:
    """How many bytes from there on are the same."""
    low, high = 0, min(len(old) - at, len(new) - to)
    step = 64
    while low < high:
        step = min(step, high - low)
        if old[at + low : at + low + step] == new[to + low : to + low + step]:
            low, step = low + step, step * 2
        elif step == 1:
            break
        else:
            high, step = low + step - 1, step // 2 or 1
    return low


def _again(old: bytes, at: int, new: bytes, to: int) -> tuple[int, int] | None:
    """Where both go on alike behind a change; None where that is not soon."""
    for step in _STEPS:
        probe = old[at + step : at + step + _PROBE]
        place = new.find(probe, to, to + step + _PROBE) if len(probe) == _PROBE else -1
        if place >= 0:
            return at + step, place
    return None
