"""A campaign is a value: any request of it is known by its number, and what it takes is counted, not guessed."""

import pytest

from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.campaign import VARIANTS, Campaign, Register, hostile_address


@pytest.mark.parametrize("register", [Register(100, 32), Register(7, 7), Register(1_000, 1), Register(991, 313)])
def test_hits_are_counted_as_they_are_found(register: Register) -> None:
    hits = [place for place in range(register.size) if register.has(place)]
    assert len(hits) == register.members
    assert [register.among(first) for first in range(register.size + 1)] == [
        sum(place < first for place in hits) for first in range(register.size + 1)
    ]
    assert [register.place(member) for member in range(register.members)] == hits
    after = [min([place for place in hits if place >= at], default=register.size) for at in range(register.size)]
    assert [register.at_or_after(at) for at in range(register.size)] == after


def test_what_is_lost_by_a_moment() -> None:
    campaign = Campaign(1_000.0, Register(100, 50), rate=10.0)
    assert [campaign.lost(1_000.0 + seconds) for seconds in (-5, 0, 1, 5, 10, 99)] == [0, 0, 5, 25, 50, 50]
    assert campaign.duration == 10.0
    assert [campaign.sent(campaign.moment(number)) for number in range(100)] == list(range(100))


def test_variants() -> None:
    campaign = Campaign(0.0, Register(1_000, 1_000), rate=10.4, accounts=2, widest=63)
    assert campaign.variant("loud") == campaign
    assert campaign.variant("spread").addresses == 126
    assert campaign._replace(widest=0).variant("spread").addresses == 126, "reckoned from the rate"
    assert campaign.variant("patient").duration == pytest.approx(20 * campaign.duration)
    assert [campaign.source(number)[0] for number in range(4)] == [0, 1, 0, 1]


def test_addresses_differ_and_stand_in_different_networks() -> None:
    first = [hostile_address(number) for number in range(1_000)]
    assert len(set(first)) == 1_000
    assert len({address.rpartition(".")[0] for address in first[:126]}) == 126
    far = {hostile_address((1 << 17) + number) for number in range(1_000)}
    assert len(far) == 1_000
    assert not far & set(first)


def test_all_breaches_are_listed_once_with_what_is_known_of_them() -> None:
    names = [breach.name for breach in BREACHES]
    assert names == [
        "tmobile-2022", "twitter-2021", "carmakers-2022", "optus-2022", "dell-2024", "trello-2024", "peloton-2021",
        "coinbase-2022", "experian-2021",
    ]  # fmt: skip
    for breach in BREACHES:
        assert {fact.source for fact in breach.facts} == {"public", "assumed"}, breach.name
        assert all(breach.campaign.variant(variant).requests for variant in VARIANTS)


def test_figures_that_were_published() -> None:
    lost = {breach.name: breach.campaign.register.members for breach in BREACHES}
    assert (lost["tmobile-2022"], lost["optus-2022"]) == (37_000_000, 9_500_000)
    assert (lost["dell-2024"], lost["trello-2024"]) == (49_000_000, 15_115_516)
    assert 195e6 < lost["twitter-2021"] < 205e6
    days = {breach.name: breach.campaign.duration / 86_400 for breach in BREACHES}
    assert [round(days[name]) for name in ("tmobile-2022", "optus-2022", "dell-2024", "trello-2024")] == [41, 3, 21, 30]
