"""Who is not asked would have said nothing, whatever is sent."""

import pytest
from hypothesis import given
from tests.properties.exchanges import Made, all_exchanges
from tests.properties.test_inputs import POLICIES
from tests.unit.engine.drive import Played, asking_all, play

ASKING_ALL = {name: asking_all(policy) for name, policy in POLICIES.items()}


@pytest.mark.parametrize("name", POLICIES)
@given(made=all_exchanges)
def test_who_is_left_out_would_have_said_nothing(name: str, made: Made) -> None:
    found = [play(policy[name], made.head, made.body, made.answer) for policy in (POLICIES, ASKING_ALL)]
    assert _decided(found[0]) == _decided(found[1])


def _decided(played: Played) -> tuple[object, ...]:
    """All but the event: both have one memory of what was sought."""
    return played.request, played.response, played.decision
