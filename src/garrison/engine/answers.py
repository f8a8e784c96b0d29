"""What each control of a plan said to one exchange: as it was seen while replaying, or as its event lets one say."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

import msgspec

from garrison.core.decision import Grant, Mode, Phase, Reason
from garrison.core.event import Event
from garrison.core.ids import ControlId
from garrison.engine.combine import Failed, Said
from garrison.engine.plan import Entry, Plan

_ORDER = tuple(Phase)


class Answered(StrEnum):
    """What became of a control."""

    OBJECTED = "objected"
    GRANTED = "granted"
    NOT_GRANTED = "not granted"
    NO_OBJECTION = "no objection"
    FAILED = "failed"
    NOT_ASKED = "not asked"
    """The exchange ended, or passed uninspected, before its phases."""
    IDLE = "idle"
    """It has nothing to do for this operation."""
    OFF = "off"


class ControlAnswer(msgspec.Struct, frozen=True):
    """One control's part in an exchange."""

    control: ControlId
    kind: str
    mode: Mode
    answer: Answered
    reasons: tuple[Reason, ...] = ()


class Trace:
    """Notes answers (`engine/trace.py`)."""

    def __init__(self) -> None:
        self.said: dict[tuple[Phase, ControlId], Said] = {}

    def __call__(self, phase: Phase, control: ControlId, said: Said) -> None:
        """Take one answer; the last one in a phase stands."""
        self.said[phase, control] = said


def seen_answers(plan: Plan, event: Event, said: Mapping[tuple[Phase, ControlId], Said]) -> tuple[ControlAnswer, ...]:
    """The controls in the order of `plan`, by what they were seen to say."""
    return tuple(_answer(entry, event, _seen(entry, said)) for entry in plan.entries)


def derived_answers(plan: Plan, event: Event) -> tuple[ControlAnswer, ...]:
    """The controls in the order of `plan`, by what `event` says: exact for those that objected, failed, are idle or
    off; that the rest had none to make follows from the plan."""
    last = _last_phase(event)
    answers = []
    for entry in plan.entries:
        asked = any(_ORDER.index(phase) <= last for phase in entry.phases)
        silent = Answered.GRANTED if entry.kind == "granter" else Answered.NO_OBJECTION
        answers.append(_answer(entry, event, silent if asked else Answered.NOT_ASKED))
    return tuple(answers)


def _answer(entry: Entry, event: Event, otherwise: Answered) -> ControlAnswer:
    reasons = tuple(reason for reason in (*event.reasons, *event.observed) if reason.control == entry.control)
    return ControlAnswer(entry.control, entry.kind, entry.mode, _answered(entry, event, reasons, otherwise), reasons)


def _answered(entry: Entry, event: Event, reasons: tuple[Reason, ...], otherwise: Answered) -> Answered:
    if entry.mode is Mode.OFF:
        return Answered.OFF
    if not entry.phases:
        return Answered.IDLE
    if entry.control in event.errors:
        return Answered.FAILED
    if not reasons:
        return otherwise
    return Answered.NOT_GRANTED if all(reason.id == "not-granted" for reason in reasons) else Answered.OBJECTED


def _seen(entry: Entry, said: Mapping[tuple[Phase, ControlId], Said]) -> Answered:
    heard = [said[phase, entry.control] for phase in entry.phases if (phase, entry.control) in said]
    if not heard:
        return Answered.NOT_ASKED
    if any(isinstance(one, Failed) for one in heard):
        return Answered.FAILED
    return Answered.GRANTED if any(isinstance(one, Grant) for one in heard) else Answered.NO_OBJECTION


def _last_phase(event: Event) -> int:
    """The phase in which the exchange was decided, as far as the places of its objections tell."""
    if event.allowed:
        # what was never forwarded had no response; where nothing was measured, one is taken to have come
        return _ORDER.index(Phase.RESPONSE_BODY if event.upstream or not event.duration else Phase.BODY)
    return max((_phase_of(reason) for reason in event.reasons), default=0)


def is_of_response(reason: Reason) -> bool:
    """Whether it was the answer that was objected to: 502 is what only an upstream can be to blame for."""
    return reason.status == HTTPStatus.BAD_GATEWAY or reason.location.startswith("response")


def _phase_of(reason: Reason) -> int:
    is_of_body = reason.location.startswith(("body", "response.body"))
    if is_of_response(reason):
        return _ORDER.index(Phase.RESPONSE_BODY if is_of_body else Phase.RESPONSE_HEAD)
    return _ORDER.index(Phase.BODY if is_of_body else Phase.HEAD)
