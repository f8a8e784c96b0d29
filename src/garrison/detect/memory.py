"""How many groups are remembered, over all rules: the least recently active go first.

A rule that holds more than half of all gives up its own: noise that one rule sees does not make others forget.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

from garrison.detect.counting import State

MOST: Final = 1_000_000
"""Groups over all rules, unless told otherwise."""


class Table:
    """The groups of one rule, the one that was active longest ago first."""

    __slots__ = ("groups", "keep", "memory")

    def __init__(self, memory: "Memory", keep: float) -> None:
        self.groups: OrderedDict[Any, State] = OrderedDict()
        self.keep = keep
        """Seconds after which a group that is not active has nothing that counts."""
        self.memory = memory

    def __iter__(self) -> Iterator[tuple[Any, State]]:
        return iter(self.groups.items())

    def add(self, key: Any, state: State) -> None:
        """Remember a new group, and forget what does not count any more."""
        groups = self.groups
        before = state.last - self.keep
        for _ in range(2):  # more than come, so that the table shrinks
            if not groups:
                break
            oldest = next(iter(groups.values()))
            if oldest.last > before or oldest.quiet > state.last:
                break
            groups.popitem(last=False)
            self.memory.held -= 1
        groups[key] = state
        self.memory.make_room(self)


class Memory:
    """All tables."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self.dropped = 0
        """Groups that still might have counted, and were forgotten because there were too many."""
        self._tables: list[Table] = []

    def table(self, keep: float) -> Table:
        """A table for one rule's groups."""
        table = Table(self, keep)
        self._tables.append(table)
        return table

    def make_room(self, table: Table) -> None:
        """Count a new group of `table`."""
        self.held += 1
        if self.held <= self.most:
            return
        oldest = table
        if len(table.groups) * 2 <= self.held:
            oldest = min((one for one in self._tables if one.groups), key=_oldest)
        oldest.groups.popitem(last=False)
        self.held -= 1
        self.dropped += 1


def _oldest(table: Table) -> float:
    return next(iter(table.groups.values())).last
