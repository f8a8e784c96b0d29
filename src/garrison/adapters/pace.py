"""How much of the processors background work asks for: what others leave, unless it falls behind.

Two things decide on Linux. A thread's nice value counts among the threads of one group; where the kernel groups
processes by session (sched(7), "The autogroup feature"), each session gets the same share whatever its threads' nice
values are, and the session's own value counts instead.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

BEHIND: Final = 10
"""Nice value: a tenth of the weight of others. Enough to keep up beside a busy gateway, and whoever else wakes up goes
first."""
AUTOGROUP: Final = Path("/proc/self/autogroup")

T = TypeVar("T")


class Pace:
    """Runs work either behind all others or as fast as any.

    A thread without privileges may step back and never forward again: so one thread is kept that has stepped back.
    """

    def __init__(self, session: Path | None) -> None:
        """`session` is where the session's nice value is written; None leaves it alone."""
        self._session = session
        self._behind = ThreadPoolExecutor(1, "garrison-behind", initializer=_step_back)
        self._told = -1

    def run(self, work: Callable[[], T], *, hurry: bool) -> T:
        """What `work` returns or raises, once it is done. With `hurry` it is done on the calling thread."""
        self.rest(hurry=hurry)
        return work() if hurry else self._behind.submit(work).result()

    def rest(self, *, hurry: bool = True) -> None:
        """What follows is done with the rank of others, or behind them. To be repeated: the kernel takes a change of a
        session's value ten times a second only."""
        wanted = 0 if hurry else BEHIND
        if self._session is None or self._told == wanted:
            return
        try:
            self._session.write_text(str(wanted))
        except BlockingIOError:
            return
        except OSError:
            pass  # no such feature here, or not for us: then the thread's value is what there is
        self._told = wanted

    def close(self) -> None:
        """End the thread."""
        self._behind.shutdown()


def own_session() -> Path | None:
    """Where the session's nice value is written, if the session is this process's own and no other's rank with it."""
    return AUTOGROUP if os.getsid(0) == os.getpid() else None


def _step_back() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)
