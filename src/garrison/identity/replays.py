"""What must not be accepted twice: proofs and signatures, each remembered for as long as it would be accepted."""

from collections import OrderedDict
from typing import Final

MAX_REMEMBERED: Final = 500_000
"""At about 150 bytes each. Where all are taken nothing is accepted, for a replay could not be told any more."""


class Replays:
    """Names that were used, and until when each counts."""

    __slots__ = ("_until",)

    def __init__(self) -> None:
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def is_full(self, now: float) -> bool:
        """Whether nothing more can be remembered."""
        self._forget(now)
        return len(self._until) >= MAX_REMEMBERED

    def use(self, name: bytes, now: float, until: float) -> bool:
        """Use `name`, which counts until `until`; False where it was used before."""
        if self._until.get(name, 0.0) > now:
            return False
        self._until.pop(name, None)  # so that the order of the names stays that of their use
        self._until[name] = until
        return True

    def _forget(self, now: float) -> None:
        """Forget what counts no more, oldest first; a longer one among them keeps some others a little longer."""
        while self._until:
            oldest, until = self._until.popitem(last=False)
            if until > now:
                self._until[oldest] = until
                self._until.move_to_end(oldest, last=False)
                return
