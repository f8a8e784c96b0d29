"""Moments and lengths of time as operators write them: `2026-07-23`, `2026-07-23T10:00:00Z`, `10m` ago; `90d`."""

import re
from datetime import UTC, datetime

from garrison.core.errors import option_error

_LENGTH = re.compile(r"([0-9]{1,9})([smhdw])\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 100 * 365 * 86400
"""What ends later than that cannot be written as a moment for long: years have four digits."""
HINT = "examples: `10m`, `2h`, `3d`, `2026-07-23`, `2026-07-23T10:00:00Z`"


def parse_moment(text: str, option: str, now: float) -> float:
    """`text` in seconds since the epoch: so long before `now`, or ISO 8601, UTC where it names no zone.

    Raises ConfigError, which names `option`.
    """
    if ago := _LENGTH.match(text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise option_error(option, f"`{text}` is no time", HINT) from error


def parse_length(text: str, option: str) -> int:
    """A length of time in seconds: `30m`, `2h`. Raises ConfigError, which names `option`."""
    found = _LENGTH.match(text)
    if not found or not int(found[1]):
        raise option_error(option, f"`{text}` is no length of time", "examples: `90s`, `30m`, `2h`, `90d`")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise option_error(option, f"`{text}` is longer than a hundred years", "leave it out for what has no end")
    return seconds


def show_moment(seconds: float) -> str:
    """A moment as it is printed: ISO 8601, UTC, milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def show_second(seconds: float) -> str:
    """As `show_moment`, to the second: for tables that people look through."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
