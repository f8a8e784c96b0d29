"""What it takes to stay silent is found with the real engine, for attackers who know everything."""

import pytest

from garrison.lab.breach import Breach
from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.campaign import Register
from garrison.lab.evasion import Window, evasion, search_for, windows_of
from garrison.lab.protections import settings_of, typed
from garrison.lab.result import Width

BY_NAME = {breach.name: breach for breach in BREACHES}
PELOTON = BY_NAME["peloton-2021"]


def few(members: int, rate: float) -> Breach:
    """A campaign of some minutes."""
    return PELOTON._replace(campaign=PELOTON.campaign._replace(register=Register(members, members), rate=rate))


def test_windows_are_those_of_the_policy() -> None:
    tmobile, dell = BY_NAME["tmobile-2022"], BY_NAME["dell-2024"]
    shipped = (Window(200, 3_600.0), Window(500, 86_400.0), Window(2_000, 30 * 86_400.0))
    assert windows_of(typed(settings_of(tmobile, "garrison"))) == shipped
    assert windows_of(typed(settings_of(tmobile, "limits"))) == (Window(60, 60.0),)
    assert windows_of(typed(settings_of(tmobile, "none"))) == ()
    assert windows_of(typed(settings_of(dell, "garrison")))[0] == Window(20, 3_600.0), "they are new"


def test_as_many_accounts_as_the_budget_divides_into() -> None:
    breach = few(3_000, 20.0)  # in two and a half minutes: only the hour's budget counts
    found = evasion(breach, breach.campaign, "garrison", seed=1)
    assert found.width == Width(addresses=0, accounts=15)


def test_as_many_addresses_as_the_limit_divides_into() -> None:
    breach = few(9_000, 10.0)
    found = evasion(breach, breach.campaign, "limits", seed=1)
    assert found.width.accounts == 0, "no number of accounts helps at one address"
    assert 9 <= found.width.addresses <= 10, "one a second for each, and sixty at once"
    assert found.slow_down == pytest.approx(10, rel=0.03)


def test_where_an_operation_is_bounded_no_number_of_addresses_helps() -> None:
    optus = BY_NAME["optus-2022"]
    found = evasion(optus, optus.campaign, "garrison", seed=1)
    assert found.width == Width(addresses=0, accounts=-1)


def test_who_stays_below_every_budget_takes_ten_thousand_times_as_long() -> None:
    tmobile = BY_NAME["tmobile-2022"]
    slow_down, simulated = search_for(tmobile, tmobile.campaign, "garrison", seed=1).slowly()
    assert slow_down >= 10_000
    assert simulated >= 75 * 86_400
