"""The circuit to a third party: closed while it behaves, open once it does not, half open while that is tried again.

                 too many failures                    the pause is over
    closed ------------------------------> open ---------------------------> half open
      ^                                      ^                                  |   |
      |                                      +---- one probe fails -------------+   |
      +--------------------------------------------- all probes succeed ------------+

What counts as a failure is the control's affair (`controls/circuit_breaker.py`); here failures are counted. No clock:
every method takes the time. That it is not closed outlives the process; what was counted while it was, and probes that
were under way, do not.
"""

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from garrison.config.third_party import FAILING
from garrison.core.kept import Keep, Kept

SHELF: Final = "circuit"
"""Of what is kept, by the third party's address: when it opened, when it is tried again, exchanges and failures that
this was decided on, and the place of what failed most in `FAILING`, -1 for none of them."""
_MATTERS: Final = 86_400.0
"""Seconds from when it is tried again on; whoever comes later asks as if nothing had been."""
_PARTS: Final = 12
"""Parts of a window that are forgotten one by one: it slides in steps of a twelfth."""
_AGAIN: Final = 1.0
"""Seconds after which to come again while others are trying."""


class Phase(StrEnum):
    """How it stands."""

    CLOSED = "closed"
    """Everything passes."""
    OPEN = "open"
    """Nothing does."""
    HALF_OPEN = "half-open"
    """A few do, to see what becomes of them."""


class Terms(msgspec.Struct, frozen=True):
    """When the circuit opens and closes."""

    window: float
    """Seconds that exchanges are looked back at."""
    least: int
    """Exchanges in that time without which nothing is concluded."""
    share: float
    """Share of failures among them from which on it opens."""
    pause: float
    """Seconds until it is tried again."""
    probes: int
    """Exchanges that are let through then, and must all succeed."""


class Ticket(msgspec.Struct, frozen=True):
    """One exchange that was let through."""

    turn: int
    """Of how many changes before: what was let through before the last one says nothing any more."""


TURNED_AWAY: Final = Ticket(-1)
"""Of an exchange that was not let through."""

Admission: TypeAlias = Ticket | float
"""A ticket; or the seconds after which to come again."""


class Picture(msgspec.Struct, frozen=True):
    """How it stands, for people."""

    phase: Phase = Phase.CLOSED
    since: float = 0.0
    """When it came to this: seconds since the epoch; 0 where it never was otherwise."""
    until: float = 0.0
    """When an open one is tried again."""
    exchanges: int = 0
    """Those that the last decision was made on, or that the present window holds."""
    failures: int = 0
    why: str = ""
    """What failed most of those that opened it."""
    opened: int = 0
    """How often it was opened since the gateway's process began."""
    refused: int = 0
    """Requests that were refused since then."""


class Circuit:
    """The circuit of one gateway. Touched by one thread at a time, as all state is."""

    def __init__(self) -> None:
        """Closed, and nothing is known."""
        self._phase = Phase.CLOSED
        self._turn = 0
        self._since = self._until = 0.0
        self._parts: dict[int, list[int]] = {}
        """Exchanges and failures by part of the window."""
        self._why: dict[str, int] = {}
        self._last = (0, 0, "")
        """What the last opening was decided on."""
        self._under_way = 0
        """Probes that were let through and of which nothing is known yet."""
        self._succeeded = 0
        self._opened = self._refused = 0
        self._key = b""
        self._keep: Keep | None = None

    def keep_with(self, keep: Keep, party: str) -> None:
        """Tell `keep` from now on how the circuit to `party` stands."""
        self._key, self._keep = party.encode(), keep

    def restore(self, kept: Kept, party: str) -> None:
        """Take over how an earlier process left the circuit to `party`; that to another says nothing of it."""
        if kept.shelf != SHELF or kept.key != party.encode():
            return
        if not isinstance(kept.value, tuple):
            self._change(Phase.CLOSED, 0.0)
            return
        since, until, exchanges, failures, why = kept.value
        self._change(Phase.OPEN, since)  # also where it was half open: the probes are lost, others are sent
        self._until = until
        self._last = int(exchanges), int(failures), FAILING[int(why)] if 0 <= why < len(FAILING) else ""

    def left(self, terms: Terms, now: float) -> float:
        """Seconds for which an open one lets nothing through; 0 where something may pass."""
        if self._phase is not Phase.OPEN:
            return 0.0
        return max(0.0, min(self._until - now, terms.pause))  # a clock that was set back must not hold it open

    def admit(self, terms: Terms, now: float) -> Admission:
        """Whether an exchange may begin at `now`; each ticket is given back with `note`."""
        if self._phase is Phase.CLOSED:
            return Ticket(self._turn)
        if self._phase is Phase.OPEN:
            left = self.left(terms, now)
            if left:
                return self._refuse(left)
            self._change(Phase.HALF_OPEN, now)
        if self._under_way + self._succeeded < terms.probes:
            self._under_way += 1
            return Ticket(self._turn)
        return self._refuse(_AGAIN)

    def note(self, terms: Terms, ticket: Ticket, failed: str | None, now: float) -> Phase | None:
        """What became of an exchange: `failed` says why it did, is empty where it succeeded, and None where nothing can
        be said of the third party. Returns what that led to, None where to nothing."""
        if ticket.turn != self._turn or self._phase is Phase.OPEN:
            return None
        if self._phase is Phase.HALF_OPEN:
            return self._probed(terms, failed, now)
        if failed is None:
            return None
        part = int(now * _PARTS / terms.window)
        counted = self._parts.setdefault(part, [0, 0])
        counted[0] += 1
        counted[1] += bool(failed)
        if not failed:
            return None
        self._why[failed] = self._why.get(failed, 0) + 1
        exchanges, failures = self._counts(part)
        if exchanges < terms.least or failures < terms.share * exchanges:
            return None
        return self._open(terms, (exchanges, failures, max(self._why, key=self._why.__getitem__)), now)

    def picture(self) -> Picture:
        """How it stands."""
        exchanges, failures, why = self._last
        if self._phase is Phase.CLOSED:
            (exchanges, failures), why = self._sums(), ""
        until = self._until if self._phase is Phase.OPEN else 0.0
        return Picture(self._phase, self._since, until, exchanges, failures, why, self._opened, self._refused)

    def _probed(self, terms: Terms, failed: str | None, now: float) -> Phase | None:
        self._under_way -= 1
        if failed is None:
            return None
        if failed:
            return self._open(terms, (1, 1, failed), now)
        self._succeeded += 1
        if self._succeeded < terms.probes:
            return None
        if self._keep is not None:
            self._keep(SHELF, self._key, None, now)
        return self._change(Phase.CLOSED, now)

    def _open(self, terms: Terms, decided_on: tuple[int, int, str], now: float) -> Phase:
        self._last = exchanges, failures, why = decided_on
        self._until = now + terms.pause
        self._opened += 1
        if self._keep is not None:
            place = FAILING.index(why) if why in FAILING else -1
            value = now, self._until, exchanges, failures, place
            self._keep(SHELF, self._key, value, self._until + _MATTERS)
        return self._change(Phase.OPEN, now)

    def _change(self, phase: Phase, now: float) -> Phase:
        self._phase, self._since = phase, now
        self._turn += 1
        self._parts, self._why = {}, {}
        self._under_way = self._succeeded = 0
        return phase

    def _refuse(self, wait: float) -> float:
        self._refused += 1
        return wait

    def _counts(self, part: int) -> tuple[int, int]:
        """Exchanges and failures of the window that ends with `part`; what is older is forgotten."""
        for old in [each for each in self._parts if not part - _PARTS < each <= part]:
            del self._parts[old]
        return self._sums()

    def _sums(self) -> tuple[int, int]:
        counted = list(self._parts.values())  # in one go: a status is asked for from another thread
        return sum(exchanges for exchanges, _ in counted), sum(failures for _, failures in counted)
