"""Who was shown whom, out of the ledger: after a restart nobody is taken for a stranger who was met before."""

from pathlib import Path
from typing import Final

from garrison.adapters.store.budget_windows import Counted, windows
from garrison.adapters.store.ledger_rows import ExposureFilter, opened
from garrison.adapters.store.table import MICROSECONDS
from garrison.config.exposure import LONGEST_WINDOW
from garrison.engine.shown import Shown
from garrison.exposure.seeking import PER_PARTY, PLACES, as_numbers
from garrison.exposure.spaces import Group

HORIZON: Final = LONGEST_WINDOW
"""Seconds of the ledger that are read: as for budgets."""
_NO_LIMIT: Final = 1 << 31
_ALL: Final = Counted(
    Group("", "principal", "", (32, 64), HORIZON, PER_PARTY, _NO_LIMIT, _NO_LIMIT, HORIZON, ()), operations=None
)
"""Everybody who was shown to a principal, else to their peer: as budgets count it that are told to count all."""


def people_shown(data: Path, number: int, now: float) -> Shown:
    """Whom each party was shown, by what is on record in `data` under the key `number`; nothing where nothing is.

    Raises RecordError where the record cannot be read.
    """
    people = Shown()
    with opened(data, ExposureFilter(since=now - HORIZON, with_sent=False)) as rows:
        ((first,),) = rows.ask("SELECT min(time) FROM {rows} WHERE key = ?", number)
        if first is None:
            return people
        for party, seen in windows(rows, _ALL, (now, PER_PARTY)):
            digests = b"".join([digest for digest, _ in seen.recent.items()])
            people.add(party, as_numbers(digests), PER_PARTY, PLACES)
    people.began, people.number = first / MICROSECONDS, number
    return people
