"""What every section of garrison.yaml is made of: its base, and the bounds of numbers."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from garrison.core.decision import FailMode, Mode

Bytes = Annotated[int, Meta(ge=0, le=1 << 40)]
Count = Annotated[int, Meta(ge=0, le=1 << 31)]
Cap = Annotated[int, Meta(ge=1, le=1 << 31)]
"""A bound of which nought would mean that nothing works."""
Seconds = Annotated[float, Meta(gt=0, le=86400)]
Fault: TypeAlias = tuple[tuple[str | int, ...], str, str]
"""What is wrong with a section: where in it, what, and how to mend it."""


class Section(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Base of every section of garrison.yaml: unknown keys are errors."""


class ExceptionSettings(Section, frozen=True):
    """One exception: a reason that does not count for one principal, until it expires."""

    reason: str
    """The reason of this control that does not count: `undeclared-parameter`."""
    principal: str
    """For whom, as events name them; `anonymous` is everybody who has not proved who they are."""
    expires: str
    """When it ends: `2026-12-31`, or `2026-12-31T18:00:00Z`; a day ends with its last second, in UTC."""
    note: str = ""
    """Why, and who wanted it."""


class ControlSettings(Section, frozen=True):
    """What every control can be told."""

    mode: Mode | None = None
    """`enforce`, `monitor` or `off`; absent means the control's own default, then the gateway's mode."""
    fail: FailMode = FailMode.CLOSED
    """Whether the control's own error denies (`closed`) or is only recorded (`open`)."""
    excepted: tuple[ExceptionSettings, ...] = msgspec.field(name="except", default=())
    """Reasons of this control that do not count, for one principal each and for a time. They are recorded."""
