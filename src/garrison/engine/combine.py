"""What the answers of all controls amount to. Small enough to read aloud:

An exchange is allowed if no enforced control objects and every enforced granter grants. A control in monitor
mode is recorded and changes nothing. An error is an objection, unless the control declared that its errors are
open. A plan without a granter names the engine itself as one that never grants (`plan.py`), so it denies.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from garrison.core.decision import Decision, FailMode, Grant, Mode, Outcome, Reason, Rewrite
from garrison.core.ids import ControlId, ReasonId

ENGINE = ControlId("engine")
"""The name under which the engine itself gives reasons."""


class Failed(msgspec.Struct, frozen=True):
    """A control raised an exception instead of answering."""

    fail: FailMode


Said: TypeAlias = Outcome | Failed


class Answer(msgspec.Struct, frozen=True):
    """What one control said."""

    control: ControlId
    mode: Mode
    said: Said


def combine(answers: Sequence[Answer], granters: Sequence[tuple[ControlId, Mode]]) -> Decision:
    """The decision that `answers` amount to; `granters` are those that must have granted by now, with their modes."""
    reasons: dict[Mode, list[Reason]] = {Mode.ENFORCE: [], Mode.MONITOR: []}
    rewrites: list[Rewrite] = []
    settled: set[ControlId] = set()
    for answer in answers:
        said = _error_as_objection(answer.said, answer.control)
        if said is not None:
            settled.add(answer.control)
        match said:
            case Rewrite() if answer.mode is Mode.ENFORCE:
                rewrites.append(said)
            case Rewrite():
                reasons[Mode.MONITOR].append(said.reason)
            case Reason():
                reasons[answer.mode].append(said)
            case tuple():
                reasons[answer.mode].extend(said)
            case Grant() | None:
                pass
    # Nothing is allowed that nobody granted: a granter's silence, an open error included, is an objection.
    for control, mode in granters:
        if control not in settled:
            reasons[mode].append(Reason(ReasonId("not-granted"), control, 403))
    enforced = tuple(reasons[Mode.ENFORCE])
    errors = tuple(answer.control for answer in answers if isinstance(answer.said, Failed))
    return Decision(not enforced, enforced, tuple(reasons[Mode.MONITOR]), errors, tuple(rewrites))


def _error_as_objection(said: Said, control: ControlId) -> Outcome:
    if not isinstance(said, Failed):
        return said
    return Reason(ReasonId("control-error"), control, 500) if said.fail is FailMode.CLOSED else None
