"""A policy that tells what each control answers: for explanations, never for traffic."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from garrison.core.decision import Outcome, Phase
from garrison.core.ids import ControlId
from garrison.core.question import Question
from garrison.engine.combine import Failed, Said
from garrison.engine.control import Check
from garrison.engine.facts import Facts
from garrison.engine.plan import Plan, PlannedCheck, Policy, Stage

Note: TypeAlias = Callable[[Phase, ControlId, Said], None]
"""Takes what a control answered in a phase. A control that fails is noted as `Failed` and nothing after it."""


def traced(policy: Policy, note: Note) -> Policy:
    """`policy`, and `note` is told every answer. It decides exactly as `policy` does."""
    return replace(
        policy,
        plans=tuple(_traced_plan(plan, note) for plan in policy.plans),
        undescribed=_traced_plan(policy.undescribed, note),
    )


def _traced_plan(plan: Plan, note: Note) -> Plan:
    return replace(
        plan,
        head=_traced_stage(plan.head, Phase.HEAD, note),
        body=_traced_stage(plan.body, Phase.BODY, note),
        response_head=_traced_stage(plan.response_head, Phase.RESPONSE_HEAD, note),
        response_body=_traced_stage(plan.response_body, Phase.RESPONSE_BODY, note),
    )


def _traced_stage(stage: Stage, phase: Phase, note: Note) -> Stage:
    checks = tuple(replace(planned, check=_traced_check(planned, phase, note)) for planned in stage.checks)
    return replace(stage, checks=checks, awake=checks)


def _traced_check(planned: PlannedCheck, phase: Phase, note: Note) -> Check:
    def check(facts: Facts) -> Outcome | Question:
        note(phase, planned.control, Failed(planned.fail))  # stands if what follows raises
        said = planned.check(facts)
        if not isinstance(said, Question):  # it will be asked again
            note(phase, planned.control, said)
        return said

    return check
