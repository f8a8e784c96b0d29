"""How much of a disk may be taken: what matters less stops first, and what makes room can always be written."""

import errno
import os
from pathlib import Path
from typing import Final

RESERVE: Final = 64 * 1024 * 1024
"""Bytes of disk (at most an eighth of it) that are left to the process that empties the spool: it can only make
room by writing the data set first."""
_STEPS: Final = 4
"""Looks on the way through a reserve: several writers take of one disk, and none knows of the others."""


def spare(directory: Path, *, reserves: int = 1) -> int:
    """Bytes of the disk that may be taken and leave so many reserves; less than 0 where they are touched. Raises
    OSError."""
    free, reserve = _disk(directory)
    return free - reserves * reserve


def room(directory: Path, *, reserves: int = 1) -> int:
    """Bytes that may be written before the next look; none where it is not over 0. Raises OSError."""
    free, reserve = _disk(directory)
    return min(free - reserves * reserve, reserve // _STEPS)


def check_room(directory: Path, size: int) -> None:
    """Raise OSError, as a full disk does, where `size` bytes would touch the reserve."""
    if size > spare(directory):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _disk(directory: Path) -> tuple[int, int]:
    """What is free of it, and a reserve of it."""
    disk = os.statvfs(directory)
    return disk.f_bavail * disk.f_frsize, min(RESERVE, disk.f_blocks * disk.f_frsize // 8)
