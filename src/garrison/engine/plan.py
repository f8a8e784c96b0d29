"""Plans: for each operation, the controls that apply, compiled and in order. Made at load, immutable after.

A `Policy` is all plans of one contract under one garrison.yaml; swapping it is how a reload takes effect.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from garrison.config.controls import ControlsSettings, RequestLimitsSettings
from garrison.config.model import Settings
from garrison.config.sections import ControlSettings
from garrison.contract.catalogue import Catalogue, CompiledOperation
from garrison.contract.targets import TargetMemory
from garrison.core.decision import FailMode, Mode, Phase
from garrison.core.field_memory import FieldMemory
from garrison.core.ids import ControlId, ReasonId
from garrison.core.operation import Operation
from garrison.engine.combine import ENGINE, Answer, granting
from garrison.engine.control import Checks, ControlSpec, End, Prepare
from garrison.engine.exceptions import Excepted, Exceptions, exceptions_of
from garrison.engine.heads import AnswerMemory, BodyMemory
from garrison.engine.stage import Granters, PlannedCheck, Stage
from garrison.engine.state import State

SettingsFor: TypeAlias = Callable[[CompiledOperation | None], ControlsSettings]
"""The controls' settings in force for one operation."""


class Interest(Enum):
    """How much of a response the engine wants."""

    NONE = auto()
    """Nothing: only `close` remains."""
    OBSERVE = auto()
    """Head and body once, after the fact: nothing about the answer can change."""
    HEAD = auto()
    """The head before it is forwarded; the step then says what of the body."""


class Entry(msgspec.Struct, frozen=True):
    """One control in a plan, as `garrison plan` shows it."""

    control: ControlId
    kind: str
    """`objector` or `granter`."""
    mode: Mode
    fail: FailMode
    phases: tuple[Phase, ...]
    """Where it is asked; empty where it has nothing to do for this operation, or is off."""

    exceptions: tuple[Excepted, ...] = ()
    """Reasons that do not count for a principal, expired ones included."""

    @property
    def state(self) -> str:
        """`active`, `off`, or `idle` where it has nothing to do here."""
        if self.mode is Mode.OFF:
            return "off"
        return "active" if self.phases else "idle"


class Plan(msgspec.Struct, frozen=True):
    """What happens to an exchange of one operation."""

    operation: CompiledOperation | None
    """None: the plan for requests that no operation matches."""
    entries: tuple[Entry, ...]
    """Every control, in order, also those that are off or have nothing to do."""
    head: Stage
    body: Stage
    response_head: Stage
    response_body: Stage
    holds_request: bool
    """Whether an enforced control looks at the request's body."""
    response_interest: Interest
    observes_response: bool
    """Whether the response leaves before it is judged."""
    narrows_codings: bool
    """Whether an enforced control looks at response bodies: none may then come in a coding that cannot be undone."""
    limits: RequestLimitsSettings
    exceptions: Exceptions
    """Those of all controls that are enforced; empty where there is none."""
    request_inspected_bytes: int
    """Largest request body that is inspected, decompressed size included."""
    response_inspected_bytes: int
    """Largest response body that is inspected, decompressed size included."""
    bodies: BodyMemory
    answers: AnswerMemory
    sure: tuple[Answer, ...] = ()
    """Grants of those who grant every exchange of this operation: they are not asked."""
    ends: tuple[tuple[ControlId, End], ...] = ()
    """Who is told that an exchange is over."""
    wants_outcome: bool = False
    """Whether any of them looks at what came of it besides whether it left."""
    preparations: tuple[Prepare, ...] = ()
    """What its controls want done before the first exchange."""


class Policy(msgspec.Struct, frozen=True):
    """All plans in force."""

    catalogue: Catalogue
    plans: tuple[Plan, ...]
    """By `CompiledOperation.index`."""
    undescribed: Plan
    """For requests that no operation matches."""
    mode: Mode
    fields: FieldMemory
    targets: TargetMemory
    state: State
    """What is remembered beyond exchanges; the same under the next policy."""
    digest: str = ""
    """Twelve hexadecimal digits that differ where settings or contract differ; stands in every event."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Those of the contract."""
        return tuple(compiled.operation for compiled in self.catalogue.operations)

    def prepare(self) -> None:
        """Do now what takes seconds, so that no exchange waits for it: for who serves. Others pay for what they use."""
        wanted = [each for plan in (*self.plans, self.undescribed) for each in plan.preparations]
        for each in dict.fromkeys(wanted):
            each()


def compile_policy(
    catalogue: Catalogue,
    controls: Sequence[ControlSpec],
    settings: Settings,
    settings_for: SettingsFor,
    state: State | None = None,
) -> Policy:
    """Compile a plan for every operation of `catalogue`, the controls in the order given.

    `state` is what an earlier policy remembered; without it nothing is.
    """
    mode = Mode(settings.mode)

    def plan(operation: CompiledOperation | None) -> Plan:
        return _compile_plan(operation, controls, settings_for(operation), mode)

    plans = tuple(plan(operation) for operation in catalogue.operations)
    return Policy(catalogue, plans, plan(None), mode, FieldMemory(), TargetMemory(catalogue), state or State())


def mode_of(spec: ControlSpec, settings: ControlSettings, gateway: Mode) -> Mode:
    """The mode in force: a gateway that monitors enforces nothing, whatever a control is set to."""
    own = settings.mode or spec.default_mode or gateway
    return Mode.MONITOR if own is Mode.ENFORCE and gateway is Mode.MONITOR else own


def _compile_plan(
    operation: CompiledOperation | None,
    controls: Sequence[ControlSpec],
    settings: ControlsSettings,
    gateway: Mode,
) -> Plan:
    draft = _Draft(gateway)
    settings = _in_force(settings, controls, gateway)
    for spec in controls:
        draft.add(spec, getattr(settings, spec.field), spec.compile(operation, settings))
    return draft.plan(operation, settings)


class _Draft:
    """A plan as its controls are added, in their order."""

    def __init__(self, gateway: Mode) -> None:
        self._gateway = gateway
        self._entries: list[Entry] = []
        self._first: list[PlannedCheck] = []
        self._checks: dict[Phase, list[PlannedCheck]] = {phase: [] for phase in Phase}
        self._granters: dict[Phase, list[tuple[ControlId, Mode]]] = {phase: [] for phase in Phase}
        self._exceptions: dict[tuple[ControlId, ReasonId, str], float] = {}
        self._sure: list[Answer] = []
        self._ends: list[tuple[ControlId, End]] = []
        self._wants_outcome = False
        self._preparations: list[Prepare] = []
        self._holds_for_headers = False

    def add(self, spec: ControlSpec, own: ControlSettings, compiled: Checks) -> None:
        """What `spec` looks at, by its `own` settings."""
        mode = own.mode or self._gateway
        excepted = exceptions_of(own)
        self._exceptions |= {(spec.id, one.reason, one.principal): one.until for one in excepted}
        asked = {} if mode is Mode.OFF else compiled.by_phase()
        phases = tuple(asked) if compiled.first is None or Phase.HEAD in asked else (Phase.HEAD, *asked)
        at_work = phases if mode is not Mode.OFF else ()
        self._entries.append(Entry(spec.id, spec.kind, mode, own.fail, at_work, excepted))
        if mode is Mode.OFF:
            return
        granted = granting(spec.id, mode)
        if compiled.first is not None:
            is_dormant = compiled.first in compiled.dormant
            self._first.append(PlannedCheck(spec.id, mode, own.fail, compiled.first, granted, None, is_dormant))
        if compiled.end is not None:
            self._ends.append((spec.id, compiled.end))
            self._wants_outcome |= compiled.wants_outcome
        if compiled.prepare is not None:
            self._preparations.append(compiled.prepare)
        self._holds_for_headers |= compiled.sets_response_headers and mode is Mode.ENFORCE
        if compiled.always_grants and spec.kind == "granter":
            self._sure.append(granted)
            self._granters[Phase.HEAD].insert(0, (spec.id, mode))  # in the order of what is then said
            return
        for phase, check in asked.items():
            # what a granter does not look at it cannot grant, so it looks at every response
            is_objector = spec.kind == "objector"
            wants = compiled.wants_response if phase is Phase.RESPONSE_BODY and is_objector else None
            heeds = compiled.heeds_response if phase is Phase.RESPONSE_HEAD and is_objector else None
            is_dormant, unless_sound = check in compiled.dormant, check in compiled.unless_sound
            self._checks[phase].append(
                PlannedCheck(spec.id, mode, own.fail, check, granted, wants, is_dormant, unless_sound, heeds)
            )
        if spec.kind == "granter" and asked:
            self._granters[max(asked, key=_ORDER.index)].append((spec.id, mode))

    def plan(self, operation: CompiledOperation | None, settings: ControlsSettings) -> Plan:
        """The plan of all that were added."""
        checks = {**self._checks, Phase.HEAD: [*self._first, *self._checks[Phase.HEAD]]}
        stages = _stages(checks, self._granters, self._gateway)
        sure = tuple(self._sure)
        if sure == stages[Phase.HEAD].granted:
            sure = stages[Phase.HEAD].granted  # the very same, which is compared at a glance
        limits = settings.request_limits
        interest = Interest.HEAD if self._holds_for_headers else _interest(checks)
        return Plan(
            operation=operation,
            entries=tuple(self._entries),
            head=stages[Phase.HEAD],
            body=stages[Phase.BODY],
            response_head=stages[Phase.RESPONSE_HEAD],
            response_body=stages[Phase.RESPONSE_BODY],
            holds_request=any(planned.mode is Mode.ENFORCE for planned in checks[Phase.BODY]),
            response_interest=interest,
            narrows_codings=any(planned.mode is Mode.ENFORCE for planned in checks[Phase.RESPONSE_BODY]),
            observes_response=interest is Interest.OBSERVE,
            limits=limits,
            exceptions=self._exceptions,
            request_inspected_bytes=min(limits.inspected_bytes, limits.body_bytes),
            response_inspected_bytes=settings.response_schema.inspected_bytes,
            bodies=BodyMemory(operation),
            answers=AnswerMemory(operation),
            sure=sure,
            ends=tuple(self._ends),
            wants_outcome=self._wants_outcome,
            preparations=tuple(self._preparations),
        )


_ORDER = tuple(Phase)


def _in_force(settings: ControlsSettings, controls: Sequence[ControlSpec], gateway: Mode) -> ControlsSettings:
    """`settings` with the mode of each control that is in force."""
    fields = {spec.field: getattr(settings, spec.field) for spec in controls}
    modes = {spec.field: mode_of(spec, fields[spec.field], gateway) for spec in controls}
    return replace(settings, **{name: replace(own, mode=modes[name]) for name, own in fields.items()})


def _stages(
    checks: Mapping[Phase, Sequence[PlannedCheck]],
    granters: Mapping[Phase, Sequence[tuple[ControlId, Mode]]],
    gateway: Mode,
) -> Mapping[Phase, Stage]:
    """The phases, each with who must have granted by then.

    A request that nobody could grant is due a grant of the engine, which gives none.
    """
    stages: dict[Phase, Stage] = {}
    due: Granters = () if granters[Phase.HEAD] or granters[Phase.BODY] else ((ENGINE, gateway),)
    for phase in _ORDER:
        if granters[phase]:
            due = (*due, *granters[phase])  # else the very same tuple: nothing new to decide (`Hearing.ask`)
        granted = tuple([granting(control, mode) for control, mode in due])
        awake = tuple([planned for planned in checks[phase] if not planned.is_dormant])
        sound = tuple([planned for planned in awake if not planned.unless_sound])
        stages[phase] = Stage(tuple(checks[phase]), due, granted, awake, sound)
    return stages


def _interest(checks: Mapping[Phase, Sequence[PlannedCheck]]) -> Interest:
    planned = (*checks[Phase.RESPONSE_HEAD], *checks[Phase.RESPONSE_BODY])
    if not planned:
        return Interest.NONE
    return Interest.HEAD if any(each.mode is Mode.ENFORCE for each in planned) else Interest.OBSERVE
