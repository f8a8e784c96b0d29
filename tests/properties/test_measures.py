"""The law of changed countermeasures: they are what they would be if they had been made anew."""

from hypothesis import given
from hypothesis import strategies as st

from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.principal import Principal
from garrison.engine.measures import Measures

_NETWORKS = ["192.0.2.1", "192.0.2.0/24", "192.0.0.0/16", "2001:db8::/32", "2001:db8::1"]
_NAMES = ["ada", "curl", "@tools", "64496"]
_OTHERS = [Scope.PRINCIPAL, Scope.OPERATION, Scope.USER_AGENT, Scope.CLIENT, Scope.SYSTEM]
_ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.3.1", "2001:db8::1", "2001:db8::2", "198.51.100.1"]

against_networks = st.builds(
    Countermeasure, st.just(Action.BLOCK), st.just(Scope.NETWORK), st.sampled_from(_NETWORKS), st.floats(0, 9)
)
against_others = st.builds(
    Countermeasure, st.sampled_from(Action), st.sampled_from(_OTHERS), st.sampled_from(_NAMES), st.floats(0, 9)
)
measures = st.lists(against_networks | against_others, max_size=12, unique_by=lambda each: each.key)


@given(measures, measures, st.data())
def test_changed_measures_are_what_they_would_be_made_anew(
    before: list[Countermeasure], taken: list[Countermeasure], data: st.DataObject
) -> None:
    """Whatever is taken and lifted, everybody finds what they would have found."""
    keys = [each.key for each in before]
    lifted = set(data.draw(st.lists(st.sampled_from(keys)))) if keys else set()
    gone = lifted | {each.key for each in taken}
    changed = Measures(before).changed(taken, lifted)
    anew = Measures([*(each for each in before if each.key not in gone), *taken])
    for address in _ADDRESSES:
        assert set(changed.networks.find(address)) == set(anew.networks.find(address))
    assert _sets(changed.against_operations) == _sets(anew.against_operations)
    assert _sets(changed.against_user_agents) == _sets(anew.against_user_agents)
    ada = Principal(id="ada", realm="r", subject="ada", client="ada", scopes=frozenset(), issued=0.0)
    assert set(changed._against_principal(ada)) == set(anew._against_principal(ada))
    for name in ("throttles", "steps_up", "tightens"):  # whoever is lifted may still be looked for
        assert getattr(changed, name) >= getattr(anew, name)


def _sets(named: object) -> dict[str, set[Countermeasure]]:
    assert isinstance(named, dict)
    return {value: set(some) for value, some in named.items()}
