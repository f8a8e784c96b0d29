"""The upkeep of the data set: `python -m garrison.adapters.store.upkeep DATA`, kept running by the watch process.

Turns finished segments of the spools into the tables of the data set, merges small files, lets old days go. Nobody
waits for any of it, and it would take the traffic's processors: so it is a process of its own, behind all else. It may
be killed at any moment: what it had not finished is done by the one after it, once.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from garrison.adapters.pace import step_back
from garrison.adapters.recorded import days
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.conversion import Whole
from garrison.adapters.store.dataset import Dataset
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.exposures import EXPOSURES
from garrison.adapters.store.holds import keep_holds
from garrison.adapters.store.only_one import BusyError
from garrison.adapters.store.segments import segment_files
from garrison.core.errors import RecordError

CONVERT: Final = 1.0
"""Seconds between two conversions of finished segments, and between tries where that cannot be done."""
TIDY: Final = 60.0
"""Seconds between two looks for files to merge, days to let go and leftovers to remove."""
HURRIES: Final = 60.0
"""Seconds that it keeps the rank of others where it was told to hurry."""
DIES: Final = 60.0
"""Seconds that one before it which was killed may take to die: it is behind all else to its end, which takes as long as
nobody leaves it a processor."""


class Retention(msgspec.Struct, frozen=True):
    """How many days, in UTC, what is kept."""

    events: int = 90
    exposures: int = 400
    exposures_of: Mapping[str, int] = {}
    """Of single kinds of data subjects, where that is less."""


class Upkeep:
    """Keeps up one data set, a step at a time."""

    def __init__(self, data: Path, *, retention: Retention) -> None:
        """Take hold of the data set in `data`. Raises BusyError where another process has it."""
        self._data = data
        self._retention = retention
        self._unconverted = self._untidy = ""
        """Why it could not be converted or tidied the last time. Apart: one that succeeds hides not the other."""
        whole: Whole = {}
        with ExitStack() as opened:
            self._tables = [
                (table, opened.enter_context(Dataset(data, table, sharing=TABLES, whole=whole))) for table in TABLES
            ]
            self._opened = opened.pop_all()
        self._tidy_at = 0.0

    @property
    def trouble(self) -> str:
        """Why the data set could not be written the last time; empty where it could."""
        return self._unconverted or self._untidy

    def step(self, moment: float) -> None:
        """Do what is due at `moment` (seconds since the epoch)."""
        self._unconverted = self._attempt(self._convert, moment)
        if moment >= self._tidy_at or self._untidy:
            self._tidy_at = moment + TIDY
            self._untidy = self._attempt(self._tidy, moment)

    def close(self, moment: float) -> None:
        """Take in what is finished, and let go."""
        self._attempt(self._convert, moment)
        self._opened.close()

    @staticmethod
    def _attempt(work: Callable[[float], None], moment: float) -> str:
        """What is wrong: a disk that is full or broken ends nothing, the spool keeps the events until it is mended."""
        try:
            work(moment)
        except RecordError as error:
            return str(error)
        return ""

    def _convert(self, moment: float) -> None:
        for table, dataset in self._tables:
            while dataset.ingest(segment_files(self._data / table.spool), moment):
                pass

    def _tidy(self, moment: float) -> None:
        kept = self._retention
        days.retain(self._data, kept.events, moment)  # also what was kept before keeping was switched off
        for table, dataset in self._tables:
            if table is EVENTS and (until := dataset.ends(kept.events, moment)) is not None:
                keep_holds(self._data, until)
            dataset.retain(kept.exposures if table is EXPOSURES else kept.events, moment)
            if table is EXPOSURES and kept.exposures_of:
                dataset.retain_by("kind", kept.exposures_of, moment)
            while dataset.compact(moment):
                self._convert(moment)
            dataset.sweep(moment)


def command(data: Path, retention: Retention, *, hurry: bool) -> Sequence[str]:
    """How the process is started."""
    options = ["--retention", msgspec.json.encode(retention).decode()]
    return [sys.executable, "-P", "-m", "garrison.adapters.store.upkeep", str(data), *options, *["--hurry"] * hurry]


def main(arguments: Sequence[str] | None = None) -> int:
    """Keep it up until killed, and say after each step on stdout what is wrong, a line; the exit status: 1 where the
    data set cannot be used at all."""
    parser = argparse.ArgumentParser(prog="garrison.adapters.store.upkeep", description="Keep the data set of DATA.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--retention", default="{}")
    parser.add_argument("--hurry", action="store_true", help="Keep the rank of others for a while.")
    options = parser.parse_args(arguments)
    hurries = time.monotonic() + HURRIES if options.hurry else 0.0
    try:
        upkeep = _succeeding(options.data, msgspec.json.decode(options.retention, type=Retention))
    except RecordError as error:
        _tell(str(error))
        return 1
    with contextlib.suppress(BrokenPipeError):
        while True:
            if time.monotonic() >= hurries:  # once begun: to load the program behind all else may take for ever
                step_back()
                hurries = float("inf")
            upkeep.step(time.time())
            _tell(upkeep.trouble)
            time.sleep(CONVERT)
    return 0


def _succeeding(data: Path, retention: Retention) -> Upkeep:
    """The upkeep, once the one before it has let go."""
    until = time.monotonic() + DIES
    while True:
        try:
            return Upkeep(data, retention=retention)
        except BusyError:
            if time.monotonic() >= until:
                raise
        time.sleep(CONVERT)


def trouble_in(said: bytes) -> str:
    """What is wrong, by the last of the lines that the process has said; empty where nothing is."""
    return said.decode(errors="replace").splitlines()[-1]


def _tell(trouble: str) -> None:
    """One line, an empty one where all is well: it is also what shows that the process works."""
    os.write(sys.stdout.fileno(), " ".join(trouble.split()).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
