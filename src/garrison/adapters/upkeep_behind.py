"""The process that keeps up the data set (`store/upkeep.py`), kept running behind all else: as long as little waits.

What is behind all else gets next to nothing where the processors are never idle. So where much waits, or it starves, it
is killed, which it may be at any moment, and begins anew with the rank of others. Nobody waits for its death, which
needs a processor too.
"""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from garrison.adapters.envoy import launch
from garrison.adapters.pace import call_forward, is_behind, processor_time
from garrison.adapters.store.catalogue import TABLES
from garrison.adapters.store.dataset import BATCH
from garrison.adapters.store.events import EVENTS
from garrison.adapters.store.room import spare
from garrison.adapters.store.segments import segment_files
from garrison.adapters.store.spool import SEGMENT_SECONDS, waiting_bytes
from garrison.adapters.store.upkeep import Retention, Upkeep, command, trouble_in
from garrison.core.errors import RecordError, cause_of

LOOK: Final = 1.0
"""Seconds between two looks at what waits, and before it is started again where it ended."""
REST: Final = SEGMENT_SECONDS
"""Seconds after the first look in which it is not started, unless something waits already: a gateway that begins needs
the processors, and finishes nothing sooner."""
HURRY: Final = BATCH
"""Bytes in the spool over which it is emptied as fast as may be; as on a disk that is nearly full."""
PATIENCE: Final = 15.0
"""Seconds without a word after which it is asked what it had meanwhile of a processor: what it works at for long, such
as a merge of millions of rows, takes no less where it begins anew."""
SHARE: Final = 0.1
"""Of a processor: what has less starves."""
ENDED: Final = "the process that keeps up the data set ended unexpectedly"


class Behind:
    """The process. `step` is called often, `close` once."""

    def __init__(self, data: Path, retention: Retention, say: Callable[[str], None]) -> None:
        """`say` tells the operator that it ended. The process is started by a step."""
        self.trouble = ""
        """Why the data set could not be written the last time; empty where it could."""
        self._data = data
        self._retention = retention
        self._say = say
        self._told = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._rests_until = 0.0
        self._look_at = 0.0
        self._heard_at = 0.0
        self._had = 0.0
        """Seconds of processors that it had had then."""
        self._killed = False
        """Whether it is to begin anew once it has died."""

    def step(self, moment: float) -> None:
        """Look after it at `moment` (seconds since the epoch)."""
        if moment < self._look_at:
            return
        if not self._look_at and not self._waits():
            self._rests_until = moment + REST
        self._hear(moment)
        if self._process is None:
            hurry = self._killed or self._much_waits()
            if hurry or moment >= self._rests_until:
                self._start(moment, hurry=hurry)
        elif not self._killed and self._is_too_slow(self._process.pid, moment):
            self._kill()
        self._look_at = moment if self._killed else moment + LOOK

    def close(self, moment: float) -> None:
        """End it, and take in what is finished, at once."""
        self._kill()
        self._bury()
        try:
            Upkeep(self._data, retention=self._retention).close(moment)
        except RecordError as error:
            self.trouble = str(error)

    def _start(self, moment: float, *, hurry: bool) -> None:
        self._killed = False
        try:
            self._process = _started(command(self._data, self._retention, hurry=hurry))
        except OSError as error:
            self.trouble = f"the data set is not kept up: {cause_of(error)}"
            return
        self._heard_at = moment
        self._had = 0.0

    def _hear(self, moment: float) -> None:
        """Take note of what it said, and of its end."""
        if self._process is None or self._process.stdout is None:
            return
        ended = self._process.poll() is not None
        said = self._process.stdout.read()
        if said:
            self.trouble = trouble_in(said)
        if ended:
            self._bury()
            if not self._killed:
                self._tell_end()
        elif said:
            self._heard_at = moment
            self._had = processor_time(self._process.pid)

    def _tell_end(self) -> None:
        if not self.trouble:
            self.trouble = ENDED
        if self.trouble != self._told:
            self._told = self.trouble
            self._say(f"garrison: {self.trouble}")

    def _is_too_slow(self, pid: int, moment: float) -> bool:
        """Whether it is behind all else, and must not be."""
        return is_behind(pid) and (self._starves(pid, moment) or self._much_waits())

    def _starves(self, pid: int, moment: float) -> bool:
        silent = moment - self._heard_at
        return silent > PATIENCE and processor_time(pid) - self._had < SHARE * silent

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            call_forward(self._process.pid)  # or it dies as slowly as it lived
            self._killed = True

    def _bury(self) -> None:
        """Wait for its end, and let go of it."""
        if self._process is not None:
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def _waits(self) -> bool:
        return any(segment_files(self._data / table.spool) for table in TABLES)

    def _much_waits(self) -> bool:
        """Also whether the disk has so little left that traffic is refused for it, or will be soon."""
        spool = self._data / EVENTS.spool
        return (spool.exists() and waiting_bytes(spool) > HURRY) or spare(self._data, reserves=2) <= 0


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(  # noqa: S603  # our own launcher, no shell
        [*launch.before(), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for the watch process
    )
    if process.stdout is not None:
        os.set_blocking(process.stdout.fileno(), False)
    return process
