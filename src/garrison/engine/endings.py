"""Sessions that ended: credentials that a log-out took back, and principals all of whose sessions ended at a moment.

What stands here are digests, each until a moment after which the credential would be refused anyway. It outlives a
restart.
"""

import hashlib
from collections import OrderedDict
from typing import Final

from garrison.core.kept import Keep, Kept

MOST: Final = 250_000
"""Of either kind, at about 200 bytes each. Beyond it the ones that ended first are forgotten."""
CREDENTIALS: Final = "ended-credential"
"""Shelf of kept credentials: the value says nothing."""
PRINCIPALS: Final = "ended-principal"
"""Shelf of kept principals: the value is the moment."""


class Endings:
    """Which sessions ended. Empty at first."""

    __slots__ = ("_credentials", "_keep", "_principals", "is_empty")

    def __init__(self) -> None:
        self._credentials: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._principals: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._keep: Keep | None = None
        self.is_empty = True
        """Whether nothing was ever ended."""

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` what ends from now on."""
        self._keep = keep

    def restore(self, kept: Kept) -> None:
        """Remember what an earlier process did."""
        if kept.shelf in {CREDENTIALS, PRINCIPALS} and isinstance(kept.value, int | float):
            self._put(kept.shelf, kept.key, float(kept.value), kept.until)

    def end_credential(self, name: str, now: float, until: float) -> None:
        """The credential `name` is refused from now on, until `until`: seconds since the epoch."""
        self._end(CREDENTIALS, name, 1.0, now, until)

    def end_principal(self, name: str, moment: float, now: float, until: float) -> None:
        """What the principal `name` proved before `moment` is refused until `until`."""
        self._end(PRINCIPALS, name, moment, now, until)

    def has_ended(self, name: str, now: float) -> bool:
        """Whether the credential `name` was ended."""
        found = self._credentials.get(_digest(name))
        return found is not None and now < found[1]

    def moment_of(self, name: str, now: float) -> float:
        """When all sessions of the principal `name` ended; 0 where they did not."""
        found = self._principals.get(_digest(name))
        return found[0] if found is not None and now < found[1] else 0.0

    def _end(self, shelf: str, name: str, value: float, now: float, until: float) -> None:
        key, ended = _digest(name), self._on(shelf)
        known = ended.get(key)
        if known is not None:  # what ended later, or counts longer, stays so
            value, until = max(value, known[0]), max(until, known[1])
        _forget(ended, now)
        self._put(shelf, key, value, until)
        if self._keep is not None:
            self._keep(shelf, key, value, until)

    def _on(self, shelf: str) -> OrderedDict[bytes, tuple[float, float]]:
        return self._credentials if shelf == CREDENTIALS else self._principals

    def _put(self, shelf: str, key: bytes, value: float, until: float) -> None:
        ended = self._on(shelf)
        ended.pop(key, None)  # so that their order is that in which they ended
        ended[key] = value, until
        if len(ended) > MOST:
            ended.popitem(last=False)
        self.is_empty = False


def _forget(ended: OrderedDict[bytes, tuple[float, float]], now: float) -> None:
    """Forget what counts no more, oldest first; a longer one among them keeps some others a little longer."""
    while ended:
        key, kept = ended.popitem(last=False)
        if kept[1] > now:
            ended[key] = kept
            ended.move_to_end(key, last=False)
            return


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
