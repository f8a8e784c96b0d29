"""What only one process may do at a time, by a lock in the data directory that goes with its process."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from garrison.adapters.store.files import make_directory
from garrison.core.errors import RecordError


class BusyError(RecordError):
    """Another process does it at the moment."""


@contextlib.contextmanager
def the_only_one(data: Path, name: str, says: str) -> Iterator[None]:
    """Hold the lock `name` while the context lasts. Raises BusyError, which `says` that another has it, and
    RecordError where the directory cannot be used."""
    try:
        lock = os.open(make_directory(data) / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RecordError(f"`{data / name}` cannot be used: {(error.strerror or str(error)).lower()}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(says) from error
        yield
    finally:
        os.close(lock)
