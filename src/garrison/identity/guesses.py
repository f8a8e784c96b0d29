"""Guesses: credentials that did not hold, counted; whoever guesses on waits longer and longer.

Counted by account (a key's id, a user's name) and by peer. An account's count stops those who try many secrets on it,
from wherever they come; a peer's stops those who try one on many accounts. Both begin to delay after some free
failures, double the delay with each further one, and forget after a quiet time. While one is locked out a right
credential is refused as well, else a guess would be told by its answer; being refused then does not count again."""

from collections import OrderedDict
from typing import Final

import msgspec

from garrison.config.authentication import LockoutSettings
from garrison.core.kept import Keep, Kept

MAX_COUNTED: Final = 200_000
"""Accounts and peers that are counted at once, at about 200 bytes each: of more, those without a failure for the
longest time are forgotten first."""

SHELF: Final = "guess"
"""Of kept counts: failures, the moment of the last one, and until when to wait."""


class _Count(msgspec.Struct, frozen=True):
    failures: int
    last: float
    until: float
    """When it may try again."""


class Guesses:
    """The failures of accounts and peers."""

    __slots__ = ("_counts", "_keep")

    def __init__(self) -> None:
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._keep: Keep | None = None

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` what is counted from now on."""
        self._keep = keep

    def restore(self, kept: Kept) -> None:
        """Count on from what an earlier process kept."""
        name = kept.key.decode("utf-8", "surrogatepass")
        self._counts.pop(name, None)
        match kept.value:
            case (int() as failures, int() | float() as last, int() | float() as until):
                self._counts[name] = _Count(failures, last, until)

    def wait(self, now: float, *names: str) -> float:
        """Seconds until all of `names` may try again; 0 where they may now."""
        counts = [self._counts.get(name) for name in names]
        return max(0.0, *[count.until - now for count in counts if count is not None], 0.0)

    def failed(self, now: float, name: str, free: int, settings: LockoutSettings) -> None:
        """Count a failure of `name`, which has `free` of them before it must wait."""
        before = self._counts.pop(name, None)
        failures = 1 if before is None or now - before.last > settings.forget else before.failures + 1
        beyond = failures - free
        delay = min(settings.longest, settings.first * 2.0 ** min(beyond - 1, 40)) if beyond > 0 else 0.0
        if len(self._counts) >= MAX_COUNTED:
            self._counts.popitem(last=False)
        self._counts[name] = _Count(failures, now, now + delay)
        if self._keep is not None:
            until = now + max(delay, settings.forget)
            self._keep(SHELF, name.encode("utf-8", "surrogatepass"), (failures, now, now + delay), until)

    def succeeded(self, name: str) -> None:
        """`name` proved to be who it is: it begins anew."""
        if self._counts.pop(name, None) is not None and self._keep is not None:
            self._keep(SHELF, name.encode("utf-8", "surrogatepass"), None, 0.0)
