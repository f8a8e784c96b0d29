"""Every reason of every control is given: refused in enforce mode, only recorded in monitor mode."""

from pathlib import Path

import pytest
from tests.unit.controls.objections import ABOUT_PRINCIPALS, OBJECTIONS, REWRITTEN, Objection, name
from tests.unit.engine.drive import Played, play, small_policy

from garrison.controls.catalogue import CONTROLS
from garrison.core.decision import Disposition
from garrison.engine.step import Pass


def played(case: Objection, mode: str, settings: str | None = None) -> Played:
    policy = small_policy(f"mode: {mode}\n{case.settings if settings is None else settings}")
    return play(policy, case.head, case.body, case.answer)


@pytest.mark.parametrize("case", OBJECTIONS, ids=name)
def test_objection_refuses(case: Objection) -> None:
    result = played(case, "enforce")
    first = result.event.reasons[0]
    given = [f"{each.control}: {each.id} {each.location}" for each in result.event.reasons]
    assert case.expected in given
    declared = {(control.id, spec.id): spec.status for control in CONTROLS for spec in control.reasons.specs}
    assert result.refused == declared[first.control, first.id]
    assert result.event.disposition is Disposition.BLOCKED
    assert result.event.status == result.refused


@pytest.mark.parametrize("case", REWRITTEN, ids=name)
def test_objection_mends_the_answer(case: Objection) -> None:
    result = played(case, "enforce")
    assert [f"{each.control}: {each.id} {each.location}" for each in result.event.reasons] == [case.expected]
    assert result.refused == 0
    assert result.event.disposition is Disposition.REWRITTEN
    assert isinstance(result.response, Pass)
    assert result.response.mutation is not None
    assert result.response.mutation.body is not None


@pytest.mark.parametrize("case", [*OBJECTIONS, *REWRITTEN], ids=name)
def test_objection_in_monitor_mode_is_only_recorded(case: Objection) -> None:
    result = played(case, "monitor")
    assert case.expected in [f"{each.control}: {each.id} {each.location}" for each in result.event.observed]
    assert result.event.reasons == ()
    assert result.request == Pass()
    assert result.response in {None, Pass()}
    assert result.event.disposition is Disposition.LOGGED


@pytest.mark.parametrize("case", [*OBJECTIONS, *REWRITTEN], ids=name)
def test_control_that_is_off_says_nothing(case: Objection) -> None:
    every = "controls: {" + ", ".join(f"{control.id}: {{mode: off}}" for control in CONTROLS) + "}"
    result = played(case, "monitor", every)
    assert [each.control for each in (*result.event.reasons, *result.event.observed)] == ["engine"]


REASONS = [(control.id, spec.id) for control in CONTROLS for spec in control.reasons.specs]
TESTS = [path.read_text() for path in Path(__file__).parents[2].rglob("test_*.py")]


def test_every_reason_is_given_in_some_case() -> None:
    given = {(case.control, case.reason) for case in (*OBJECTIONS, *REWRITTEN)}
    elsewhere = {control for control, _ in REASONS if control not in {each for each, _ in given}}
    assert given == {(control, reason) for control, reason in REASONS if control not in elsewhere}
    assert elsewhere <= ABOUT_PRINCIPALS


@pytest.mark.parametrize(("control", "reason"), [each for each in REASONS if each[0] in ABOUT_PRINCIPALS])
def test_every_reason_about_principals_is_expected_by_some_test(control: str, reason: str) -> None:
    del control
    assert any(f'"{reason}"' in text for text in TESTS)
