"""What is done about detections in the lab: what the shipped profiles say, in force."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from garrison.config.respond import RespondSettings
from garrison.core.countermeasure import Action, Countermeasure, Key
from garrison.core.detection import Detection
from garrison.core.incident import IncidentId
from garrison.respond.profiles import Situation, decide, lasting

_INCIDENT: Final = IncidentId("lab")
_SETTINGS: Final = RespondSettings(mode="enforce")


class Response:
    """Decides, and remembers what it did: who is met again is met for longer."""

    def __init__(self) -> None:
        self._taken: dict[Key, Countermeasure] = {}
        self._profiles: dict[Key, str] = {}
        self._times: Counter[Key] = Counter()

    def __call__(self, detection: Detection, now: float) -> Iterable[Countermeasure]:
        """The measures to take because of `detection`."""
        situation = Situation((), self._taken, lambda key, _: self._times[key], now)
        decided = decide(detection, _INCIDENT, _SETTINGS, situation)
        for measure in decided.taken:
            self._taken[measure.key] = measure
            self._profiles[measure.key] = decided.profile
            self._times[measure.key] += 1
        return decided.taken

    def returns(self, end: float) -> tuple[float, float]:
        """When all who are blocked will have been let in again, and how often they will be until `end`, on the average;
        so often never where nobody is."""
        blocked = [key for key, measure in self._taken.items() if measure.action is Action.BLOCK]
        moments = [until for key in blocked if (until := self._taken[key].until) is not None]
        if not moments:
            return end, 0.0
        return max(moments), sum(self._returns(key, end) for key in blocked) / len(blocked)

    def _returns(self, key: Key, end: float) -> int:
        measure = self._taken[key]
        profile = next(each for each in _SETTINGS.profiles if each.name == self._profiles[key])
        step = next(each for each in profile.then if Action(each.do) is measure.action)
        until, returns = measure.until or end, 0
        while until < end:
            until += lasting(step, self._times[key] + returns)
            returns += 1
        return returns
