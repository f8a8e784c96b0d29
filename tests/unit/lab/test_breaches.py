"""Every breach in every variant, scaled down: what is lost stays within its bound, and the record is true."""

from typing import Final, NamedTuple

import pytest

from garrison.lab.breach import Breach
from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.campaign import VARIANTS, Variant
from garrison.lab.result import Result
from garrison.lab.run import Scale, run

SMALL: Final = Scale(benign=0.03, slices=3, evasion=False, prevention=False)


class Bound(NamedTuple):
    """The most that may be lost behind budgets of people alone, in what is played."""

    loud: int
    spread: int
    patient: int
    harms: bool = False
    """Whether innocents are refused where the attack is spread: a fuse of the operation blows for everybody."""


BOUNDS: Final = {
    "tmobile-2022": Bound(200, 200, 200),
    "twitter-2021": Bound(200, 1_500, 200, harms=True),
    "carmakers-2022": Bound(200, 200, 200),
    "optus-2022": Bound(200, 200, 200),
    "dell-2024": Bound(160, 160, 160),
    "trello-2024": Bound(600, 3_600, 600, harms=True),
    "peloton-2021": Bound(200, 200, 200),
    "coinbase-2022": Bound(1, 1, 1),
    "experian-2021": Bound(400, 6_000, 1_000, harms=True),
}
HOURS: Final = {"twitter-2021": 5 / 24, "trello-2024": 3 / 24, "experian-2021": 1.0}
"""Days that are played of lookups without identity."""


def small(breach: Breach) -> Breach:
    return breach._replace(played_days=min(breach.played_days, HOURS.get(breach.name, 3.0)))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("breach", BREACHES, ids=[breach.name for breach in BREACHES])
def test_budgets(breach: Breach, variant: Variant) -> None:
    result = run(small(breach), variant, protections=("none", "budgets"), scale=SMALL)
    none, garrison = result.side("none"), result.side("budgets")
    assert none
    assert garrison
    bound = BOUNDS[breach.name]
    assert none.lost == breach.campaign.register.members
    assert 0 < garrison.lost - garrison.reckoned <= getattr(bound, variant)
    assert garrison.reckoned == 0 or breach.name in HOURS
    assert garrison.ledger
    assert (garrison.ledger.precision, garrison.ledger.recall) == (1.0, 1.0)
    assert garrison.harm.requests > 50
    if not (bound.harms and variant == "spread"):
        assert (garrison.harm.denied, garrison.harm.hurt) == (0, 0)
    if breach.name != "coinbase-2022":
        assert garrison.detection
        assert garrison.detection.refused
        assert garrison.detection.reason.startswith("budget-exceeded")
        assert garrison.ledger.true >= garrison.lost - garrison.reckoned


class Seen(NamedTuple):
    """What detection and its response come to."""

    rules: frozenset[str]
    """One of these sees it first."""
    loud: int
    """The most that may be lost in what is played and each time that those who were blocked are let in again."""
    spread: int
    patient: int
    within: float = 60.0
    """Seconds in which it is seen, also where it has patience."""


SEEN: Final = {
    "tmobile-2022": Seen(frozenset({"id-walk", "unissued-ids"}), 50, 50, 50),
    "twitter-2021": Seen(frozenset({"lookup-without-next-step", "budget-exceeded-anonymous"}), 100, 2_500, 100),
    "carmakers-2022": Seen(frozenset({"id-walk", "unissued-ids"}), 50, 50, 50, 120.0),
    "optus-2022": Seen(frozenset({"dormant-operation", "dormant-operation-people", "id-walk-spread"}), 100, 200, 50),
    "dell-2024": Seen(frozenset({"miss-ratio", "newcomer-operation", "drift"}), 160, 160, 170),
    "trello-2024": Seen(frozenset({"novel-form", "novel-form-spread"}), 50, 800, 50),
    "peloton-2021": Seen(frozenset({"id-walk", "unissued-ids"}), 50, 50, 50),
    "experian-2021": Seen(frozenset({"novel-form", "novel-form-spread"}), 50, 300, 50),
}
WATCHED: Final = SMALL._replace(benign=0.1)
"""So many that what is usual can be learned."""


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", SEEN)
def test_detection_and_response(name: str, variant: Variant) -> None:
    breach = small(next(each for each in BREACHES if each.name == name))
    if name == "trello-2024":  # fewer addresses: each is to be found
        breach = breach._replace(campaign=breach.campaign._replace(widest=150))
    side = run(breach, variant, protections=("garrison",), scale=WATCHED).side("garrison")
    seen = SEEN[name]
    assert side
    assert side.alarm
    assert side.alarm.rule in seen.rules
    assert side.alarm.after <= seen.within
    assert side.stop
    assert side.stop.lost <= side.lost <= getattr(seen, variant)
    assert {each.severity for each in side.false_alarms} <= {"low"}
    assert side.harm.hurt <= (1 if breach.campaign.accounts == 0 and variant == "spread" else 0)


@pytest.mark.parametrize("breach", BREACHES, ids=[breach.name for breach in BREACHES])
def test_access_control_prevents_it(breach: Breach) -> None:
    result = run(small(breach), protections=("garrison",), scale=SMALL._replace(prevention=True))
    assert {(each.title, each.lost) for each in result.prevention} == {(each.title, 0) for each in breach.probes}
    assert all(each.first for each in result.prevention), "each way in is refused, or its answer changed, for a reason"
    assert result.prevention_harm
    assert result.prevention_harm.requests > 50
    assert result.prevention_harm.denied == 0


@pytest.fixture(scope="module")
def spread() -> Result:
    return run(small(BREACHES[0]), "spread", protections=("limits",), scale=SMALL)


def test_a_limit_of_requests_stops_who_is_loud_and_nobody_else(spread: Result) -> None:
    loud = run(small(BREACHES[0]), protections=("limits",), scale=SMALL).side("limits")
    assert loud
    assert 3_000_000 < loud.lost < 4_000_000, "one a second of ten, for 41 days"
    assert loud.detection
    assert loud.detection.reason == "rate-exceeded `address`"
    side = spread.side("limits")
    assert side
    assert side.lost == 37_000_000
    assert side.detection is None
    assert side.ledger is None
    assert side.harm.hurt > 0, "the client that walks through its own objects at least"


def test_what_was_not_played_is_reckoned_at_the_pace_of_what_was() -> None:
    dell = next(each for each in BREACHES if each.name == "dell-2024")
    side = run(dell, "patient", protections=("limits",), scale=SMALL).side("limits")
    assert side
    assert side.lost == pytest.approx(dell.campaign.variant("patient").duration * 49 / 151.2, rel=0.01), "one a second"


def test_same_seed_same_figures(spread: Result) -> None:
    again = run(small(BREACHES[0]), "spread", protections=("limits",), scale=SMALL)
    assert (again.sides, again.method) == (spread.sides, spread.method)


def test_who_is_to_be_notified_is_named() -> None:
    result = run(small(BREACHES[0]), protections=("budgets",), scale=SMALL)
    garrison = result.side("budgets")
    assert garrison
    assert {notice.name for notice in garrison.notices} == {str(100_000_000 + place) for place in range(200)}
    types = ("account", "address", "birth-date", "email", "name", "phone")
    assert {notice.types for notice in garrison.notices} == {types}
