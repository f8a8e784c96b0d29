"""Files that take effect as soon as they change: looked at, beside the traffic, when the system tells that they did.

Inside Envoy each look takes the interpreter from the workers, and where they keep all cores busy they wait until the
thread that looks has had its turn. So it looks only when there is something to see.
"""

import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from garrison.adapters.changes import Changes

POLL_SECONDS: Final = 0.025
"""Half of the 50 ms in which a change is to be seen: the time from one look to the next where changes follow each
other, or where the system does not tell of them. A look costs one system call a file."""
CHECK_SECONDS: Final = 1.0
"""Until the next look though nothing was told: file systems of other machines tell of nothing."""

Apply: TypeAlias = Callable[[bytes | None], None]
"""Takes a file's content, None where there is no such file. Raises ValueError where it cannot be used: what was in
force then stays in force."""

_Stamp: TypeAlias = tuple[int, int, int]


class _Watched(NamedTuple):
    path: Path
    apply: Apply


class FilesWatched:
    """Files, each with what takes it over when it changes. `apply` is called on the thread that watches."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` is told, once a change, of a file that cannot be used. One that cannot be read is tried again."""
        self._say = say
        self._files: list[_Watched] = []
        self._seen: dict[Path, _Stamp | None] = {}
        self._unread: set[Path] = set()
        """Those that could not be looked at or read the last time, which was said."""
        self._closing = threading.Event()
        self._changes: Changes | None = None

    def add(self, path: Path, apply: Apply, *, is_needed: bool = False) -> None:
        """Watch `path`; it is read at once, so that it is in force when this returns. Before `start`.

        One that is needed raises OSError or ValueError where it cannot be used now: nothing was in force before.
        """
        watched = _Watched(path, apply)
        self._files.append(watched)
        if is_needed:
            self._take(watched, _stamp(path))
        else:
            self._look(watched)

    def start(self) -> None:
        """Begin to watch; a process that is forked off from now on watches by itself."""
        self._begin()
        _WATCHING.add(self)

    def _begin(self) -> None:
        self._changes = Changes()
        self._thread = threading.Thread(target=self._run, args=(self._changes,), name="garrison-files", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        changes, self._changes = self._changes, None
        _WATCHING.discard(self)
        self._closing.set()
        if changes is not None:
            changes.wake()
            self._thread.join()
            changes.close()

    def _begin_again(self) -> None:
        """In a process that was forked off: its parent's threads are not there, and may have been in the middle."""
        if self._changes is None:  # it was just being closed
            return
        self._changes.close()
        self._closing = threading.Event()
        self._seen.clear()
        self._begin()

    def _run(self, changes: Changes) -> None:
        is_told = False
        while not self._closing.is_set():
            changes.wait(CHECK_SECONDS if is_told else POLL_SECONDS)
            # First, so that what changes from here on is told.
            is_told = changes.watch([os.fspath(watched.path) for watched in self._files])
            for watched in self._files:
                self._look(watched)
            self._closing.wait(POLL_SECONDS)

    def _look(self, watched: _Watched) -> None:
        path = watched.path
        try:
            stamp = _stamp(path)
            if path in self._seen and self._seen[path] == stamp:
                return
            self._take(watched, stamp)
        except OSError as error:
            self._seen.pop(path, None)  # it may be well again without a change: rights, a descriptor that is free
            if path not in self._unread:
                self._unread.add(path)
                self._complain(path, error)
        except ValueError as error:
            self._unread.discard(path)
            self._complain(path, error)
        else:
            self._unread.discard(path)

    def _complain(self, path: Path, error: Exception) -> None:
        self._say(f"`{path}` cannot be used, what it said before stays in force: {error}")

    def _take(self, watched: _Watched, stamp: _Stamp | None) -> None:
        self._seen[watched.path] = stamp  # before it is read: what changes meanwhile is read again
        watched.apply(watched.path.read_bytes() if stamp is not None else None)


_WATCHING: Final = weakref.WeakSet[FilesWatched]()
"""Those that were started and not closed."""


def _go_on() -> None:
    for each in list(_WATCHING):
        each._begin_again()  # noqa: SLF001  # this module's own


os.register_at_fork(after_in_child=_go_on)  # once: what is registered stays so, and each reload watches anew


def _stamp(path: Path) -> _Stamp | None:
    """None where there is no such file. Raises OSError where that cannot be told: what nobody may look at is there."""
    try:
        found = os.stat(path)  # noqa: PTH116  # called forty times a second: a third of what Path.stat costs
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
