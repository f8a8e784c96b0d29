"""How many workers Envoy has, and which cores its threads run on: of three or more one is the judge's, the others are
the workers'.

Whom a worker wakes a busy kernel likes to put on the worker's own core, and then the two do in turns what they could
do side by side.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

JUDGE: Final = "judge"
"""The filter's thread (`filter/judge.c`)."""
WORKERS: Final = "wrk:worker_"
"""How the names of Envoy's workers begin."""


def workers_of(usable: int) -> int:
    """How many workers serve best on so many cores. One core is left to the judge, but not of two: a lone worker there
    is busy long before the judge is (docs/explanations/performance.md)."""
    return max(min(usable, 2), usable - 1)


def set_apart(pid: int) -> None:
    """Have the judge of the Envoy `pid` and its workers run on different cores, of those that it may use.

    Gateways that share a machine choose different ones for their judges, as a rule. Where there are as many workers as
    cores, no judge, or no permission, threads run where they did.
    """
    with contextlib.suppress(OSError):
        usable, threads = os.sched_getaffinity(pid), _threads(pid)
        judges = [thread for thread, name in threads.items() if name == JUDGE]
        workers = [thread for thread, name in threads.items() if name.startswith(WORKERS)]
        if len(workers) >= len(usable):
            return
        own = {sorted(usable)[pid % len(usable)]}
        for judge in judges:
            os.sched_setaffinity(judge, own)
        for worker in workers if judges else ():
            os.sched_setaffinity(worker, usable - own)


def _threads(pid: int) -> dict[int, str]:
    """The names of a process's threads (proc(5), `comm`), by their ids."""
    found = {}
    for folder in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile
            found[int(folder.name)] = (folder / "comm").read_text().rstrip("\n")
    return found
