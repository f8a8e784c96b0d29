"""When an API is assessed next: pure, made of what happened before and of what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from garrison.config.quiet_hours import QuietHours

RETRY: Final = 300.0
"""Seconds after which a run that could not be made is tried again; doubled each time, and never longer than `every`."""
SPARE: Final = 1.25
"""By what a run may take longer than the one before and still end before quiet hours begin."""


class Schedule(msgspec.Struct, frozen=True):
    """How often, and when not."""

    every: float
    """Seconds from the beginning of one run to that of the next."""
    quiet: QuietHours | None = None


class Past(msgspec.Struct, frozen=True):
    """What happened so far, in seconds since the epoch."""

    begun: float | None = None
    """When the last run began that was made; None where none was."""
    ended: float = 0.0
    tried: float | None = None
    """When one began since that failed or was cut off; None where none did."""
    failures: int = 0
    """How many did, one after another."""


def next_run(schedule: Schedule, past: Past, now: float) -> float:
    """When the next run is to begin: `now` or later. What was missed is made up for by one run, not by many."""
    due = now if past.begun is None else past.begun + schedule.every
    if past.tried is not None:
        due = past.tried + min(schedule.every, RETRY * 2 ** min(past.failures - 1, 20))
    due = max(due, now)
    if schedule.quiet is None:
        return due
    took = past.ended - past.begun if past.begun is not None else 0.0
    return _outside(schedule.quiet, due, took * SPARE)


def time_left(schedule: Schedule, now: float) -> float:
    """Seconds until quiet hours begin; infinite where there are none."""
    if schedule.quiet is None:
        return float("inf")
    return _following(schedule.quiet, now, schedule.quiet.begin) - now


def is_quiet(quiet: QuietHours, moment: float) -> bool:
    """Whether a moment (seconds since the epoch) lies in quiet hours."""
    local = datetime.fromtimestamp(moment, ZoneInfo(quiet.zone))
    return (local.hour * 60 + local.minute - quiet.begin) % 1440 < quiet.minutes


def _outside(quiet: QuietHours, due: float, need: float) -> float:
    """The first moment from `due` on that is not quiet, and at which so many seconds are left where a day has them."""
    if is_quiet(quiet, due):
        return _following(quiet, due, quiet.end)
    has_room = need < (1440 - quiet.minutes) * 60
    if has_room and _following(quiet, due, quiet.begin) - due < need:
        return _following(quiet, due, quiet.end)
    return due


def _following(quiet: QuietHours, moment: float, minute: int) -> float:
    """When the clock of the zone next shows this minute of the day, after `moment`."""
    local = datetime.fromtimestamp(moment, ZoneInfo(quiet.zone))
    at = local.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0, fold=0)
    while at.astimezone(UTC).timestamp() <= moment:
        at += timedelta(days=1)  # by the calendar: days in which clocks are changed have 23 or 25 hours
    return at.astimezone(UTC).timestamp()
