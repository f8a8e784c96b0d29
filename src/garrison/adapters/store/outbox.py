"""What is still to be told, and to whom: kept in the casebook until it was delivered or given up.

Of each incident at most one message waits for each destination: what happens meanwhile is in it. Two about one incident
are some minutes apart, but for what makes it worse and for measures, which are told at once.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from garrison.adapters.store.casebook import Casebook, severity_of
from garrison.core.notice import Notice, NoticeKind

DELAYS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds before the next try, the last of them again and again."""
MOST_WAITING: Final = 20_000
"""Messages that wait for one destination. Of more the least severe are given up, of which the oldest."""


class Waiting(msgspec.Struct, frozen=True):
    """One message that is to be delivered."""

    number: int
    destination: str
    tries: int
    first: float
    """When it was due for the first time: seconds since the epoch."""
    notice: Notice


class Delivery(msgspec.Struct, frozen=True):
    """How it stands with one destination."""

    name: str
    waiting: int = 0
    sent: int = 0
    given_up: int = 0
    """Messages that it never got."""
    trouble: str = ""
    """Why the last try failed; empty where it did not."""


class Outbox:
    """The part of the casebook that is to be told."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook = casebook

    def tell(self, destination: str, notice: Notice, now: float, *, every: float) -> None:
        """Have `destination` told, within `Casebook.changing`."""
        ask, do = self._casebook.ask, self._casebook.do
        told = ask(
            "SELECT at, severity, measured FROM told WHERE destination = ? AND incident = ?",
            *(destination, notice.incident),
        )
        due = now
        if told:
            at, severity, measured = told[0]
            due = now if _is_urgent(notice, severity, measured) else max(now, at + every)
        elif notice.into is not None:  # nobody was told that there was one
            do("DELETE FROM outbox WHERE destination = ? AND incident = ?", destination, notice.incident)
            return
        elif notice.kind is NoticeKind.UPDATED:
            notice = msgspec.structs.replace(notice, kind=NoticeKind.OPENED)
        # one that could not be delivered yet keeps its time and its delays: the server is no better for new contents
        do(
            "INSERT INTO outbox (destination, incident, due, first, tries, notice) VALUES (?, ?, ?, ?, 0, ?) "
            "ON CONFLICT (destination, incident) DO UPDATE SET notice = excluded.notice, "
            "due = CASE WHEN tries = 0 THEN min(due, excluded.due) ELSE due END",
            *(destination, notice.incident, due, due, msgspec.json.encode(notice)),
        )

    def bound(self, destination: str) -> int:
        """Give up what matters least of what waits beyond `MOST_WAITING`, within `Casebook.changing`; how many."""
        (count,) = self._casebook.ask("SELECT count(*) FROM outbox WHERE destination = ?", destination)[0]
        surplus = int(count) - MOST_WAITING
        if surplus <= 0:
            return 0
        order = f"{severity_of('notice')}, first"
        least = f"SELECT number FROM outbox WHERE destination = ? ORDER BY {order} LIMIT ?"  # noqa: S608  # made of constants
        self._casebook.do(f"DELETE FROM outbox WHERE number IN ({least})", destination, surplus)  # noqa: S608  # made of constants
        self._count(destination, given_up=surplus, trouble="more messages than can wait")
        return surplus

    def due(self, destination: str, now: float, most: int) -> list[Waiting]:
        """What is to be delivered now, in the order in which it became due."""
        rows = self._casebook.ask(
            "SELECT number, destination, tries, first, notice FROM outbox WHERE destination = ? AND due <= ? "
            "ORDER BY due, number LIMIT ?",
            *(destination, now, most),
        )
        return [
            Waiting(number, name, tries, first, msgspec.json.decode(notice, type=Notice))
            for number, name, tries, first, notice in rows
        ]

    def delivered(self, some: Sequence[Waiting], now: float, *, every: float) -> None:
        """They were. What was put in their place meanwhile is told later."""
        with self._casebook.changing():
            for each in some:
                notice = each.notice
                if notice.detection is None:
                    self._casebook.do(
                        "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)",
                        *(each.destination, notice.incident, now, notice.severity.rank, notice.measured),
                    )
                for (later,) in self._casebook.ask("SELECT notice FROM outbox WHERE number = ?", each.number):
                    self._follow(each, msgspec.json.decode(later, type=Notice), now, every)
            self._count(some[0].destination, sent=len(some))

    def _follow(self, sent: Waiting, later: Notice, now: float, every: float) -> None:
        """After `sent` comes what stands in its place, where that is not the same."""
        if later == sent.notice:
            self._casebook.do("DELETE FROM outbox WHERE number = ?", sent.number)
            return
        if later.kind is NoticeKind.OPENED:
            later = msgspec.structs.replace(later, kind=NoticeKind.UPDATED)
        due = now if _is_urgent(later, sent.notice.severity.rank, sent.notice.measured) else now + every
        self._casebook.do(
            "UPDATE outbox SET due = ?, first = ?, tries = 0, notice = ? WHERE number = ?",
            *(due, due, msgspec.json.encode(later), sent.number),
        )

    def failed(self, some: Sequence[Waiting], now: float, why: str, *, give_up: float) -> int:
        """They could not be delivered; how many were given up."""
        gone = 0
        with self._casebook.changing():
            for each in some:
                if now - each.first >= give_up:
                    gone += self._casebook.do("DELETE FROM outbox WHERE number = ?", each.number)
                else:
                    delay = DELAYS[min(each.tries, len(DELAYS) - 1)]
                    self._casebook.do(
                        "UPDATE outbox SET tries = tries + 1, due = ? WHERE number = ?", now + delay, each.number
                    )
            self._count(some[0].destination, given_up=gone, trouble=why)
        return gone

    def forget(self, destinations: Sequence[str]) -> None:
        """Let go of what waits for destinations that there are no more."""
        marks = ", ".join("?" * len(destinations)) or "''"
        for table, column in (("outbox", "destination"), ("told", "destination"), ("destinations", "name")):
            self._casebook.do(f"DELETE FROM {table} WHERE {column} NOT IN ({marks})", *destinations)  # noqa: S608  # made of constants

    def deliveries(self) -> tuple[Delivery, ...]:
        """How it stands with every destination that was told anything, or is to be."""
        waiting = dict(self._casebook.ask("SELECT destination, count(*) FROM outbox GROUP BY destination"))
        rows = {
            name: rest for name, *rest in self._casebook.ask("SELECT name, sent, given_up, trouble FROM destinations")
        }
        return tuple(
            [Delivery(name, waiting.get(name, 0), *rows.get(name, (0, 0, ""))) for name in sorted({*waiting, *rows})]
        )

    def _count(self, destination: str, *, sent: int = 0, given_up: int = 0, trouble: str = "") -> None:
        self._casebook.do(
            "INSERT INTO destinations VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "sent = sent + excluded.sent, given_up = given_up + excluded.given_up, trouble = excluded.trouble",
            *(destination, sent, given_up, trouble),
        )


def _is_urgent(notice: Notice, severity: int, measured: int) -> bool:
    """Whether it is worse than what was told last, or more was done."""
    is_end = notice.kind in {NoticeKind.CLOSED, NoticeKind.TEST}
    return is_end or notice.severity.rank > severity or notice.measured > measured
