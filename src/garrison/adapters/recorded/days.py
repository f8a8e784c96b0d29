"""Where samples lie, a folder for each UTC day, and how days go: known also to who has no key."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

DAY: Final = "day="


def bodies_directory(data: Path) -> Path:
    """Where samples are under the data directory `data`."""
    return data / "bodies"


def day_of(moment: float) -> str:
    """The UTC day of `moment`, seconds since the epoch: `2026-01-31`."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)).date().isoformat()


def retain(data: Path, days: int, moment: float) -> None:
    """Remove the samples of the days that at `moment` are older than `days`."""
    first = day_of(moment - days * 86400.0)
    for folder in bodies_directory(data).glob(f"{DAY}*"):
        if folder.name.removeprefix(DAY) < first:
            shutil.rmtree(folder, ignore_errors=True)
