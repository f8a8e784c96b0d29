"""Becomes Envoy, or another program that is to end with the guard: run in between, as a program of its own.

    python -I -S launch.py GUARD_PID LD_PRELOAD PROGRAM [ARGUMENT ...]

Asks the kernel to end this process when the guard ends, however it ends, sees to it that threads have the stack they
need, then replaces itself by the program. Done here and not between fork and exec in the guard, where threads make
Python code unsafe. Only the standard library.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
"""`prctl(2)`: the signal that the kernel sends when the parent dies."""

STACK = 16 << 20
"""Bytes of stack for each thread, of which memory is what is used. Since Python 3.12 decoders follow JSON for ten
thousand levels, whatever `sys.setrecursionlimit` says: that takes 4 MB (measured), and where stacks are unlimited glibc
gives a thread 2."""


def before(preload: str = "") -> tuple[str, ...]:
    """What stands before the command of a process that is to end with this one."""
    return (sys.executable, "-I", "-S", __file__, str(os.getpid()), preload)


def main(arguments: list[str]) -> None:
    """Replace this process by the program."""
    guard, preload, *command = arguments
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(guard):
        sys.exit(1)  # the guard died before it was asked
    _give_stack()
    if preload:
        os.environ["LD_PRELOAD"] = preload
    os.execv(command[0], command)  # noqa: S606  # the guard made the command


def _give_stack() -> None:
    """The size of the threads' stacks is the limit of the first one's (`pthread_create(3)`)."""
    given, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK if most == resource.RLIM_INFINITY else min(STACK, most)
    if given == resource.RLIM_INFINITY or given < wanted:
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))


if __name__ == "__main__":
    main(sys.argv[1:])
