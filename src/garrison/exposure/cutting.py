"""Lists that are cut: the items whose subjects a budget has no room for are taken out, the first ones stay."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from garrison.contract.marks import Way
from garrison.exposure.bills import Charge, Room

Placed: TypeAlias = tuple[Way, Charge]
"""The way to what names a subject, and what it costs."""


def item_of(way: Way) -> Way:
    """The way to the innermost item of a list around what `way` leads to; empty where there is none."""
    for length in range(len(way), 0, -1):
        if isinstance(way[length - 1], int):
            return way[:length]
    return ()


def surplus(placed: Iterable[Placed], fixed: Sequence[Charge], rooms: Sequence[Room]) -> list[Way] | None:
    """Ways to the items that there is no room for; None where there is none even for what cannot be taken out.

    `fixed` are subjects whom no part of the answer names.
    """
    items: dict[Way, list[Charge]] = {(): list(fixed)}
    for way, charge in sorted(placed, key=lambda each: each[0]):  # in the order of the answer
        items.setdefault(item_of(way), []).append(charge)
    gone: list[Way] = []
    admission = _Admission(rooms)
    for way, charges in items.items():
        if any(way[: len(each)] == each for each in gone):
            continue
        if not admission.admits(charges):
            if not way:
                return None
            gone.append(way)
    return gone


class _Admission:
    """Lets subjects in as long as there is room."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._rooms = rooms
        self._admitted: set[bytes] = set()

    def admits(self, charges: Sequence[Charge]) -> bool:
        """Whether there is room for all of these, who then have it."""
        fresh = {each.digest: each for each in charges if each.digest not in self._admitted}
        costs = [(one, _cost(room, one[0], fresh.values())) for room in self._rooms for one in room.left]
        if any(cost and cost > one[1] for one, cost in costs):
            return False
        for one, cost in costs:
            one[1] -= cost
        self._admitted.update(fresh)
        return True


def _cost(room: Room, begins: int, charges: Iterable[Charge]) -> int:
    return sum([room.before[each.digest] <= begins for each in charges if not room.kind or each.kind == room.kind])
