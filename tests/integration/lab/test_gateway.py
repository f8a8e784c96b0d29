"""Breaches through the gateway itself, on loopback."""

import pytest

from garrison.lab.breaches.catalogue import BREACHES
from garrison.lab.gateway import BENIGN, HOSTILE, through_gateway

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("name", "lost"), [("tmobile-2022", 200), ("twitter-2021", 200), ("dell-2024", 160)])
def test_through_the_gateway(name: str, lost: int) -> None:
    (breach,) = [each for each in BREACHES if each.name == name]
    passed = through_gateway(breach, "loud", seed=1)
    assert (passed.hostile, passed.lost, passed.harm.requests) == (HOSTILE, lost, BENIGN)
    assert (passed.harm.denied, passed.harm.hurt) == (0, 0)
    assert passed.refused_from
    assert passed.ledger.true >= lost
    assert (passed.ledger.precision, passed.ledger.recall) == (1.0, 1.0)
