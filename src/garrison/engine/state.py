"""State: what outlives an exchange and a policy. One for each gateway; a reload keeps it.

Everything here is touched only by one thread at a time (a worker holds its turn for a whole visit, an event loop is
one thread), or replaced whole by a thread in the background, so that nothing on the way of a request waits for a lock.
All of it is bounded, and takes the time as an argument.
"""

from collections.abc import Mapping

from garrison.config.tables import Table
from garrison.engine.budgets import Budgets
from garrison.engine.limits import Counters
from garrison.engine.measures import NO_MEASURES, Measures
from garrison.engine.pseudonyms import Pseudonyms
from garrison.engine.shown import Shown
from garrison.identity.memory import Memory


class State:
    """What the controls remember. Empty at first."""

    __slots__ = ("budgets", "counters", "identity", "measures", "pseudonyms", "shown", "tables")

    def __init__(self, secret: bytes = b"") -> None:
        """`secret` is random and of this gateway alone; without it what needs one refuses."""
        self.identity = Memory(secret)
        self.pseudonyms = Pseudonyms(secret)
        """How data subjects are named in the record; replaced whole when the key is renewed."""
        self.shown = Shown(secret)
        """Which ids of objects were shown to whom."""
        self.tables: Mapping[str, Table] = {}
        """What the settings' tables hold, by file; replaced whole with each policy."""
        self.budgets = Budgets()
        """Who was shown to whom, as far as budgets count it."""
        self.counters = Counters()
        """What rate limits count."""
        self.measures: Measures = NO_MEASURES
        """The countermeasures in force; replaced whole."""
