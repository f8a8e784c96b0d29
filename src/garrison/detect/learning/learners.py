"""All learners, each of which notes what it thinks of an event on it (`Seen`)."""

from typing import Any, Final

from garrison.detect.learning.baseline import Baselines
from garrison.detect.learning.forms import Forms
from garrison.detect.learning.newcomers import Newcomers
from garrison.detect.learning.silence import Silence
from garrison.detect.seen import Seen

PERIOD: Final = 3 * 86_400.0
"""Seconds that a learner watches before it says anything, unless told otherwise."""


class Learners:
    """What is learned of the events of one gateway."""

    def __init__(self, period: float = PERIOD) -> None:
        self.forms = Forms(period)
        self.newcomers = Newcomers(period)
        self.silence = Silence(period)
        self.baselines = Baselines(period)

    def note(self, seen: Seen) -> None:
        """Say what is unusual about an event, and learn from it. What the contract does not describe, and what was
        refused, teaches nothing."""
        operation = seen.event.operation
        if operation is None:
            return
        if seen.event.forms:
            self.forms.note(operation, seen)
        self.newcomers.note(operation, seen)
        self.silence.note(operation, seen)
        self.baselines.note(operation, seen)

    def dump(self) -> dict[str, Any]:
        """All that was learned, in builtin types."""
        return {
            "forms": self.forms.dump(),
            "newcomers": self.newcomers.dump(),
            "silence": self.silence.dump(),
            "baselines": self.baselines.dump(),
        }

    def load(self, dumped: dict[str, Any]) -> None:
        """What `dump` gave."""
        self.forms.load(dumped["forms"])
        self.newcomers.load(dumped["newcomers"])
        self.silence.load(dumped["silence"])
        self.baselines.load(dumped["baselines"])
