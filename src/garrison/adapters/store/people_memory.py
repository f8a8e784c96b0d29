"""Who was shown whom, out of the ledger: after a restart nobody is taken for a stranger who was met before."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from garrison.adapters.store.budget_windows import Counted, Window, windows
from garrison.adapters.store.table import MICROSECONDS
from garrison.config.exposure import LONGEST_WINDOW
from garrison.engine.shown import Shown
from garrison.exposure.seeking import PER_PARTY, PLACES, as_numbers
from garrison.exposure.spaces import Group

if TYPE_CHECKING:
    from garrison.adapters.store.ledger_rows import Rows

HORIZON: Final = LONGEST_WINDOW
"""Seconds of the ledger that are read: at least as many as for any budget."""
_NO_LIMIT: Final = 1 << 31
_ALL: Final = Counted(
    Group("", "principal", "", (32, 64), HORIZON, PER_PARTY, _NO_LIMIT, _NO_LIMIT, HORIZON, ()), operations=None
)
"""Everybody who was shown to a principal, else to their peer: as budgets count it that are told to count all."""


class PeopleMemory:
    """Makes `Shown` of what is read from the ledger, be it for itself or for a budget that counts the same."""

    keep: Final = PER_PARTY
    """Subjects of a party that are to be told of."""

    def __init__(self, number: int) -> None:
        """`number` is that of the key under which people are known."""
        self.shown = Shown()
        self.is_read = False
        """Whether the ledger was read to its end."""
        self._number = number

    def shares(self, counted: Counted) -> bool:
        """Whether a space of budgets counts the very same, so that it need not be read twice."""
        group = counted.group
        return (group.per, group.kind, counted.operations) == ("principal", "", None)

    def begin(self, rows: "Rows") -> None:
        """Before the first party of these rows: where there is none under the key, nobody is known."""
        ((first,),) = rows.ask("SELECT min(time) FROM {rows} WHERE key = ?", self._number)
        if first is not None:
            self.shown.began, self.shown.number = first / MICROSECONDS, self._number

    def add(self, party: str, window: Window) -> None:
        """One party, or more of it."""
        if self.shown.began is not None:
            self.shown.add(party, as_numbers(window.digests), PER_PARTY, PLACES)


def people_shown(data: Path, number: int, now: float) -> Shown:
    """Whom each party was shown, by what is on record in `data` under the key `number`; nothing where nothing is.

    Raises RecordError where the record cannot be read.
    """
    from garrison.adapters.store.ledger_rows import ExposureFilter, opened  # DuckDB: only where there is a record

    memory = PeopleMemory(number)
    with opened(data, ExposureFilter(since=now - HORIZON, with_sent=False)) as rows:
        memory.begin(rows)
        if memory.shown.began is not None:
            for party, window in windows(rows, _ALL, now, PER_PARTY):
                memory.add(party, window)
    return memory.shown
