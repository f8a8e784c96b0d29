"""Runs one breach: every protection over the same requests, in the same event time."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from garrison.lab.background import DAY, PRELUDE, Visit, with_prelude
from garrison.lab.breach import Breach
from garrison.lab.campaign import Campaign, Variant
from garrison.lab.evasion import evasion, windows_of
from garrison.lab.lane import Lane
from garrison.lab.method import method
from garrison.lab.player import Player
from garrison.lab.prevention import prevention, prevention_harm
from garrison.lab.protections import COUNTING, PROTECTIONS, Protection, policy_of, settings_of, typed
from garrison.lab.result import Detection, Harm, Point, Result, Side
from garrison.lab.tempo import Sliced, Tempo, Watchful
from garrison.lab.tokens import Issuers

STEPS: Final = 160
"""Looks at the counts while it runs, evenly spread over event time."""


class Scale(NamedTuple):
    """How much of it is run."""

    benign: float = 1.0
    """Share of the benign requests and people."""
    slices: int = 24
    """Slices of the attack that are played behind the limit."""
    evasion: bool = True
    """Whether it is found out what evading would take."""
    prevention: bool = True
    """Whether it is found out what access control would have prevented."""


class Progress(NamedTuple):
    """How far a run has come."""

    now: float
    share: float
    """Of the event time that is played."""
    lost: Mapping[Protection, float]
    detections: Mapping[Protection, Detection]
    doing: str


class Stage(NamedTuple):
    """What all protections have in common."""

    breach: Breach
    campaign: Campaign
    issuers: Issuers
    people: Sequence[Visit]
    played: float
    """Seconds of event time."""
    seed: int
    scale: Scale


Watch: TypeAlias = Callable[[Progress], None]
WHOLE: Final = Scale()


def run(
    breach: Breach,
    variant: Variant = "loud",
    *,
    protections: Sequence[Protection] = PROTECTIONS,
    seed: int = 1,
    scale: Scale = WHOLE,
    watch: Watch = lambda _: None,
) -> Result:
    """Play `breach` and measure it. The same seed gives the same figures."""
    began = time.perf_counter()
    stage = _stage(breach, variant, seed, scale)
    campaign, issuers, people, played = stage.campaign, stage.issuers, stage.people, stage.played
    sides = _sides(stage, protections, watch)
    watch(Progress(campaign.begins + played, 1.0, {}, {}, "looking for ways around it"))
    evasions = tuple(
        evasion(breach, campaign, protection, seed)
        for protection in protections
        if protection != "none" and scale.evasion
    )
    proving = time.perf_counter()
    guarded = "garrison" in protections and scale.prevention
    ways = prevention(breach, issuers, seed) if guarded else ()
    harm = prevention_harm(breach, issuers, people, seed) if guarded else None
    ended = time.perf_counter()
    return Result(
        name=breach.name,
        title=breach.title,
        people=breach.people,
        variant=variant,
        seed=seed,
        begins=campaign.begins,
        duration=campaign.duration,
        played=played,
        requests=campaign.requests,
        rate=campaign.rate,
        addresses=campaign.addresses,
        accounts=campaign.accounts,
        facts=tuple((fact.source, fact.text) for fact in breach.facts),
        method=method(breach, campaign, people, played, sides),
        policy=settings_of(breach, "garrison"),
        sides=tuple(sides),
        evasion=evasions,
        prevention=ways,
        prevention_harm=harm,
        proved=round(ended - proving, 2),
        seconds=round(ended - began, 1),
    )


def _stage(breach: Breach, variant: Variant, seed: int, scale: Scale) -> Stage:
    campaign = breach.campaign.variant(variant)
    played = min(max(campaign.duration, DAY), breach.played_days * DAY)
    issuers = Issuers(campaign.begins - PRELUDE, campaign.begins + max(campaign.duration, played))
    return Stage(breach, campaign, issuers, _visits(breach, campaign, played, seed, scale), played, seed, scale)


def _sides(stage: Stage, protections: Sequence[Protection], watch: Watch) -> list[Side]:
    campaign, played = stage.campaign, stage.played
    lanes = [_lane(stage, protection) for protection in protections if protection != "none"]
    curve = _play(campaign, lanes, played, watch)
    sides = [_unprotected(campaign, curve)] if "none" in protections else []
    return sides + [lane.side(_tail(lane, campaign, played)) for lane in lanes]


def _visits(breach: Breach, campaign: Campaign, played: float, seed: int, scale: Scale) -> list[Visit]:
    mix = breach.mix
    if scale.benign != 1.0:
        mix = mix._replace(requests=round(mix.requests * scale.benign), people=round(mix.people * scale.benign))
    return with_prelude(mix, campaign.begins, played, seed)


def _lane(stage: Stage, protection: Protection) -> Lane:
    breach, campaign = stage.breach, stage.campaign
    settings = settings_of(breach, protection)
    policy = policy_of(breach, settings, breach.api.contract, stage.issuers, stage.seed)
    end = campaign.sent(campaign.begins + stage.played)
    tempo: Tempo = Sliced(campaign, end, slices=stage.scale.slices)
    if protection in COUNTING:
        lengths = [window.seconds for window in windows_of(typed(settings))]
        tempo = Watchful(campaign, end, lengths, is_watched=protection == "garrison")
    player = Player(policy, breach.api.answer, stage.issuers)
    return Lane(breach, campaign, protection, player, tempo, stage.people)


def _play(campaign: Campaign, lanes: Sequence[Lane], played: float, watch: Watch) -> list[Point]:
    """Move all lanes through event time together; what is lost meanwhile where nothing protects."""
    curve = [Point(campaign.begins, 0)]
    for step in range(1, STEPS + 1):
        now = campaign.begins + played * step / STEPS
        curve.append(Point(now, campaign.lost(now)))
        for lane in lanes:
            lane.advance(now)
        lost: dict[Protection, float] = {"none": campaign.lost(now), **{lane.protection: lane.lost for lane in lanes}}
        found = {lane.protection: lane.tally.detection for lane in lanes}
        watch(Progress(now, step / STEPS, lost, {name: one for name, one in found.items() if one}, "playing"))
    return curve


def _unprotected(campaign: Campaign, curve: Sequence[Point]) -> Side:
    """Counted from the attack itself: without protection every hit is a loss."""
    return Side("none", campaign.register.members, 0, 0, Harm(0, 0, 0, 0), None, None, tuple(curve))


def _tail(lane: Lane, campaign: Campaign, played: float) -> float:
    """Subjects lost after what was played: at the pace of the last day of it, or, where that is more, what those
    take who were blocked and are let in again."""
    left = campaign.duration - played
    if left <= 0:
        return 0.0
    last = min(DAY, played / 2)
    end = campaign.begins + played
    rest = campaign.register.members - campaign.lost(end)
    return min(float(rest), max(lane.pace(end - last) * left, lane.lost_again()))
