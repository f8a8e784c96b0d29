"""The guard's run directory: sockets, Envoy's configuration and the policy in force, for this user alone.

A guard that was killed leaves its directory behind. The next one removes it: the lock in it is free then, because the
kernel gives up a dead process's locks.
"""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from garrison.core.errors import GatewayError

PREFIX = "garrison-"
LOCK = "lock"
"""Held for as long as the directory is used."""
MAX_SOCKET_PATH = 107
"""Bytes of a Unix socket's path (unix(7))."""

_NAME = re.compile(PREFIX + "[a-z0-9_]{8}")
"""The names that `tempfile.mkdtemp` makes."""


@contextlib.contextmanager
def run_directory() -> Iterator[Path]:
    """A new directory that only this user may enter, removed at the end with all that is in it.

    Raises GatewayError where its path is too long for the sockets that it is for.
    """
    remove_abandoned(Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        if len(os.fsencode(path)) + len("/control.sock") > MAX_SOCKET_PATH:
            raise GatewayError(f"the path `{path}` is too long for a socket: set `TMPDIR` to a shorter one")
        with _locked(path):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def remove_abandoned(parent: Path) -> None:
    """Remove the run directories in `parent` whose guards are dead; whatever is not surely one is left alone."""
    for path in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_ours(path) and _is_free(path / LOCK):
                shutil.rmtree(path)


def _is_ours(path: Path) -> bool:
    found = path.lstat()
    mine = found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == 0o700
    return bool(_NAME.fullmatch(path.name)) and stat.S_ISDIR(found.st_mode) and mine


def _is_free(lock: Path) -> bool:
    """Whether nobody holds `lock`. Raises OSError where there is none, so early in a directory's life, or too late."""
    descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, which nobody sees before it is held; processes that are started do not inherit it.

    The directory itself is locked too, or what tidies up (tmpfiles.d(5), "Age") would take the policy of a gateway that
    nobody changed or had to start again for days.
    """
    aside = directory / f"{LOCK}.new"
    itself = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(itself, fcntl.LOCK_SH)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        aside.rename(directory / LOCK)
        yield
    finally:
        os.close(descriptor)
        os.close(itself)
