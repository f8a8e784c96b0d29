"""How much of the processors background work asks for: what others leave.

Three things decide on Linux. A thread of `SCHED_IDLE` (sched(7)) runs where no other wants to, and gives way at once,
in the middle of whatever it does, to whoever wakes up; one with a nice value has less of the time, yet keeps a
processor for a while that it has got. Both count among the threads of one group; where the kernel groups processes by
session ("The autogroup feature", there), each session gets the same share whatever its threads ask for, and the
session's own nice value counts instead. So what is to give way to Envoy is in its session.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

BEHIND: Final = 10
"""Nice value: a tenth of the weight of others."""
LAST: Final = 19
"""The same where there is no `SCHED_IDLE`: the least."""
AUTOGROUP: Final = Path("/proc/self/autogroup")


def step_back() -> None:
    """Have the calling thread, and those that it begins, run where nobody else wants to. Without privileges there is
    no way back."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except OSError:  # a sandbox that forbids it
        os.setpriority(os.PRIO_PROCESS, 0, LAST)


def is_behind(pid: int) -> bool:
    """Whether a process stepped back, and this one did not."""
    if os.sched_getscheduler(pid) == os.SCHED_IDLE:
        return True
    return os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)


def call_forward(pid: int) -> None:
    """Have a process that stepped back get the rank of others, where we are privileged to say so."""
    threads = Path(f"/proc/{pid}/task")
    for thread in list(threads.iterdir()) if threads.exists() else ():
        with contextlib.suppress(OSError):  # it may have ended
            os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


def processor_time(pid: int) -> float:
    """Seconds of processors that a process has had, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc_pid_stat(5): utime, stime


def rest(session: Path | None) -> None:
    """Have this process, and those that it starts, get a tenth of what others get. `session` is where its session's
    nice value is written; None leaves that alone."""
    if session is not None:
        with contextlib.suppress(OSError):  # no such feature here, or not for us: the process's value is what there is
            session.write_text(str(BEHIND))
    os.nice(BEHIND)


def own_session() -> Path | None:
    """Where the session's nice value is written, if the session is this process's own and no other's rank with it."""
    return AUTOGROUP if os.getsid(0) == os.getpid() else None
