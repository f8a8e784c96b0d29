"""Who watches and responds, in event time: what the watch process does beside a gateway.

Every event goes through the shipped detection rules, what they find through the shipped response profiles, and the
measures are in force a second after the exchange that completed the pattern: later than a running gateway has them.
"""

from collections import Counter
from typing import Final

from garrison.adapters.detection_rules import load_rules
from garrison.config.detect import DetectSettings
from garrison.core.countermeasure import Countermeasure, Key
from garrison.core.event import Event
from garrison.core.ids import EventId
from garrison.detect.detector import Detector
from garrison.engine.measures import NO_MEASURES, Measures
from garrison.engine.state import State
from garrison.lab.response import Response
from garrison.lab.result import Alarm, FalseAlarm, Stop

DELAY: Final = 1.0
"""Seconds from the exchange that completes a pattern to the measure against it."""

_RECENT: Final = 100


class Defence:
    """Watches one lane, and acts on its state."""

    def __init__(self, state: State, begins: float) -> None:
        self._detector = Detector(load_rules(DetectSettings()))
        self._response = Response()
        self._state = state
        self._begins = begins
        self._hostile: set[EventId] = set()
        self._due: list[tuple[float, Countermeasure]] = []
        self._in_force: dict[Key, Countermeasure] = {}
        self._settled = NO_MEASURES
        """Made of all in force but the recent ones: to make it anew costs as much as there are."""
        self._recent: dict[Key, Countermeasure] = {}
        self._false: Counter[tuple[str, str]] = Counter()
        self._alarm: Alarm | None = None
        self._stop: Stop | None = None

    @property
    def summary(self) -> tuple[Alarm | None, Stop | None, tuple[FalseAlarm, ...]]:
        """The first detection of the attack, the first measure against it, and all detections in which nothing of the
        attack took part."""
        false = [FalseAlarm(rule, severity, times) for (rule, severity), times in sorted(self._false.items())]
        return self._alarm, self._stop, tuple(false)

    def see(self, event: Event, *, is_hostile: bool, lost: int) -> list[Countermeasure]:
        """Look at one event, after which so many are lost; the measures that are taken because of it."""
        if is_hostile:
            self._hostile.add(event.id)
        taken: list[Countermeasure] = []
        for detection in self._detector.feed(event):
            if self._hostile.isdisjoint(detection.events):
                self._false[detection.rule, detection.severity] += 1
            elif self._alarm is None:
                after = detection.time - self._begins
                self._alarm = Alarm(detection.rule, detection.title, detection.severity, after, lost)
            taken += self._response(detection, detection.time)
        self._due += [(event.ended + DELAY, measure) for measure in taken]
        return taken

    def returns(self, end: float) -> tuple[float, float]:
        """See `Response.returns`."""
        return self._response.returns(end)

    def act(self, now: float, lost: int) -> None:
        """Put in force what is due at `now`, when so many are lost."""
        if not self._due or self._due[0][0] > now:
            return
        while self._due and self._due[0][0] <= now:
            moment, measure = self._due.pop(0)
            self._recent[measure.key] = measure
            if self._stop is None and self._alarm is not None and not measure.simulated:
                self._stop = Stop(_what(measure), moment - self._begins, lost)
        if len(self._recent) > _RECENT:
            self._in_force = {key: each for key, each in (self._in_force | self._recent).items() if each.holds(now)}
            self._settled = Measures(self._in_force.values())
            self._recent = {}
        self._state.measures = self._settled.changed(self._recent.values(), ())


def _what(measure: Countermeasure) -> str:
    return f"{measure.action} {measure.scope}"
