"""Which countermeasures a detection leads to: by the profiles of the settings, and by what was done before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from garrison.config.respond import ProfileSettings, RespondSettings, StepSettings, parse_rate, parse_span
from garrison.core.countermeasure import Action, Countermeasure, Key, asks_for_newer, is_as_strict
from garrison.core.detection import Detection
from garrison.core.incident import IncidentId
from garrison.respond.parties import Target, party_of, spared_by, targets

Earlier: TypeAlias = Callable[[Key, bool], int]
"""How often the same measure was taken before, simulated or not."""


class Decided(NamedTuple):
    """What is to be done about one detection."""

    profile: str
    """The profile that counts; empty where none does."""
    taken: tuple[Countermeasure, ...]
    spared: tuple[str, ...]
    """Whom nothing is done to, and why, in words."""
    is_contained: bool
    """Whether everybody whom it is about is met by a measure that denies."""


NOTHING: Final = Decided("", (), (), is_contained=False)


class _Wanted(NamedTuple):
    """A measure that a profile wants."""

    measure: Countermeasure
    span: float
    """Seconds that it lasts the first time."""


class Situation(NamedTuple):
    """What counts besides the detection."""

    never: tuple[str, ...]
    """Those whom nothing may touch."""
    in_force: Mapping[Key, Countermeasure]
    """What was taken before, also what has ended."""
    earlier: Earlier
    now: float


def decide(detection: Detection, incident: IncidentId, settings: RespondSettings, situation: Situation) -> Decided:
    """The measures to take because of `detection`.

    A measure begins when the pattern was complete: the same detection leads to the same measures, whenever it is looked
    at. What would have ended by `now`, and what is in force already, is not taken; what is shorter than another rule's
    is no such thing, or who wants to be blocked for an hour would not be for months. Nor are a revocation and a step-up
    that are older than all that was seen now: it was done with a credential that is newer than they are.
    """
    if settings.mode == "off":
        return NOTHING
    made = _Maker(detection, incident, situation, is_simulated=settings.mode == "monitor")
    for profile in settings.profiles:
        if not agrees(profile, detection):
            continue
        if not profile.then:
            return NOTHING._replace(profile=profile.name)
        wanted, spared = made.wanted(profile.then)
        if wanted or spared:
            return _decided(profile.name, wanted, spared, situation, detection.since)
    return NOTHING


def _decided(
    profile: str,
    wanted: Sequence[_Wanted],
    spared: tuple[str, ...],
    situation: Situation,
    began: float,
) -> Decided:
    now = situation.now
    taken: list[Countermeasure] = []
    is_contained = bool(wanted) and not spared
    for each, span in wanted:
        before = situation.in_force.get(each.key)
        if before is not None and before.holds(now) and _is_as_good(before, each, span, began):
            is_contained = is_contained and not before.simulated
        elif each.holds(now):
            taken.append(each)
            is_contained = is_contained and not each.simulated
    return Decided(profile, tuple(taken), spared, is_contained)


def _is_as_good(before: Countermeasure, wanted: Countermeasure, span: float, began: float) -> bool:
    """Whether `before`, which is in force, stands for `wanted`, which lasts `span` seconds the first time and is about
    what was seen since `began`."""
    if (before.simulated and not wanted.simulated) or before.since == wanted.since:
        return False
    if before.simulated is wanted.simulated and asks_for_newer(wanted) and began > before.since:
        return False
    is_longer = before.until is not None and span > before.until - before.since
    return before.reason == wanted.reason or not is_longer or not is_as_strict(wanted, before)


class _Maker:
    """Makes the measures that one detection may lead to."""

    def __init__(self, detection: Detection, incident: IncidentId, situation: Situation, *, is_simulated: bool) -> None:
        self._detection = detection
        self._incident = incident
        self._is_simulated = is_simulated
        self._never = situation.never
        self._earlier = situation.earlier

    def wanted(self, steps: Iterable[StepSettings]) -> tuple[list[_Wanted], tuple[str, ...]]:
        """The measures of a profile, and in words whom they would have touched who must not be."""
        wanted: list[_Wanted] = []
        spared: list[str] = []
        for step in steps:
            for target in targets(self._detection, step.of):
                touched = spared_by(target, self._detection, self._never)
                if touched is None:
                    wanted.append(_Wanted(self._measure(step, target), lasting(step, 0)))
                else:
                    spared.append(f"`{target.value}` is spared for the sake of `{touched}`")
        return wanted, tuple(spared)

    def _measure(self, step: StepSettings, target: Target) -> Countermeasure:
        action, since = Action(step.do), self._detection.time
        times = self._earlier((action, *target), self._is_simulated)
        rate = parse_rate(step.rate)
        return Countermeasure(
            action,
            target.scope,
            target.value,
            since,
            since + lasting(step, times),
            self._detection.rule,
            issued_before=since if action is Action.REVOKE else 0.0,
            incident=self._incident,
            simulated=self._is_simulated,
            requests=rate.requests,
            seconds=rate.seconds,
            factor=step.factor,
            spares=self._never,
        )


def agrees(profile: ProfileSettings, detection: Detection) -> bool:
    """Whether a profile is meant for a detection."""
    return (
        detection.severity.rank >= profile.severity.rank
        and detection.confidence.rank >= profile.confidence.rank
        and (not profile.rules or detection.rule in profile.rules)
        and (not profile.tags or not set(profile.tags).isdisjoint(detection.tags))
        and (not profile.parties or party_of(detection) in profile.parties)
    )


def lasting(step: StepSettings, times: int) -> float:
    """Seconds that a measure lasts that was taken `times` times before: ever longer, never beyond `most`."""
    span, most = parse_span(step.span), parse_span(step.most)
    for _ in range(times):
        if span >= most or step.escalate <= 1:
            break
        span *= step.escalate
    return min(span, most)
