"""Quiet hours: a part of each day, as settings and options write it."""

import re
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

_FORM: Final = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])(?: ([A-Za-z0-9_+/-]{1,64}))?\Z"
)
QUIET_HINT: Final = "examples: `22:00-06:00`, `08:00-18:00 Europe/Berlin`"


class QuietHours(msgspec.Struct, frozen=True):
    """From one time of the day to another, the latter not included; over midnight where it is the earlier one."""

    begin: int
    """Minutes after midnight."""
    end: int
    zone: str = "UTC"
    """Name of a time zone, as the operating system knows it."""

    @property
    def minutes(self) -> int:
        """How long they are."""
        return (self.end - self.begin) % 1440


def parse_quiet_hours(text: str) -> QuietHours:
    """`22:00-06:00`, in UTC unless a time zone stands behind it; raises ValueError whose text says what is wrong."""
    found = _FORM.match(text)
    if not found:
        raise ValueError("is no part of a day")
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if begin == end:
        raise ValueError("leaves no time, or takes none")
    zone = found[5] or "UTC"
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):  # not there, a folder, no name
        raise ValueError("names a time zone that is not known here") from None
    return QuietHours(begin, end, zone)
