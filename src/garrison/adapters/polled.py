"""Files that other processes replace while this one runs: looked at often, read when they changed, on one thread.

A look is one `stat` a file, so that a change is in force within a tenth of a second without a library that watches.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

PERIOD: Final = 0.05
"""Seconds between two looks."""


class Polled(NamedTuple):
    """A file, and what is done when it is another than before, or gone. `changed` must not raise."""

    path: Path
    changed: Callable[[], None]


class Poller:
    """Looks at files until closed. What they hold at first is taken in before this returns."""

    def __init__(self, files: list[Polled]) -> None:
        self._files = [(file, _mark(file.path)) for file in files]
        for file in files:
            file.changed()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="garrison-files", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(PERIOD):
            for index, (file, before) in enumerate(self._files):
                mark = _mark(file.path)
                if mark != before:
                    self._files[index] = (file, mark)
                    file.changed()


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
