"""How a run was measured, in sentences that are printed with its figures."""

from collections.abc import Iterator, Sequence

from garrison.core.counted import counted
from garrison.lab.background import DAY, PRELUDE, Visit
from garrison.lab.breach import Breach
from garrison.lab.campaign import PATIENCE, Campaign
from garrison.lab.defence import DELAY
from garrison.lab.protections import COUNTING
from garrison.lab.result import Side

_HOSTILE = ("hostile request was", "hostile requests were")


def method(
    breach: Breach, campaign: Campaign, people: Sequence[Visit], played: float, sides: Sequence[Side]
) -> tuple[str, ...]:
    """What was done, and what was only reckoned."""
    return tuple(_sentences(breach, campaign, people, played, sides))


def _sentences(
    breach: Breach, campaign: Campaign, people: Sequence[Visit], played: float, sides: Sequence[Side]
) -> Iterator[str]:
    yield "every request that was played went through the same engine that runs inside the gateway, in event time"
    yield "who was lost is told by the attacked API itself, never by Garrison's record"
    yield f"no protection: counted from the attack, whose every hit finds another one of the {breach.people}"
    requests, visitors = (
        counted(len(people), "request"),
        counted(len({visit.name for visit in people}), "person", "people"),
    )
    yield (
        f"benign: {requests} of {visitors} were played, fewer than the service has, "
        "each behaving as one does: daily sine, 70 % app, 15 % web, 10 % partners, 4 % support, 1 % of 500 users "
        "behind one address, a flash crowd, a client that walks through all of its own objects each night"
    )
    for side in sides:
        yield from _of_side(side, campaign)
    if played < campaign.duration - 1:
        yield (
            f"{played / DAY:,.1f} of {campaign.duration / DAY:,.1f} days were played; the rest is reckoned at "
            "the pace of the last day played"
        )
    if campaign.rate != breach.campaign.rate:
        yield f"patient: the breach's own rate divided by {PATIENCE}"
    yield "an attacker who is refused does not ask for the same again; he goes on to the next"


def _of_side(side: Side, campaign: Campaign) -> Iterator[str]:
    rest = f"; {side.reckoned:,} of the loss is reckoned for what was not played" if side.reckoned else ""
    if side.protection == "limits":
        whole = counted(campaign.requests, *_HOSTILE)
        yield f"limits: {side.played:,} of {whole} played, in even slices{rest}"
    if side.protection in COUNTING:
        yield (
            f"{side.protection}: {counted(side.played, *_HOSTILE)} played: each until it had been refused long, "
            f"then at every moment at which a window may open, and now and then{rest}"
        )
    if side.protection == "garrison":
        yield (
            f"garrison: the shipped detection rules saw every event, {PRELUDE / DAY:.0f} benign days before the attack "
            f"as well; the shipped response was in force {DELAY:.0f} second after the exchange that completed a pattern"
        )
        yield "staying silent means staying below budgets: what detection would see of it is not counted there"
