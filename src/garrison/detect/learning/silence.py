"""`dormant`: an operation that nobody used has come to life, for a day from then on.

One that was never seen counts only if the policy is as old as the learning period: a new contract brings new
operations, which were not dormant.
"""

from typing import Any, Final

from garrison.detect.seen import Seen

_SILENT: Final = 7 * 86_400.0
"""Seconds without a request after which an operation that was used before is dormant."""
_AWAKE: Final = 86_400.0
"""Seconds for which it is said after it came to life."""
_POLICIES: Final = 100


class Silence:
    """When each operation was used last, and when it came to life."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._last: dict[str, float] = {}
        self._woke: dict[str, float] = {}
        self._policies: dict[str, float] = {}
        """Since when each policy is in force."""

    def note(self, operation: str, seen: Seen) -> None:
        """Whether the operation has just come to life."""
        time, policy = seen.time, seen.event.policy
        since = self._policies.get(policy)
        if since is None:
            since = self._policies[policy] = time
            if len(self._policies) > _POLICIES:
                del self._policies[next(iter(self._policies))]
        last = self._last.get(operation)
        asleep = time - since >= self._period if last is None else time - last >= _SILENT
        self._last[operation] = time
        if asleep:
            self._woke[operation] = time
            seen.dormant = True
        elif operation in self._woke:
            if time - self._woke[operation] < _AWAKE:
                seen.dormant = True
            else:
                del self._woke[operation]

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return [dict(self._last), dict(self._woke), dict(self._policies)]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        self._last, self._woke, self._policies = (dict(one) for one in dumped)
