"""The windows of budgets out of the ledger: for each key the newest of those whom it was shown, as many as matter, and
how many there were besides; and when each key was first shown anybody.

A gateway does not serve before it has read them, so that DuckDB tells subjects apart, sorts them, and gives all of a
key in one piece. What is grouped at once is bounded (`AT_ONCE`), so that a ledger of any size is read in little memory:
keys are numbered and read in parts, and one that has more rows than that by itself.
"""

# ruff: noqa: S608 - statements are made of constants; values are parameters

import sys
from array import array
from binascii import a2b_base64
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from garrison.engine.recent import DIGEST, FEW, Few, Many
from garrison.engine.seen import Seen
from garrison.exposure.spaces import Group

if TYPE_CHECKING:
    from garrison.adapters.store.ledger_rows import Rows

AT_ONCE: Final = 1_000_000
"""Rows that are grouped at once: some 200 MB."""
_TICK: Final = 4
"""Bytes of a tick, the highest first."""
_ENTRY: Final = _TICK + DIGEST
"""Bytes of a tick and the subject that was last seen then."""
_COLUMNS: Final = {
    # who has no name is counted by the peer
    "principal": ("principal", "CASE WHEN principal = '' THEN coalesce(peer, '') ELSE '' END"),
    "client": (
        "client",
        "CASE WHEN client = '' THEN principal ELSE '' END",
        "CASE WHEN client = '' AND principal = '' THEN coalesce(peer, '') ELSE '' END",
    ),
    "peer": ("coalesce(peer, '')",),
    "network": ("coalesce(peer, '')",),
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


class Window(NamedTuple):
    """What was shown to one key."""

    entries: bytes
    """The newest subjects, as many as were asked for, in the order in which they were last seen."""
    total: int
    """How many there are in all."""
    since: int
    """The tick at which the first of all was last seen."""

    @property
    def digests(self) -> bytes:
        """The subjects of `entries`, abridged, one after another."""
        return _column(self.entries, _TICK, _ENTRY)

    def seen(self, after: int, keep: int) -> Seen:
        """As a budget knows it that remembers `keep` of those who were last seen after the tick `after`.

        Of those who are told of by number alone it is not known: they count.
        """
        ticks = _ticks(self.entries)
        outside = bisect_right(ticks, after)
        begin = max(outside, len(ticks) - keep)
        few = Few()
        few.fill(_column(self.entries[begin * _ENTRY :], _TICK, _ENTRY), ticks[begin:])
        seen = Seen(self.since)
        seen.recent = few if len(few) <= FEW else Many(few)
        seen.latest = float(few.newest)
        untold = self.total - len(ticks) if not outside else 0
        if lost := begin - outside + untold:
            seen.lost, seen.lost_at = lost, ticks[begin]
        return seen


def windows(rows: "Rows", counted: Counted, now: float, keep: int) -> Iterator[tuple[str, Window]]:
    """Each key of one space; a key may come several times, as parts of what it has seen.

    `keep` subjects of a key are told of, of others how many they are. Ticks are made as the engine makes them; of a
    clock that was set back none lies in the future.
    """
    asked = _Asked(counted, f"least(greatest(ceil(max(time) / 1e6), 1), {ceil(now)})::UINTEGER", keep)
    rows.keep("numbered", asked.numbered, *asked.values)
    for told in rows.ask(asked.large, AT_ONCE):
        rows.keep("of_one", asked.of_one, *asked.values, *told)
        ((newest, total, since),) = rows.ask(asked.newest_of_one)
        yield asked.key(told), Window(a2b_base64(newest), total, since)
    for part, first, last in rows.ask(asked.parts, AT_ONCE):
        for *told, newest, total, since in rows.stream(asked.part, *asked.values, first, last, AT_ONCE, part):
            yield asked.key(told), Window(a2b_base64(newest), total, since)


def firsts(rows: "Rows", counted: Counted) -> Iterator[tuple[str, int]]:
    """When each key was first shown anybody; a key may come several times."""
    asked = _Asked(counted)
    for *told, first in rows.stream(asked.first, *asked.values):
        yield asked.key(told), max(1, ceil(first / 1e6))


class _Asked:
    """The questions of one space, made of constants and numbers."""

    def __init__(self, counted: Counted, last: str = "", keep: int = 0) -> None:
        """`last` is SQL for the tick at which a subject was last seen; `keep` of those of a key are told of."""
        self._group = counted.group
        columns = _COLUMNS[counted.group.per]
        parts = ", ".join(f"{column} AS c{at}" for at, column in enumerate(columns))
        keys = ", ".join(f"c{at}" for at in range(len(columns)))
        one = " AND ".join(f"c{at} = ?" for at in range(len(columns)))
        where = "true" if counted.operations is None else "operation IN (SELECT unnest(?::VARCHAR[]))"
        self.values: list[Any] = [] if counted.operations is None else [list(counted.operations)]
        """What stands for the first parameters of each question."""
        rows = f"SELECT {parts}, time, subject FROM {{rows}} WHERE own IS NOT TRUE AND subject IS NOT NULL AND {where}"
        # parts are of keys that follow on each other, as rows are sorted by principals: others are passed over
        before = f"sum(number) OVER (ORDER BY {keys} ROWS UNBOUNDED PRECEDING)"
        self.numbered = f"""
            SELECT *, row_number() OVER () AS place, ({before} // {AT_ONCE})::BIGINT AS part
            FROM (SELECT {keys}, count(*) AS number FROM ({rows}) GROUP BY {keys})
        """
        self.large = f"SELECT {keys} FROM numbered WHERE number > ?"
        self.parts = "SELECT part, min(c0), max(c0) FROM numbered WHERE number <= ? GROUP BY part ORDER BY part"
        some = "SELECT * FROM numbered WHERE number <= ? AND part = ?"
        people = f"""
            SELECT place, subject, {last} AS last
            FROM ({rows} AND c0 BETWEEN ? AND ?) JOIN ({some}) USING ({keys}) GROUP BY place, subject
        """
        self.part = f"""
            SELECT {keys}, newest, total, since FROM numbered JOIN (
                SELECT place, {_packed(f"[-{keep}:]")} AS newest, count(*) AS total, min(last) AS since FROM ({people})
                GROUP BY place
            ) USING (place)
        """
        self.of_one = f"SELECT subject, {last} AS last FROM ({rows}) WHERE {one} GROUP BY subject"
        self.newest_of_one = f"""
            SELECT {_packed()}, (SELECT count(*) FROM of_one), (SELECT min(last) FROM of_one)
            FROM (FROM of_one ORDER BY last DESC, subject DESC LIMIT {keep})
        """
        self.first = f"SELECT {keys}, min(time) FROM ({rows}) GROUP BY {keys}"

    def key(self, told: Sequence[str]) -> str:
        """The key of a row that begins with `told`."""
        given = dict(zip(_MEANING[self._group.per], told, strict=True))
        return self._group.key(
            given.get("principal", ""), given.get("client", ""), given.get("peer", ""), given.get("operation", "")
        )


def _packed(chosen: str = "") -> str:
    """SQL for the entries of a group, or those `chosen` of them, in order and in one text (Base64)."""
    entries = f"list_sort(list(last::BIT::BLOB || (subject::BLOB)[1:{DIGEST}]))"
    return f"array_to_string(list_transform({entries}{chosen}, lambda each: base64(each)), '')"


def _ticks(entries: bytes) -> "array[int]":
    ticks = array("I", _column(entries, 0, _TICK))
    if sys.byteorder == "little":
        ticks.byteswap()
    return ticks


def _column(entries: bytes, begin: int, end: int) -> bytes:
    """These bytes of each entry, one after another: a byte of all at once."""
    width = end - begin
    column = bytearray(len(entries) // _ENTRY * width)
    for at in range(width):
        column[at::width] = entries[begin + at :: _ENTRY]
    return bytes(column)
