"""State: what outlives an exchange and a policy. One for each gateway; a reload keeps it.

Everything here is touched only by one thread at a time (a worker holds its turn for a whole visit, an event loop is
one thread), or replaced whole by a thread in the background, so that nothing on the way of a request waits for a lock.
All of it is bounded, and takes the time as an argument.
"""

from collections.abc import Iterable, Mapping

from garrison.config.tables import Table
from garrison.core.kept import Keep, Kept
from garrison.engine.budgets import Budgets
from garrison.engine.circuit import Circuit
from garrison.engine.endings import Endings
from garrison.engine.limits import Counters
from garrison.engine.measures import NO_MEASURES, Measures
from garrison.engine.pseudonyms import Pseudonyms
from garrison.engine.shown import Shown
from garrison.engine.walks import Walks
from garrison.identity.memory import Memory


class State:
    """What the controls remember. Empty at first."""

    __slots__ = (
        "budgets", "circuit", "counters", "endings", "identity", "measures", "people", "pseudonyms", "secrets", "shown",
        "tables", "upstream", "walks",
    )  # fmt: skip

    def __init__(self, secret: bytes = b"") -> None:
        """`secret` is random and of this gateway alone; without it what needs one refuses."""
        self.identity = Memory(secret)
        self.pseudonyms = Pseudonyms(secret)
        """How data subjects are named in the record; replaced whole when the key is renewed."""
        self.shown = Shown(secret)
        """Which ids of objects were shown to whom."""
        self.people = Shown(secret)
        """Which data subjects were disclosed to whom: the ledger is its memory."""
        self.walks = Walks()
        """Which ids were asked for just before."""
        self.tables: Mapping[str, Table] = {}
        """What the settings' tables hold, by file; replaced whole with each policy."""
        self.upstream = ""
        """The address of the API behind the gateway, as the settings have it; replaced with each policy."""
        self.secrets: Mapping[str, str] = {}
        """What is added to requests, by the file that it stands in; replaced whole when one changes."""
        self.circuit = Circuit()
        """Whether a third party is asked anything."""
        self.budgets = Budgets()
        """Who was shown to whom, as far as budgets count it: the ledger is its memory."""
        self.counters = Counters()
        """What rate limits count."""
        self.endings = Endings()
        """Which sessions were ended by an operation."""
        self.measures: Measures = NO_MEASURES
        """The countermeasures in force; replaced whole."""

    def is_calm(self) -> bool:
        """Whether nobody is measured against: no countermeasure is in force, no session was ended, and nobody is held
        by a budget or near a limit of one."""
        if self.measures is not NO_MEASURES or not self.endings.is_empty:
            return False
        return self.budgets.calm is not None or self.budgets.is_calm()

    def restore(self, records: Iterable[Kept], now: float) -> None:
        """Take over what an earlier process kept, the last value of each key last; before the first exchange."""
        for kept in records:
            if kept.until > now or kept.value is None:
                self.identity.restore(kept)
                self.counters.restore(kept)
                self.circuit.restore(kept, self.upstream)
                self.endings.restore(kept)

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` from now on what a restart must not forget."""
        self.identity.keep_with(keep)
        self.counters.keep_with(keep)
        self.circuit.keep_with(keep, self.upstream)
        self.endings.keep_with(keep)

    def remembers_since(self, moment: float) -> None:
        """What was used once before `moment` may be unknown."""
        self.identity.proofs.since = moment
