"""One event as rules see it: with what is derived of it, and what the learners say."""

import ipaddress
from functools import lru_cache
from typing import Final, TypeAlias

from garrison.core.event import Event
from garrison.core.ids import EventId, OperationId
from garrison.core.networks import peer_of

_HOUR: Final = 3600.0
_DAY: Final = 86_400.0

Fact: TypeAlias = tuple[float, EventId, str, str, str, str, OperationId | None]
"""What is kept of an event as long as it may count: when it ended, its id, principal, client, token, peer and
operation. One tuple for all rules."""


class Seen:
    """One event, made once and given to every rule. `time` is when it ended, never before an earlier one's."""

    __slots__ = (
        "anonymous", "asker", "denied", "dormant", "event", "fact", "looked", "missing", "new_form", "newcomer",
        "origin", "people", "reasons", "sought", "strange", "surge", "taking", "time", "told",
    )  # fmt: skip

    def __init__(self, event: Event, time: float) -> None:
        self.event = event
        self.time = time
        self.anonymous = not event.principal
        peer = event.peer
        self.origin = peer_of(peer) if ":" in peer else peer
        """The peer, of IPv6 its /64: one subscriber has all of it to choose from, a new address for each request."""
        self.asker = event.principal or self.origin
        self.denied = not event.allowed
        exposed = event.exposed
        self.people: tuple[str, ...] = ()
        """Subjects whose data was disclosed to somebody else than themselves."""
        self.sought = event.asked
        """Subjects that the request was after, found or not."""
        if exposed:
            others = [one.subjects for one in exposed if not one.own]
            if others:
                self.people = others[0] if len(others) == 1 else tuple(dict.fromkeys(sum(others, ())))
            self.sought = (*event.asked, *self.people) if event.asked else self.people
        self.told = bool(self.people)
        self.looked = bool(self.sought)
        self.strange = event.unissued > 0
        self.reasons: tuple[str, ...] = ()
        """Ids of objections, enforced and observed."""
        if event.reasons or event.observed:
            self.reasons = tuple(dict.fromkeys([one.id for one in (*event.reasons, *event.observed)]))
        self.new_form = False
        self.newcomer = False
        self.dormant = False
        self.surge = self.missing = self.taking = 0.0
        self.fact: Fact = (
            time, event.id, event.principal, event.client, event.token, event.peer, event.operation
        )  # fmt: skip

    @property
    def network(self) -> str:
        """The peer's /24 or /48; the peer itself where it is no address."""
        return network_of(self.event.peer)

    @property
    def hour(self) -> int:
        """Hour of the day, UTC, from 0."""
        return int(self.time % _DAY // _HOUR)

    @property
    def weekday(self) -> int:
        """Day of the week, UTC: Monday is 0. The epoch began on a Thursday."""
        return int(self.time // _DAY + 3) % 7


@lru_cache(maxsize=65_536)
def network_of(peer: str) -> str:
    """The network that `peer` is in: 24 bits of an IPv4 address, 48 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
