"""The windows of budgets out of the ledger: for each key the newest of those whom it was shown, as many as matter, and
how many there were besides; and when each key was first shown anybody.

What DuckDB groups and sorts at once is bounded (`AT_ONCE`), so that a ledger of any size is read in little memory: keys
are read in parts, by a hash, and one that has more rows than that by itself.
"""

# ruff: noqa: S608 - statements are made of constants; values are parameters

import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from garrison.engine.budgets import Seen
from garrison.engine.recent import FEW, Few, Many
from garrison.exposure.spaces import Group

if TYPE_CHECKING:
    from garrison.adapters.store.ledger_rows import Rows

AT_ONCE: Final = 1_000_000
"""Rows that are grouped at once: some 300 MB."""
_COLUMNS: Final = {
    # who has no name is counted by the peer
    "principal": ("principal", "CASE WHEN principal = '' THEN peer ELSE '' END"),
    "client": (
        "client",
        "CASE WHEN client = '' THEN principal ELSE '' END",
        "CASE WHEN client = '' AND principal = '' THEN peer ELSE '' END",
    ),
    "peer": ("peer",),
    "network": ("peer",),
    "operation": ("operation",),
    "all": ("''",),
}
_MEANING: Final[Mapping[str, tuple[str, ...]]] = {
    "principal": ("principal", "peer"),
    "client": ("client", "principal", "peer"),
    "peer": ("peer",),
    "network": ("peer",),
    "operation": ("operation",),
    "all": ("",),
}


class Counted(NamedTuple):
    """One space of budgets, and what is counted there."""

    group: Group
    """All budgets of the space, with the longest window and the widest limit."""
    operations: tuple[str, ...] | None
    """Ids of the operations that are counted; None: all."""


def windows(rows: "Rows", counted: Counted, bounds: tuple[float, int]) -> Iterator[tuple[str, Seen]]:
    """Each key of one space; a key may come several times, as parts of what it has seen.

    `bounds` are the time and how many subjects of a key matter. Ticks are made as the engine makes them; of a clock
    that was set back none lies in the future.
    """
    now, keep = bounds
    asked = _Asked(counted, f"least(greatest(ceil(max(time) / 1e6), 1), {ceil(now)})::UINTEGER")
    ((number,),) = rows.ask(asked.number, *asked.values)
    large = rows.ask(asked.large, *asked.values, AT_ONCE) if number > AT_ONCE else []
    for told in large:
        ((total, since),) = rows.ask(asked.total_of_one, *asked.values, *told)
        found = rows.ask(asked.newest_of_one, *asked.values, *told, keep)
        found.reverse()
        yield asked.key(told), _seen(found, total, since)
    parts = number // AT_ONCE + 1
    for part in range(parts):
        given = [*asked.values, parts, part, *[each for told in large for each in told]]
        for *told, names, lasts in rows.stream(asked.part_but(len(large)), *given):
            ordered = sorted(zip(lasts, names, strict=True))  # quicker than in DuckDB
            yield asked.key(told), _seen(ordered[-keep:], len(ordered), ordered[0][0])


def firsts(rows: "Rows", counted: Counted) -> Iterator[tuple[str, int]]:
    """When each key was first shown anybody; a key may come several times."""
    asked = _Asked(counted, "")
    for *told, first in rows.stream(asked.first, *asked.values):
        yield asked.key(told), max(1, ceil(first / 1e6))


class _Asked:
    """The questions of one space, made of constants and numbers."""

    def __init__(self, counted: Counted, last: str) -> None:
        """`last` is SQL for the tick at which a subject was last seen."""
        self._group = counted.group
        columns = _COLUMNS[counted.group.per]
        parts = ", ".join(f"{column} AS c{at}" for at, column in enumerate(columns))
        keys = ", ".join(f"c{at}" for at in range(len(columns)))
        one = " AND ".join(f"c{at} = ?" for at in range(len(columns)))
        where = "true" if counted.operations is None else "operation IN (SELECT unnest(?::VARCHAR[]))"
        self.values: list[Any] = [] if counted.operations is None else [list(counted.operations)]
        """What stands for the first parameters of each question."""
        rows = f"SELECT {parts}, time, subject FROM {{rows}} WHERE own IS NOT TRUE AND subject IS NOT NULL AND {where}"
        name = "('0x' || substr(replace(subject::VARCHAR, '-', ''), 1, 16))::UBIGINT AS name"
        people = f"SELECT {keys}, {name}, {last} AS last FROM ({rows})"
        self.number = f"SELECT count(*) FROM ({rows})"
        self.large = f"SELECT {keys} FROM ({rows}) GROUP BY {keys} HAVING count(*) > ?"
        self._part = f"""
            SELECT {keys}, list(name), list(last)
            FROM ({people} WHERE hash({keys}) % ? = ?{{but}} GROUP BY {keys}, name)
            GROUP BY {keys}
        """
        self._one = one
        self.newest_of_one = f"""
            SELECT last, name FROM ({people} WHERE {one} GROUP BY {keys}, name) ORDER BY last DESC, name DESC LIMIT ?
        """
        self.total_of_one = f"SELECT count(*), min(last) FROM ({people} WHERE {one} GROUP BY {keys}, name)"
        self.first = f"SELECT {keys}, min(time) FROM ({rows}) GROUP BY {keys}"

    def part_but(self, large: int) -> str:
        """A part of the keys, but for so many."""
        return self._part.replace("{but}", f" AND NOT ({self._one})" * large)

    def key(self, told: Sequence[str]) -> str:
        """The key of a row that begins with `told`."""
        given = dict(zip(_MEANING[self._group.per], told, strict=True))
        return self._group.key(
            given.get("principal", ""), given.get("client", ""), given.get("peer", ""), given.get("operation", "")
        )


def _seen(people: Sequence[tuple[int, int]], total: int, since: int) -> Seen:
    """What a key has seen: when each was last seen and who, in order, of `total`; of all the first at `since`."""
    seen = Seen(since)
    digests = array("Q", [name for _, name in people])
    if sys.byteorder == "little":
        digests.byteswap()  # a number's first byte is the digest's
    few = Few()
    few.fill(digests.tobytes(), [last for last, _ in people])
    seen.recent = few if len(few) <= FEW else Many(few)
    seen.latest = float(few.newest)
    if total > len(people):
        seen.lost, seen.lost_at = total - len(people), people[0][0]
    return seen
