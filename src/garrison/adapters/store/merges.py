"""Which small files of a table become one: files of one day, many at once, so that a row is seldom written again."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

from garrison.adapters.store.manifest import DataFile

FILES_AT_ONCE: Final = 64
"""Files that one merge reads."""
SMALL: Final = 1_000_000
"""Rows; a file with fewer is merged with others of its day. Of events some 30 MB."""
LARGE: Final = 4_000_000
"""Rows at which a merged file is complete."""
MANY: Final = 16
"""Small files of one day that are merged at once, so that a row is rewritten a few times and no more."""
QUIET: Final = 3600.0
"""Seconds without a new file after which a past day's last small files are merged, however few."""


def due(files: Iterable[DataFile], today: str, now: float) -> Sequence[DataFile]:
    """Files of one day, the earliest of which any are to be merged, in the order of time; none or at least two."""
    for day, of_day in itertools.groupby(sorted(files, key=_by_time), key=lambda file: file.day):
        if chosen := _due(list(of_day), over=day < today, now=now):
            return chosen
    return ()


def _due(files: Sequence[DataFile], *, over: bool, now: float) -> Sequence[DataFile]:
    """Which of one day's files, given by time, are to be merged now; none or at least two."""
    small = [file for file in files if file.rows < SMALL]
    settled = over and all(file.written <= now - QUIET for file in small)
    if len(small) < (2 if settled else MANY):
        return []
    sums = itertools.accumulate(file.rows for file in small)
    fitting = [file for file, total in zip(small, sums, strict=True) if total <= LARGE]
    return fitting[:FILES_AT_ONCE]


def _by_time(file: DataFile) -> tuple[str, int]:
    return file.day, file.since
