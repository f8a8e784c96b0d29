"""Who is asked, and for what an exchange may wait."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import force_setattr

from garrison.core.decision import Mode, Reason
from garrison.core.question import MAX_QUESTIONS, Question
from garrison.engine.combine import Answer
from garrison.engine.control import Wants
from garrison.engine.facts import Facts
from garrison.engine.heads import Remembered
from garrison.engine.plan import Plan
from garrison.engine.stage import PlannedCheck, Stage

_ENFORCE = Mode.ENFORCE

Waits: TypeAlias = tuple[Question, tuple[PlannedCheck, ...]]
"""What a control must have answered first; that control, and those after it."""


class Asked(NamedTuple):
    """Where an exchange stands that waits for an answer."""

    question: Question
    stage: Stage
    checks: tuple[PlannedCheck, ...]
    """The control that asks, and those after it."""
    body: bytes | None
    """The request's body, where it came with the head."""


def may_ask(facts: Facts, question: Question, plan: Plan, stage: Stage) -> bool:
    """Only a request can wait, and not for what was answered already."""
    asked = facts.answers
    return (stage is plan.head or stage is plan.body) and question not in asked and len(asked) < MAX_QUESTIONS


def has_objection(answers: Sequence[Answer]) -> bool:
    """Whether the exchange is refused by what was said already; an empty tuple objects to nothing."""
    return any(each.mode is _ENFORCE and isinstance(each.said, Reason | tuple) and each.said for each in answers)


def wanting(stage: Stage, announced: Remembered, facts: Facts) -> tuple[PlannedCheck, ...]:
    """The controls of `stage` that look at the body of this response.

    What they say of one that the contract declares, they say of all that are announced like it: it is remembered.
    """
    found = [each for each in stage.checks if each.wants_response is None or _is_wanted(each.wants_response, facts)]
    checks = tuple(found)
    if announced.body_schema is not None:
        force_setattr(announced, "wanting", checks)
    return checks


def heeding(stage: Stage, announced: Remembered, facts: Facts) -> tuple[PlannedCheck, ...]:
    """The controls of `stage` that may object to this response's head; remembered likewise."""
    if announced.body_schema is None:
        return stage.checks
    found = [each for each in stage.checks if each.heeds_response is None or _is_wanted(each.heeds_response, facts)]
    checks = tuple(found)
    force_setattr(announced, "heeding", checks)
    return checks


def _is_wanted(wants: Wants, facts: Facts) -> bool:
    """Whether a control wants to look at the response: what it cannot say, its check must."""
    try:
        return wants(facts)
    except Exception:  # noqa: BLE001 - the engine's guard
        return True
