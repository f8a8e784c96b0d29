"""State that survives a restart, in `state` of the data directory: journal and snapshot of one process after another.

    kept = KeptState(data / "state", say)
    state.restore(kept.records(now), now)       # once, before the traffic
    state.keep_with(kept.keep)                  # from then on; `kept.lost_at` says what may be missing

Each process has a directory of its own among `0`, `1`, ...: the first that nobody holds. A gateway has one process, and
so always the same.
"""

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from garrison.adapters.store.files import held, make_directory
from garrison.adapters.store.journal import Journal
from garrison.adapters.store.snapshot import Reading, compact, encode, mark_newest
from garrison.config.model import Settings
from garrison.core.errors import cause_of
from garrison.core.kept import Kept, Value
from garrison.engine.state import State

DIRECTORY: Final = "state"
SLOTS: Final = 64
"""Processes that keep their state in one data directory at the same time; those beyond keep none."""
PERIOD: Final = 1.0
"""Seconds between two syncs: so much a power failure may cost."""
_LOCK: Final = "lock"


class KeptState:
    """The state of this process. Where the disk refuses, the gateway goes on and says so."""

    def __init__(self, directory: Path, say: Callable[[str], None], *, compacts: bool) -> None:
        """`say` is told of what cannot be read or kept. `compacts`: no other process makes snapshots of `directory`."""
        self._say = say
        self._compacts = compacts
        self._lock = -1
        self._journal: Journal | None = None
        self._told = ""
        self._slot: Path | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garrison-state", daemon=True)
        self.lost_at = time.time()
        """Until when something may be missing from what `records` gives; 0: nothing is."""
        try:
            self._slot = self._taken(directory)
        except OSError as error:
            self._tell(f"state cannot be kept in `{directory}`: {cause_of(error)}")

    @property
    def lost(self) -> int:
        """How often something could not be kept."""
        return self._journal.lost if self._journal is not None else 0

    def records(self, now: float) -> Iterator[Kept]:
        """What was kept, the last value of each key last; once it is exhausted, what comes is kept."""
        if self._slot is None:
            return
        following = int(now)  # where nothing can be read: after all that there may be
        try:
            reading = Reading(self._slot, now)
            yield from reading.records()
            self.lost_at, following = reading.lost, reading.next_number
            for each in reading.damaged:
                self._say(f"kept state: {each}; what it held is forgotten")
        except (OSError, ValueError) as error:
            self._say(f"kept state cannot be read: {cause_of(error)}; what it held is forgotten")
        self._journal = Journal(self._slot, following, self.lost_at)
        self._attend()
        self._thread.start()
        os.register_at_fork(after_in_child=partial(_let_go, weakref.ref(self)))

    def keep(self, shelf: str, key: bytes, value: Value, until: float) -> None:
        """As `core.kept.Keep` has it."""
        if self._journal is not None:
            self._journal.append(encode(shelf, key, value, until))

    def close(self) -> None:
        """Keep no more; another process may go on with it."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        journal, self._journal = self._journal, None
        if journal is not None:
            with contextlib.suppress(OSError):
                journal.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _taken(self, directory: Path) -> Path:
        """The first directory of its own that nobody holds. Raises OSError."""
        for number in range(SLOTS):
            slot = make_directory(directory / str(number))
            lock = held(slot / _LOCK)
            if lock is not None:
                self._lock = lock
                return slot
        raise OSError(f"{SLOTS} processes keep theirs there")

    def _run(self) -> None:
        while not self._closing.wait(PERIOD):
            self._attend()

    def _attend(self) -> None:
        journal = self._journal
        if journal is None or self._slot is None:
            return
        trouble = ""
        try:
            journal.prepare()
            trouble = journal.trouble
            if not journal.is_open:
                mark_newest(self._slot, time.time())
            journal.sync()
            if self._compacts:
                compact(self._slot, time.time())
        except (OSError, ValueError) as error:
            trouble = cause_of(error)
        self._tell(f"state cannot be kept in `{self._slot}`: {trouble}" if trouble else "")

    def _tell(self, trouble: str) -> None:
        """Say it once, until it changes."""
        if trouble and trouble != self._told:
            self._say(f"{trouble}; a restart forgets what is counted meanwhile")
        self._told = trouble


def keep_state(state: State, settings: Settings, say: Callable[[str], None], *, compacts: bool) -> KeptState | None:
    """Give `state` back what the data directory of `settings` keeps of it, and keep it there from now on.

    None where they name no directory: then nothing from before this moment is known.
    """
    now = time.time()
    state.remembers_since(now)
    state.upstream = settings.upstream.url
    if not settings.data:
        return None
    kept = KeptState(Path(settings.data) / DIRECTORY, say, compacts=compacts)
    state.restore(kept.records(now), now)
    state.remembers_since(kept.lost_at)
    state.keep_with(kept.keep)
    return kept


class Compactor:
    """Makes snapshots of what the processes of a data directory keep, on a thread of its own."""

    def __init__(self, data: Path) -> None:
        self.trouble = ""
        """Why one could not be made the last time; empty where it could, or none was due."""
        self._directory = data / DIRECTORY
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garrison-compactor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the one that is being made, and make no more."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(PERIOD):
            try:
                for slot in self._directory.glob("[0-9]*"):
                    compact(slot, time.time())
                self.trouble = ""
            except (OSError, ValueError) as error:
                self.trouble = f"snapshots of `{self._directory}` cannot be made: {cause_of(error)}"


def _let_go(reference: "weakref.ref[KeptState]") -> None:
    """In a process that was forked off: the journal is its parent's."""
    kept = reference()
    if kept is not None:
        kept._journal = None  # noqa: SLF001  # this module's own
