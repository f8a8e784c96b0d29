"""What a control is: one switchable protection that may object, or that must grant.

A control is described by a `ControlSpec` and compiled, once for each operation, into pure functions of `Facts`.
If it has nothing to do for an operation it compiles to no checks and is not in that operation's plan.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import MAX_OF_A_KIND
from garrison.core.decision import Mode, Outcome, Phase, Reason
from garrison.core.ids import ControlId, ReasonId
from garrison.core.question import Question
from garrison.engine.facts import Facts

Check: TypeAlias = Callable[[Facts], Outcome | Question]
"""A compiled control: None is no objection (from an objector), or no grant (from a granter). A question, which only a
request's phases may ask, has it called again once the answer is among the facts."""

Wants: TypeAlias = Callable[[Facts], bool]
"""Asked at the response's head: does the control need that response's body? Where the contract declares such a body,
this rests on status, media type and whether there is a body alone: it is asked once for all that are alike."""


End: TypeAlias = Callable[[Facts], None]
"""Told that an exchange is over, and what came of it (`Facts.has_left`), before its event is made."""

Prepare: TypeAlias = Callable[[], None]
"""Does what takes seconds and is done once in a process; the same function wherever it is the same work."""


class ReasonSpec(msgspec.Struct, frozen=True):
    """One reason that a control may give, as it is documented."""

    id: str
    status: int
    """HTTP status of the denial."""
    meaning: str
    """One sentence for the operator."""
    permit: tuple[str, str | bool] | None = None
    """The control's setting, and its value under which this reason is not given; None where there is none."""
    bound: str = ""
    """The control's setting that bounds what this reason is about; empty where there is none."""


class Reasons:
    """The reasons that one control may give; calling it makes one, at a place."""

    def __init__(self, control: ControlId, *specs: ReasonSpec) -> None:
        self.specs = specs
        self._control = control
        self._status = {spec.id: spec.status for spec in specs}

    def __contains__(self, reason_id: str) -> bool:
        return reason_id in self._status

    def __call__(self, reason_id: str, location: str = "", detail: str = "") -> Reason:
        """The reason `reason_id`, which must be declared (KeyError is our bug)."""
        return Reason(ReasonId(reason_id), self._control, self._status[reason_id], location, detail)


_Found = TypeVar("_Found")


def few(found: Sequence[_Found], kind_of: Callable[[_Found], str]) -> tuple[_Found, ...]:
    """`MAX_OF_A_KIND` of what was found, or one of each kind where there are more kinds, in its order.

    Exceptions are by kind: what is left out must not be the only one that nobody excepted.
    """
    if len(found) <= MAX_OF_A_KIND:
        return tuple(found)
    seen = set[str]()
    later: list[int] = []
    kept: list[int] = []
    for index, each in enumerate(found):
        (later if kind_of(each) in seen else kept).append(index)
        seen.add(kind_of(each))
    kept += later[: max(0, MAX_OF_A_KIND - len(kept))]
    return tuple([found[index] for index in sorted(kept)])


class Checks(msgspec.Struct, frozen=True):
    """What a control does for one operation, by phase. None: nothing."""

    head: Check | None = None
    body: Check | None = None
    response_head: Check | None = None
    response_body: Check | None = None
    wants_response: Wants | None = None
    """Which responses' bodies `response_body` needs; None means every one that can be inspected. It may look at nothing
    but what the response's head announces: what it says is remembered for all that announce the same, whoever asks."""
    first: Check | None = None
    """Asked in the head phase before every control's `head`: for what must not cost more than it has to, and must not
    wait for anybody's answer."""
    end: End | None = None
    """Told of every exchange that it is over: notes what the event says of it besides the decision."""
    wants_outcome: bool = False
    """Whether `end` looks at `Facts.ended`, `is_aborted`, `reasons` or `observed`, which are set for those and for
    `Facts.on_close` alone."""
    sets_response_headers: bool = False
    """Whether it adds to `Facts.response_headers`: the response is then held until its head is known."""
    dormant: tuple[Check, ...] = ()
    """Those of its checks that say nothing while nobody is measured against (`State.is_calm`), and those of a request's
    body that say nothing of one that could be decoded: they are not asked then. An objector's only."""
    unless_sound: tuple[Check, ...] = ()
    """Those of its `head` that say nothing of a modest request (`modest.py`) of sound target (`Addressed.is_sound`):
    they are not asked of one. An objector's only."""
    always_grants: bool = False
    """Whether `head` grants every exchange of the operation, whatever its facts: it is taken as said."""
    heeds_response: Wants | None = None
    """Which responses' heads `response_head` may object to; None means every one. As of `wants_response`."""
    prepare: Prepare | None = None
    """What would else be done, and waited for, when the first exchange asks for it."""

    def by_phase(self) -> Mapping[Phase, Check]:
        """The checks that are there, `first` apart."""
        found = {
            Phase.HEAD: self.head,
            Phase.BODY: self.body,
            Phase.RESPONSE_HEAD: self.response_head,
            Phase.RESPONSE_BODY: self.response_body,
        }
        return {phase: check for phase, check in found.items() if check is not None}


class Compile(Protocol):
    """Compiles a control for one operation; `operation` is None for requests that no operation matches."""

    def __call__(self, operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        """The checks for this operation under these settings; each control's `mode` is the one in force."""


class ControlSpec(msgspec.Struct, frozen=True):
    """A control: its name, what it protects against, and how it is compiled."""

    id: ControlId
    title: str
    kind: Literal["objector", "granter"]
    reasons: Reasons
    compile: Compile
    default_mode: Mode | None = None
    """Mode where the settings name none; None means the gateway's own."""
    tags: tuple[str, ...] = ()
    """OWASP API Security Top 10 2023, CWE and NIST SP 800-228 tags."""

    @property
    def field(self) -> str:
        """The name of its settings in `ControlsSettings`."""
        return self.id.replace("-", "_")
