"""The benign background is the same for the same seed, and as it is said to be."""

from collections import Counter

from garrison.lab.background import DAY, Mix, visits

MIX = Mix(people=4_000, requests=10_000)
FOUND = visits(MIX, 1_000_000.0, 7 * DAY, seed=1)
ROLES = Counter(visit.role for visit in FOUND)


def test_same_seed_same_people() -> None:
    assert visits(MIX, 1_000_000.0, 7 * DAY, seed=1) == FOUND
    assert visits(MIX, 1_000_000.0, 7 * DAY, seed=2) != FOUND


def test_in_order_and_within_the_time() -> None:
    times = [visit.time for visit in FOUND]
    assert times == sorted(times)
    assert times[0] >= 1_000_000.0
    assert times[-1] < 1_000_000.0 + 7 * DAY


def test_shares() -> None:
    assert (ROLES["app"], ROLES["web"], ROLES["carrier"]) == (7_000, 1_500, 100)
    assert 900 <= ROLES["partner"] + ROLES["shop"] <= 1_300
    assert 300 <= ROLES["agent"] <= 500


def test_partners_come_from_few_addresses_and_a_carrier_from_one() -> None:
    addresses = {role: {visit.address for visit in FOUND if visit.role == role} for role in ROLES}
    assert len(addresses["partner"] | addresses["shop"]) == 3
    assert len(addresses["carrier"]) == 1
    assert len(addresses["app"]) > 1_500
    assert addresses["carrier"] < addresses["crowd"]


def test_the_day_is_busier_than_the_night() -> None:
    hours = Counter(int((visit.time - 1_000_000.0) % DAY // 3600) for visit in FOUND if visit.role == "app")
    assert hours[15] > 4 * hours[3]


def test_a_crowd_comes_at_once() -> None:
    times = [visit.time for visit in FOUND if visit.role == "crowd"]
    assert len(times) == 2 * MIX.people // 5
    assert max(times) - min(times) < 310


def test_one_client_walks_through_all_of_its_own_each_night() -> None:
    assert Counter(visit.item for visit in FOUND if visit.role == "sync") == dict.fromkeys(range(MIX.own_objects), 7)


def test_an_agent_helps_as_many_as_one_can() -> None:
    daily = Counter((visit.person, int((visit.time - 1_000_000.0) // DAY)) for visit in FOUND if visit.role == "agent")
    assert set(daily.values()) == {60}
