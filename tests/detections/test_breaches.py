"""The breaches of the lab, as events with their signals: who attacks is named after few requests, who does not never.

Everybody's days before teach what is usual. The rate of each address is that of the breach, their number is scaled.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias

import pytest
from tests.unit.detect.made import BEGINS, event, told

from garrison.adapters.detection_rules import shipped_rules
from garrison.core.detection import Detection
from garrison.core.event import Event
from garrison.detect.compiling import compile_rules
from garrison.detect.detector import Detector
from garrison.detect.rule import RuleSet

DAY = 86_400.0
TAUGHT = 5
ATTACK = TAUGHT * DAY + 10 * 3_600
ADDRESSES = 40
EVERY = 12.0
"""Seconds between two requests of one address: 64 a second over 772 of them, 193 over 2,316, 1.9 over 24."""
Step: TypeAlias = Callable[[int, str, float], Event]


@lru_cache(maxsize=1)
def all_rules() -> RuleSet:
    return compile_rules(shipped_rules())


def everyday(work: Callable[[int, float], Iterator[Event]]) -> list[Event]:
    """Some work at every ten minutes of the days before the attack and of its day, and a nightly client."""
    events = [one for at in range(0, int((TAUGHT + 1) * DAY), 600) for one in work(at // 600, float(at))]
    return sorted(events, key=lambda one: one.ended)


def spread(step: Step) -> list[Event]:
    """Ten minutes of attack over all addresses."""
    return [
        step(turn * ADDRESSES + place, f"198.18.{place}.1", ATTACK + turn * EVERY + place * EVERY / ADDRESSES)
        for turn in range(50)
        for place in range(ADDRESSES)
    ]


def outcome(benign: list[Event], attack: list[Event]) -> list[Detection]:
    merged = sorted([*benign, *attack], key=lambda one: (one.ended, one.id))
    return Detector(all_rules()).feed_all(merged)


def first_named(found: list[Detection], who: str) -> float:
    """When `who` was named alone: so that a measure can be taken against it."""
    return next(one.time for one in found if one.group and one.group[0] == ("peer", who))


def lost(found: list[Detection], attack: list[Event]) -> int:
    """People disclosed, had each address been blocked when it was named."""
    named = {peer: first_named(found, peer) for peer in {one.peer for one in attack}}
    return len(
        {name for one in attack if one.ended <= named[one.peer] for part in one.exposed for name in part.subjects}
    )


def harmless(found: list[Detection]) -> None:
    """Whoever does not attack is not named, alone or with others."""
    for one in found:
        assert one.time >= BEGINS + ATTACK, one
        assert all(peer.startswith("198.18.") for peer in one.named.peers) or one.group[0][0] == "operation", one


def _id(number: int) -> dict[str, Any]:
    return {"number": 10_000_000 + number}


def _hit(number: int, of: int) -> bool:
    """One of `of` requests, for each address at another one of them."""
    return (number // ADDRESSES + number % ADDRESSES) % of == 0


def _twitter(number: int, peer: str, at: float) -> Event:
    shown = told(f"h{number}", own=None) if _hit(number, 5) else {"asked": (f"h{number}",), "missed": True}
    return event(
        at,
        operation="lookupIdentifier",
        method="POST",
        peer=peer,
        forms=("body.identifier=email",),
        **_id(number),
        **shown,
    )


def _twitter_everyday(turn: int, at: float) -> Iterator[Event]:
    """Somebody registers, behind a carrier or not; at two a client looks up its two hundred contacts."""
    for place in range(3):
        peer = "203.0.113.1" if place else f"10.0.{turn % 200}.1"
        common = {"peer": peer, "method": "POST", "forms": ("body.identifier=email",)}
        shown = (
            told(f"k{turn}", own=None) if (turn + place) % 20 == 0 else {"asked": (f"e{turn}-{place}",), "missed": True}
        )
        yield event(at + place, operation="lookupIdentifier", **common, **shown)
        yield event(at + place + 0.5, operation="register", peer=peer, method="POST", status=201)
    if at % DAY == 7_200:
        for place in range(200):
            shown = told(f"k{place}", own=None) if place % 5 == 0 else {"asked": (f"c{place}",), "missed": True}
            yield event(at + 9 + place / 2, operation="lookupIdentifier", peer="203.0.113.77", method="POST", **shown)


def _trello(number: int, peer: str, at: float) -> Event:
    shown = (
        told(f"h{number}", own=None) if _hit(number, 33) else {"asked": (f"h{number}",), "missed": True, "status": 404}
    )
    return event(at, operation="getMember", peer=peer, forms=("path.emailOrId=email",), **_id(number), **shown)


def _trello_everyday(turn: int, at: float) -> Iterator[Event]:
    for place in range(5):
        peer = ("198.51.100.7", "192.0.2.1", f"10.0.{turn % 200}.1")[min(place, 2)]
        yield event(
            at + place,
            operation="getMember",
            peer=peer,
            forms=("path.emailOrId=hex24",),
            **told(f"m{turn}-{place}", own=None),
        )
    if at % DAY == 7_200:
        for place in range(200):
            at_night = at + 9 + place / 2
            yield event(
                at_night,
                operation="getMember",
                peer="203.0.113.77",
                forms=("path.emailOrId=hex24",),
                **told(f"m{place}", own=None),
            )


def _experian(number: int, peer: str, at: float) -> Event:
    forms = ("body.birthDate=zeros", "body.name=text")
    return event(
        at,
        operation="getCreditScore",
        method="POST",
        peer=peer,
        forms=forms,
        **_id(number),
        **told(f"h{number}", own=None),
    )


def _experian_everyday(turn: int, at: float) -> Iterator[Event]:
    for place in range(3):
        forms = ("body.birthDate=date", "body.name=text")
        yield event(
            at + place,
            operation="getCreditScore",
            method="POST",
            peer=f"10.0.{turn % 50}.{place}",
            forms=forms,
            **told(f"m{turn % 50}", own=None),
        )


def _optus(number: int, peer: str, at: float) -> Event:
    shown = (
        told(f"h{number}", own=None) if _hit(number, 2) else {"asked": (f"h{number}",), "missed": True, "status": 404}
    )
    return event(at, operation="oldCustomer", peer=peer, near=number > 0, unissued=1, **_id(number), **shown)


def _optus_everyday(turn: int, at: float) -> Iterator[Event]:
    for place in range(5):
        yield event(
            at + place,
            operation="getOwnCustomer",
            principal=f"u{place}",
            peer=f"10.0.0.{place}",
            **told(f"u{place}", own=True),
        )


@pytest.mark.parametrize(
    ("step", "everyday_work", "requests"),
    [
        pytest.param(_twitter, _twitter_everyday, 6, id="twitter-2021"),
        pytest.param(_trello, _trello_everyday, 4, id="trello-2024"),
        pytest.param(_experian, _experian_everyday, 4, id="experian-2021"),
        pytest.param(_optus, _optus_everyday, 4, id="optus-2022"),
    ],
)
def test_every_address_is_named_after_few_requests(
    step: Step, everyday_work: Callable[[int, float], Iterator[Event]], requests: int
) -> None:
    attack = spread(step)
    found = outcome(everyday(everyday_work), attack)
    harmless(found)
    for place in range(ADDRESSES):
        named = first_named(found, f"198.18.{place}.1")
        assert named <= BEGINS + ATTACK + requests * EVERY + EVERY
    assert lost(found, attack) <= ADDRESSES * requests


def _customers(turn: int, at: float) -> Iterator[Event]:
    """People at their own, support with one in ten minutes each, a partner's shop, and a client with two hundred."""
    for place in range(4):
        yield event(at + place, principal=f"u{place}", peer=f"10.0.0.{place}", **told(f"u{place}", own=True))
    hour = at % DAY / 3_600
    if 8 <= hour < 16:
        for place in range(3):
            shown = told(f"c{turn}-{place}")
            yield event(at + 10 + place, principal=f"agent{place}", peer="198.51.100.7", unissued=1, **shown)
        yield event(at + 20, principal="shop", peer="192.0.2.1", unissued=1, **told(f"s{turn}"))
    if at % DAY == 7_200:
        for place in range(200):
            yield event(at + 30 + place / 2, principal="fleet", peer="203.0.113.77", **told(f"own{place}", own=True))


@pytest.mark.parametrize(("every", "people"), [(1 / 10.4, 30), (2.0, 30)], ids=["loud", "patient"])
@pytest.mark.parametrize("addresses", [1, 120])
def test_tmobile(every: float, people: int, addresses: int) -> None:
    attack = [
        event(
            ATTACK + step * every, principal="partner-17", peer=f"198.18.{step % addresses}.1", unissued=1,
            near=step > 0, **_id(step), **told(f"h{step}"),
        )
        for step in range(200)
    ]  # fmt: skip
    found = outcome(everyday(_customers), attack)
    harmless(found)
    first = next(one for one in found if one.group[0] == ("principal", "partner-17"))
    assert first.time - (BEGINS + ATTACK) < 60
    assert sum(one.ended <= first.time for one in attack) <= people
    assert (first.severity, first.confidence) == ("high", "high")


def test_dell_every_account_is_named_within_minutes() -> None:
    """Eight accounts, a twentieth of the breach's rate, two of three service tags are not there."""
    attack = [
        event(
            ATTACK + step / 4, principal=f"fake{step % 8}", peer="198.18.0.1", **_id(step),
            **(told(f"h{step}") if step % 3 == 0 else {"asked": (f"h{step}",), "missed": True, "status": 404}),
        )
        for step in range(1_200)
    ]  # fmt: skip
    found = outcome(everyday(_customers), attack)
    harmless(found)
    for place in range(8):
        first = next(one.time for one in found if one.group[0] == ("principal", f"fake{place}"))
        assert first - (BEGINS + ATTACK) < 120


def test_a_week_without_an_attack_is_silent() -> None:
    for work in (_customers, _twitter_everyday, _trello_everyday, _experian_everyday, _optus_everyday):
        assert outcome(everyday(work), list(islice(spread(_trello), 0))) == []
