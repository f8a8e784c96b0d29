"""`newcomer`: who asks has not used this operation for three days yet, in an operation that is known.

Who asked is remembered in two halves: the older one is given up when the newer one is full, and whoever comes again
moves to the newer.
"""

from typing import Any, Final

from garrison.detect.seen import Seen

_NEW_FOR: Final = 3 * 86_400.0
_HALF: Final = 250_000
"""Pairs of who asks and operation."""


class Newcomers:
    """Since when who uses what."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._began: dict[str, float] = {}
        self._newer: dict[str, dict[str, float]] = {}
        self._older: dict[str, dict[str, float]] = {}
        self._held = 0

    def note(self, operation: str, seen: Seen) -> None:
        """Whether who asks is new here."""
        time, asker = seen.time, seen.asker
        askers = self._newer.get(operation)
        if askers is None:
            askers = self._newer[operation] = {}
            self._began.setdefault(operation, time)
        first = askers.get(asker)
        if first is None:
            first = self._again(operation, asker, time)
        if time - first < _NEW_FOR and time - self._began[operation] >= self._period:
            seen.newcomer = True

    def _again(self, operation: str, asker: str, time: float) -> float:
        first = self._older.get(operation, {}).get(asker, time)
        if self._held >= _HALF:
            self._older, self._newer, self._held = self._newer, {}, 0
        self._newer.setdefault(operation, {})[asker] = first
        self._held += 1
        return first

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        newer = {operation: dict(askers) for operation, askers in self._newer.items()}
        older = {operation: dict(askers) for operation, askers in self._older.items()}
        return [dict(self._began), newer, older, self._held]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        began, newer, older, self._held = dumped
        self._began = dict(began)
        self._newer = {operation: dict(askers) for operation, askers in newer.items()}
        self._older = {operation: dict(askers) for operation, askers in older.items()}
