"""What must not be accepted twice: proofs and signatures, each remembered for as long as it would be accepted."""

from collections import OrderedDict
from typing import Final

from garrison.core.kept import Keep, Kept

MAX_REMEMBERED: Final = 500_000
"""At about 150 bytes each. Where all are taken nothing is accepted, for a replay could not be told any more."""
SHELF: Final = "proof"
"""Of kept names: the value says nothing."""


class Replays:
    """Names that were used, and until when each counts."""

    __slots__ = ("_keep", "_until", "since")

    def __init__(self) -> None:
        self.since = 0.0
        """Uses before this moment may be unknown: what may have been used before it cannot be told from a replay."""
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._keep: Keep | None = None

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` what is used from now on."""
        self._keep = keep

    def restore(self, kept: Kept) -> None:
        """Remember what an earlier process did."""
        self._until[kept.key] = kept.until

    def is_full(self, now: float) -> bool:
        """Whether nothing more can be remembered."""
        self._forget(now)
        return len(self._until) >= MAX_REMEMBERED

    def use(self, name: bytes, now: float, until: float) -> bool:
        """Use `name`, which counts until `until`, that moment included; False where it was used before."""
        if self._until.get(name, 0.0) >= now:
            return False
        self._until.pop(name, None)  # so that the order of the names stays that of their use
        self._until[name] = until
        if self._keep is not None:
            self._keep(SHELF, name, 1, until)
        return True

    def _forget(self, now: float) -> None:
        """Forget what counts no more, oldest first; a longer one among them keeps some others a little longer."""
        while self._until:
            oldest, until = self._until.popitem(last=False)
            if until >= now:
                self._until[oldest] = until
                self._until.move_to_end(oldest, last=False)
                return
