"""The engine decides as the reference model does."""

from collections.abc import Sequence

from hypothesis import example, given
from tests.model import reference_model as model
from tests.model.generated import compiled, control_lists, policies, run

WATCHER = model.Control("inventory", True, {"body": "nothing"})
WATCHING = model.Policy("enforce", {"inventory": "monitor"}, frozenset())


@given(control_lists, policies)
@example([WATCHER], WATCHING)  # nothing is said and nobody is due at the head
def test_engine_decides_as_the_model(controls: Sequence[model.Control], policy: model.Policy) -> None:
    """Outcome, phase, reasons, what monitoring controls said, failures and mends are the same."""
    outcome, _ = run(compiled(controls, policy))
    assert outcome == model.decide(controls, policy)
