"""The files that a policy is made of, looked at now and then: whether any of them changed.

Looks at names, not at open files, so that a file replaced by an atomic rename, or a whole folder replaced
under it, counts as changed. Polling sees this on every file system, network and container mounts included.
"""

import os
from collections.abc import Iterable, Mapping
from typing import TypeAlias

_Facts: TypeAlias = tuple[int, int, int, int] | None


class PolicyFiles:
    """The files of one policy. Those that a gateway must follow at once are `FilesWatched`."""

    def __init__(self, files: Iterable[str] = ()) -> None:
        self._seen: dict[str, _Facts] = {}
        self._pending: Mapping[str, _Facts] = {}
        self.follow(files)

    def follow(self, files: Iterable[str]) -> None:
        """Look at `files` as well, from how they are now; http(s) URLs are no files and are passed over."""
        for file in files:
            if "://" not in file and file not in self._seen:
                self._seen[file] = _facts(file)

    def changed(self) -> bool:
        """Whether a file changed since the last time this said so, and has stayed as it is for one look.

        The look in between lets a writer finish: half a file is not worth an error message.
        """
        now = {file: _facts(file) for file in self._seen}
        if now == self._seen:
            self._pending = {}
            return False
        if now != self._pending:
            self._pending = now
            return False
        self._seen = now
        return True


def _facts(file: str) -> _Facts:
    try:
        facts = os.stat(file)  # noqa: PTH116  # called for every file twice a second
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino, facts.st_dev
