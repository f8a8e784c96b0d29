"""Stages: the controls that are asked in one phase of an operation's plan, and what their answers must amount to."""

from typing import TypeAlias

import msgspec

from garrison.core.decision import FailMode, Mode
from garrison.core.ids import ControlId
from garrison.engine.combine import Answer
from garrison.engine.control import Check, Wants

Granters: TypeAlias = tuple[tuple[ControlId, Mode], ...]
"""Granters with their modes."""


class PlannedCheck(msgspec.Struct, frozen=True):
    """One control at one phase of one operation."""

    control: ControlId
    mode: Mode
    fail: FailMode
    check: Check
    granted: Answer
    """The answer that it is where the control grants."""
    wants_response: Wants | None = None
    is_dormant: bool = False
    unless_sound: bool = False
    """Whether it says nothing of a sound request."""
    heeds_response: Wants | None = None


class Stage(msgspec.Struct, frozen=True):
    """One phase of a plan."""

    checks: tuple[PlannedCheck, ...]
    granters: Granters
    """Who must have granted at its end, granters of earlier phases included."""
    granted: tuple[Answer, ...]
    """All answers so far where each of them has granted and nothing else was said."""
    awake: tuple[PlannedCheck, ...]
    """The checks without those that are dormant."""
    sound: tuple[PlannedCheck, ...]
    """Those of them that are asked of a sound request as well."""
