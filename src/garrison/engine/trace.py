"""A policy that tells what each control answers: for explanations, never for traffic."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from garrison.core.decision import FailMode, Grant, Outcome, Phase
from garrison.core.ids import ControlId
from garrison.core.question import Question
from garrison.engine.combine import Answer, Failed, Said
from garrison.engine.control import Check
from garrison.engine.facts import Facts
from garrison.engine.heads import AnswerMemory
from garrison.engine.plan import Plan, Policy
from garrison.engine.stage import PlannedCheck, Stage

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
    taken = tuple(_asked_after_all(answer) for answer in plan.sure)
    head = replace(plan.head, checks=(*taken, *plan.head.checks))
    return replace(
        plan,
        sure=(),
        head=_traced_stage(head, Phase.HEAD, note),
        body=_traced_stage(plan.body, Phase.BODY, note),
        response_head=_traced_stage(plan.response_head, Phase.RESPONSE_HEAD, note),
        response_body=_traced_stage(plan.response_body, Phase.RESPONSE_BODY, note),
        answers=AnswerMemory(plan.operation),  # it remembers who is asked
    )


def _traced_stage(stage: Stage, phase: Phase, note: Note) -> Stage:
    checks = tuple(replace(planned, check=_traced_check(planned, phase, note)) for planned in stage.checks)
    return replace(stage, checks=checks, awake=checks, sound=checks)


def _asked_after_all(answer: Answer) -> PlannedCheck:
    """The control whose `answer` is taken as said, as one that is asked."""

    def check(facts: Facts) -> Outcome:
        del facts
        return Grant(answer.control)

    return PlannedCheck(answer.control, answer.mode, FailMode.CLOSED, check, answer)


def _traced_check(planned: PlannedCheck, phase: Phase, note: Note) -> Check:
    def check(facts: Facts) -> Outcome | Question:
        note(phase, planned.control, Failed(planned.fail))  # stands if what follows raises
        said = planned.check(facts)
        if not isinstance(said, Question):  # it will be asked again
            note(phase, planned.control, said)
        return said

    return check
