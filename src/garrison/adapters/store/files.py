"""Files that are never seen half-written: made aside, made durable, put in place by a rename."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def make_directory(path: Path) -> Path:
    """Make `path` and what is above it, for the owner alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Give `path` this content in one step, for readers and, where `durable`, for a power failure too.

    One writer at a time. Raises OSError; what was there before is then still there, and nothing else.
    """
    aside = path.with_name(f".{path.name}.new")
    try:
        _write(aside, content, durable=durable)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
    if durable:
        sync(path.parent)


def _write(path: Path, content: bytes, *, durable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(descriptor)


def held(path: Path) -> int | None:
    """A descriptor that holds the lock at `path` until it is closed, however its process ends; None where another
    process holds it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextlib.contextmanager
def the_only_one_changing(path: Path) -> Iterator[None]:
    """Wait until no other process changes `path`, which is read, changed and replaced meanwhile. Raises OSError."""
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def sync(path: Path) -> None:
    """Make a file's content, or a directory's names, survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
