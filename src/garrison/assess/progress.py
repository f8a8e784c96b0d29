"""Progress: what an assessment is doing, for whoever watches."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec


class Moment(msgspec.Struct, frozen=True):
    """What is being done now, and what came of it so far."""

    what: str
    """`exploring: lists`, or what a check looks for."""
    requests: int = 0
    findings: int = 0


Progress: TypeAlias = Callable[[Moment], None]


def unwatched(moment: Moment) -> None:
    """Tells nobody."""
