"""Moments as operators write them: `2026-07-23`, `2026-07-23T10:00:00Z`, `10m` ago."""

import re
from datetime import UTC, datetime

from garrison.core.errors import ConfigError, Problem

_AGO = re.compile(r"([0-9]{1,9})([smhdw])\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
HINT = "examples: `10m`, `2h`, `3d`, `2026-07-23`, `2026-07-23T10:00:00Z`"


def parse_moment(text: str, option: str, now: float) -> float:
    """`text` in seconds since the epoch: so long before `now`, or ISO 8601, UTC where it names no zone.

    Raises ConfigError, which names `option`.
    """
    if ago := _AGO.match(text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ConfigError([Problem("<options>", option, f"`{text}` is no time", HINT)]) from error


def show_moment(seconds: float) -> str:
    """A moment as it is printed: ISO 8601, UTC, milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def show_second(seconds: float) -> str:
    """As `show_moment`, to the second: for tables that people look through."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
