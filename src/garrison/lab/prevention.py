"""What access control makes of a breach: every way in, against the same policy with it switched on."""

from collections.abc import Sequence

from garrison.engine.plan import Policy
from garrison.lab.background import Visit
from garrison.lab.breach import Breach, Probe
from garrison.lab.player import Player
from garrison.lab.protections import mended_settings, policy_of
from garrison.lab.result import Harm, Prevention
from garrison.lab.tally import Tally
from garrison.lab.tokens import Issuers

_BENIGN = 2_000
"""Benign requests that are played against it, so that what is refused is the attack and not everybody."""


def prevention(breach: Breach, issuers: Issuers, seed: int) -> tuple[Prevention, ...]:
    """Each way in, what was lost through it and what refused it first."""
    player = Player(_policy(breach, issuers, seed), breach.api.answer, issuers)
    return tuple(_tried(breach, probe, player) for probe in breach.probes)


def prevention_harm(breach: Breach, issuers: Issuers, people: Sequence[Visit], seed: int) -> Harm:
    """What the same policy does to those who may ask."""
    policy = _policy(breach, issuers, seed)
    player = Player(policy, breach.api.answer, issuers)
    tally = Tally(breach.campaign.begins, policy.state.pseudonyms, keeps_record=False)
    for visit in people[:_BENIGN]:
        tally.benign(visit, player.play(breach.benign(visit), visit.time))
    return tally.harm


def _policy(breach: Breach, issuers: Issuers, seed: int) -> Policy:
    return policy_of(breach, mended_settings(breach), breach.api.mended, issuers, seed)


def _tried(breach: Breach, probe: Probe, player: Player) -> Prevention:
    lost: set[tuple[str, str]] = set()
    first = ""
    for number, ask in enumerate(probe.asks):
        played = player.play(ask, breach.campaign.begins + number / breach.campaign.rate)
        lost.update((each.kind, each.name) for each in played.carried)
        if not first and played.event.reasons:
            first = str(played.event.reasons[0].id)
    return Prevention(probe.title, len(probe.asks), len(lost), first)
