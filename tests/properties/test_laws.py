"""The laws of the engine: each test's docstring is one of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.model import reference_model as model
from tests.model.generated import NAMES, compiled, control_lists, controls, enforcing, policies, request_words, run

from garrison.engine.step import Observe, Pass, Refuse

Controls = Sequence[model.Control]

phases = st.sampled_from(model.PHASES)


def _set_to(policy: model.Policy, name: str, mode: model.Mode) -> model.Policy:
    return policy._replace(modes={**policy.modes, name: mode})


@given(control_lists, enforcing, st.sampled_from(NAMES), phases)
def test_objection_beats_a_grant(others: Controls, policy: model.Policy, name: str, phase: model.Phase) -> None:
    """An objection beats a grant."""
    objector = model.Control(name, False, {phase: "object"})
    outcome, _ = run(compiled([*others, objector], _set_to(policy, name, "enforce")))
    assert outcome.denied_at is not None
    assert model.PHASES.index(outcome.denied_at) <= model.PHASES.index(phase)


@given(control_lists, enforcing)
def test_nothing_is_allowed_that_nobody_granted(some: Controls, policy: model.Policy) -> None:
    """Nothing is allowed that nobody granted."""
    silent = [
        each._replace(says={phase: "nothing" if word == "grant" else word for phase, word in each.says.items()})
        for each in some
    ]
    granters = {each.name for each in some if each.grants and policy.modes[each.name] == "monitor"}
    outcome, _ = run(compiled([each for each in silent if each.name not in granters], policy))
    assert outcome.denied_at in {"head", "body"}


@given(control_lists, policies, st.randoms(use_true_random=False), st.data())
def test_order_and_duplicates_do_not_matter(some: Controls, policy: model.Policy, random: Any, data: Any) -> None:
    """Order and duplicates of controls do not matter: outcome and reasons stay the same."""
    again = [*some, *(data.draw(st.lists(st.sampled_from(some), max_size=4)) if some else [])]
    random.shuffle(again)
    assert run(compiled(again, policy))[0] == run(compiled(some, policy))[0]


@given(control_lists, policies, controls.map(lambda each: each._replace(grants=False)))
def test_one_more_objector_never_allows(some: Controls, policy: model.Policy, objector: model.Control) -> None:
    """Adding an objector never turns deny into allow."""
    # a grant is a granter's to give: of an objector that grants it is its own error, not one more objection
    honest = objector._replace(says={phase: word for phase, word in objector.says.items() if word != "grant"})
    before, _ = run(compiled(some, policy))
    after, _ = run(compiled([*some, honest], policy))
    assert before.denied_at is None or after.denied_at is not None


@given(control_lists, policies, st.data())
def test_error_never_allows(some: Controls, policy: model.Policy, data: Any) -> None:
    """An error never turns deny into allow, unless an objector failed whose errors are declared open."""
    before, _ = run(compiled(some, policy))
    places = [(index, phase) for index, each in enumerate(some) for phase in each.says]
    if not places:
        return
    index, phase = data.draw(st.sampled_from(places))
    failing = some[index]._replace(says={**some[index].says, phase: "fail"})
    after, _ = run(compiled([*some[:index], failing, *some[index + 1 :]], policy))
    declared = some[index].name in policy.fails_open and some[index].says[phase] in {"object", "object-twice"}
    assert declared or before.denied_at is None or after.denied_at is not None


@given(control_lists, policies)
def test_monitor_mode_changes_nothing(some: Controls, policy: model.Policy) -> None:
    """Monitor mode never changes what the client sees."""
    outcome, steps = run(compiled(some, policy._replace(gateway="monitor")))
    assert outcome.denied_at is None
    assert all(isinstance(step, Pass | Observe) and step.mutation is None for step in steps)


@given(control_lists, policies)
def test_every_denial_carries_a_reason(some: Controls, policy: model.Policy) -> None:
    """Every denial carries a reason."""
    outcome, steps = run(compiled(some, policy))
    refused = [step for step in steps if isinstance(step, Refuse)]
    assert bool(refused) == (outcome.denied_at is not None) == bool(outcome.reasons)
    assert all(step.reply.status >= 400 for step in refused)


@given(control_lists, policies, st.sampled_from(NAMES), phases, request_words)
def test_monitored_control_changes_nothing(
    some: Controls, policy: model.Policy, name: str, phase: model.Phase, word: model.Word
) -> None:
    """A control in monitor mode is recorded and changes nothing."""
    watching = _set_to(policy, name, "monitor")
    others = [each for each in some if each.name != name]
    before, _ = run(compiled(others, watching))
    after, _ = run(compiled([*others, model.Control(name, False, {phase: word})], watching))
    assert (after.denied_at, after.reasons, after.mended) == (before.denied_at, before.reasons, before.mended)
