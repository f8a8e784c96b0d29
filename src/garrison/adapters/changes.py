"""Changes of files, as Linux tells of them (inotify(7)): to wait for one costs nothing until it comes.

No library keeps both promises, that a change is told within 100 ms and that nothing wakes without one: `watchfiles`
wakes 18 times a second and told of replaced files up to 115 ms later, `watchdog` wakes eight times in four threads for
each change of a neighbouring file, of which a data directory has many; `asyncinotify` and `inotify_simple` are thin
layers over the same calls, and give the interpreter away for each of them.
"""

import contextlib
import ctypes
import os
import select
import time
from collections.abc import Iterable
from typing import Final

_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED_FROM, _MOVED_TO = 0x2, 0x4, 0x8, 0x40, 0x80
_CREATE, _DELETE = 0x100, 0x200
_ALL: Final = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_BUFFER_BYTES: Final = 64 * 1024


class Changes:
    """What becomes of some files. Waited for by one thread, woken by any."""

    def __init__(self) -> None:
        # Its calls are too short to give the interpreter away for, which is the dearest part of a look.
        self._libc = ctypes.PyDLL(None, use_errno=True)
        self._told = self._begin()
        self._names: tuple[bytes, ...] = ()
        self._buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
        self._wake_reader, self._wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._wake_reader, select.POLLIN)
        if self._told is not None:
            self._poll.register(self._told, select.POLLIN)

    def watch(self, paths: Iterable[str]) -> bool:
        """Have changes of the files at `paths`, and of no others, end the next `wait`; may be said again of the same.

        False where that cannot be had for all of them: a directory is not there, or no more can be watched."""
        if self._told is None:
            return False
        places, names = set(), set()
        for path in paths:
            real = os.path.realpath(path)
            for each in (path, real):
                directory, name = os.path.split(each)
                places.add(directory or ".")
                names.add(os.fsencode(name) + b"\0")
            if real != os.path.abspath(path):  # noqa: PTH100
                names.add(b"\0")  # any: it can be changed by changing what a link on the way leads to
        self._names = tuple(names)
        watches = [self._libc.inotify_add_watch(self._told, os.fsencode(each), _ALL) for each in places]
        return min(watches, default=0) >= 0

    def wait(self, seconds: float) -> None:
        """Return when a file has changed, when woken, or after `seconds`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready = {descriptor for descriptor, _ in self._poll.poll(left * 1000)}
            if self._wake_reader in ready or (self._told in ready and self._is_of_interest()):
                return

    def wake(self) -> None:
        """End the present `wait`, and each that follows."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_writer, b".")

    def close(self) -> None:
        """Give the descriptors back; nobody waits any more."""
        for descriptor in (self._told, self._wake_reader, self._wake_writer):
            if descriptor is not None:
                os.close(descriptor)

    def _begin(self) -> int | None:
        """None where the system has no such thing, or one user may have no more of them."""
        try:
            found: int = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        except AttributeError:
            return None
        return found if found >= 0 else None

    def _is_of_interest(self) -> bool:
        """Whether what is told is of one of the names: each stands in it with a NUL after it."""
        size = self._libc.read(self._told, self._buffer, _BUFFER_BYTES)
        data = self._buffer.raw[: max(0, size)]
        return any(name in data for name in self._names)
