"""What the answers of all controls amount to. Small enough to read aloud:

An exchange is allowed if no enforced control objects and every enforced granter grants. A control in monitor
mode is recorded and changes nothing. An error is an objection, unless the control declared that its errors are
open. A plan without a granter names the engine itself as one that never grants (`plan.py`), so it denies.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias, assert_never

import msgspec

from garrison.core.decision import Amendment, Decision, Disposition, FailMode, Grant, Mode, Outcome, Reason, Rewrite
from garrison.core.ids import ControlId, ReasonId

ENGINE = ControlId("engine")
"""The name under which the engine itself gives reasons."""


ALLOWED = Decision(allowed=True)
"""What it amounts to that each granter has granted and nothing else was said: so it is with nearly every exchange."""


class Failed(msgspec.Struct, frozen=True):
    """A control raised an exception, or answered with what is no answer."""

    fail: FailMode


Said: TypeAlias = Outcome | Failed


class Answer(msgspec.Struct, frozen=True):
    """What one control said."""

    control: ControlId
    mode: Mode
    said: Said


@lru_cache(maxsize=256)
def granting(control: ControlId, mode: Mode) -> Answer:
    """The answer that is a grant: the very same one each time, which is compared at a glance."""
    return Answer(control, mode, Grant(control))


def combine(answers: Sequence[Answer], granters: Sequence[tuple[ControlId, Mode]]) -> Decision:
    """The decision that `answers` amount to; `granters` are those that must have granted by now, with their modes."""
    enforced: list[Reason] = []
    observed: list[Reason] = []
    mended: list[Rewrite | Amendment] = []
    spoken: set[ControlId] = set()
    for answer in answers:
        reasons = enforced if answer.mode is Mode.ENFORCE else observed
        match answer.said:
            case Grant():
                spoken.add(answer.control)
            case Reason() | tuple() | Failed() as said:
                objections = _objections(answer.control, said)
                reasons += objections
                if objections:
                    spoken.add(answer.control)
            case Rewrite() | Amendment() as said if reasons is enforced:
                mended.append(said)
            case Rewrite() | Amendment() as said:
                observed += said.reasons if isinstance(said, Amendment) else (said.reason,)
            case None:
                pass
            case said:
                assert_never(said)
    # Nothing is allowed that nobody granted: a granter's silence, an open error included, is an objection.
    for control, mode in granters:
        if control not in spoken:
            (enforced if mode is Mode.ENFORCE else observed).append(Reason(ReasonId("not-granted"), control, 403))
    errors = tuple([answer.control for answer in answers if isinstance(answer.said, Failed)])
    rewrites = tuple([each for each in mended if isinstance(each, Rewrite)])
    amendments = tuple([each for each in mended if isinstance(each, Amendment)])
    return Decision(not enforced, tuple(enforced), tuple(observed), errors, rewrites, amendments)


def _objections(control: ControlId, said: Reason | tuple[Reason, ...] | Failed) -> tuple[Reason, ...]:
    if isinstance(said, Failed):
        return (Reason(ReasonId("control-error"), control, 500),) if said.fail is FailMode.CLOSED else ()
    return said if isinstance(said, tuple) else (said,)


def disposition_of(decision: Decision, observed: Sequence[Reason], rewritten: bool, aborted: bool) -> Disposition:
    """What was done with an exchange: what was forwarded may have been `rewritten`, or one side have broken off;
    `observed` is what is on record and was not denied."""
    if decision.errors:
        return Disposition.ERROR
    if decision.reasons:
        return Disposition.BLOCKED
    if rewritten:
        return Disposition.REWRITTEN
    if aborted:
        return Disposition.ABORTED
    return _LOGGED if observed else PASSED


# By a plain name: to reach a member through its class costs as much as a small control.
_LOGGED, PASSED = Disposition.LOGGED, Disposition.ALLOWED
