"""Who is asked, and for what an exchange may wait."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from garrison.core.decision import Mode, Reason
from garrison.core.question import MAX_QUESTIONS, Question
from garrison.engine.combine import Answer
from garrison.engine.control import Wants
from garrison.engine.facts import Facts
from garrison.engine.plan import Plan, PlannedCheck, Stage

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


def is_wanted(wants: Wants, facts: Facts) -> bool:
    """Whether a control wants the response's body: what it cannot say, its check must."""
    try:
        return wants(facts)
    except Exception:  # noqa: BLE001 - the engine's guard
        return True
