"""Assessments that are made again and again, in `assessments.sqlite`: each run, what was different, what is known.

What a run saw becomes known, and its differences are to be told, in one transaction: however the process ends, no
difference is told twice and none is lost.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from garrison.adapters.store.sqlite import Database
from garrison.assess.schedule import Past
from garrison.core.difference import Difference
from garrison.core.picture import Picture

FILE: Final = "assessments.sqlite"
MOST_RUNS: Final = 1_000
"""Runs that are kept of each target: the last ones."""
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, target TEXT NOT NULL, begun REAL NOT NULL, ended REAL NOT NULL, trouble TEXT NOT NULL,
    requests INTEGER NOT NULL, stopped TEXT NOT NULL, told INTEGER NOT NULL, differences BLOB NOT NULL
);
CREATE INDEX runs_by_target ON runs (target, number);
CREATE TABLE pictures (target TEXT PRIMARY KEY, picture BLOB NOT NULL) WITHOUT ROWID;
"""
_COLUMNS: Final = "number, target, begun, ended, trouble, requests, stopped, differences"


class AssessmentRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    number: int
    target: str
    begun: float
    """Seconds since the epoch; so are all times."""
    ended: float = 0.0
    """0 where it is under way, or was cut off."""
    trouble: str = ""
    """Why it could not be made; empty where it could."""
    requests: int = 0
    stopped: str = ""
    """Why it ended before its work was done."""
    differences: tuple[Difference, ...] = ()

    @property
    def was_made(self) -> bool:
        """Whether it came to its end."""
        return self.ended > 0 and not self.trouble


class Assessments(Database):
    """The runs of one data directory. Every method raises RecordError where they cannot be used."""

    def __init__(self, data: Path, *, is_read: bool = False) -> None:
        """With `is_read` an empty one stands for one that is not there."""
        super().__init__(data / FILE, _TABLES, _VERSION, is_read=is_read)

    def picture(self, target: str) -> Picture | None:
        """What is known of a target; None where nothing is. Raises RecordError."""
        rows = self.ask("SELECT picture FROM pictures WHERE target = ?", target)
        return self.decoded(rows[0][0], Picture) if rows else None

    def keep(self, target: str, picture: Picture) -> None:
        """What is known before the first run. Raises RecordError."""
        with self.changing():
            self._put(target, picture)

    def begin(self, target: str, now: float) -> int:
        """A run begins; its number. Raises RecordError."""
        with self.changing():
            ((number,),) = self.ask(
                "INSERT INTO runs (target, begun, ended, trouble, requests, stopped, told, differences) "
                "VALUES (?, ?, 0, '', 0, '', 1, '[]') RETURNING number",
                *(target, now),
            )
            self.do(
                "DELETE FROM runs WHERE target = ? AND told = 1 AND number NOT IN "
                "(SELECT number FROM runs WHERE target = ? ORDER BY number DESC LIMIT ?)",
                *(target, target, MOST_RUNS),
            )
        return int(number)

    def withdraw(self, number: int) -> None:
        """It was not begun after all. Raises RecordError."""
        with self.changing():
            self.do("DELETE FROM runs WHERE number = ?", number)

    def finish(self, run: AssessmentRun, picture: Picture | None) -> None:
        """A run has ended, and its differences are to be told; `picture` is what is known from now on, None: what was
        known. Raises RecordError, and then nothing of it is kept."""
        with self.changing():
            self.do(
                "UPDATE runs SET ended = ?, trouble = ?, requests = ?, stopped = ?, told = ?, differences = ? "
                "WHERE number = ?",
                *(run.ended, run.trouble, run.requests, run.stopped, not run.differences),
                *(msgspec.json.encode(run.differences), run.number),
            )
            if picture is not None:
                self._put(run.target, picture)

    def untold(self, target: str) -> list[AssessmentRun]:
        """Runs whose differences were not told yet, the oldest first. Raises RecordError."""
        return self._runs("target = ? AND told = 0 ORDER BY number", target)

    def told(self, number: int) -> None:
        """They were. Raises RecordError."""
        with self.changing():
            self.do("UPDATE runs SET told = 1 WHERE number = ?", number)

    def runs(self, target: str = "", limit: int = -1) -> list[AssessmentRun]:
        """The last ones first, of one target or of all. Raises RecordError."""
        return self._runs("(? = '' OR target = ?) ORDER BY number DESC LIMIT ?", target, target, limit)

    def past(self, target: str) -> Past:
        """What happened so far, for the schedule. Raises RecordError."""
        tried: float | None = None
        failures = 0
        for run in self.runs(target):
            if run.was_made:
                return Past(run.begun, run.ended, tried, failures)
            tried = run.begun if tried is None else tried
            failures += 1
        return Past(tried=tried, failures=failures)

    # -- the database

    def _put(self, target: str, picture: Picture) -> None:
        self.do("INSERT OR REPLACE INTO pictures VALUES (?, ?)", target, msgspec.json.encode(picture))

    def _runs(self, where: str, *values: object) -> list[AssessmentRun]:
        rows: Sequence[Any] = self.ask(f"SELECT {_COLUMNS} FROM runs WHERE {where}", *values)  # noqa: S608  # made of constants
        return [self._run(row) for row in rows]

    def _run(self, row: Sequence[Any]) -> AssessmentRun:
        number, target, begun, ended, trouble, requests, stopped, differences = row
        return AssessmentRun(
            number=number, target=target, begun=begun, ended=ended, trouble=trouble, requests=requests, stopped=stopped,
            differences=self.decoded(differences, tuple[Difference, ...]),
        )  # fmt: skip
