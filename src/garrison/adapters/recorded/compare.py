"""What a policy makes of recorded traffic, and what another one would make of it differently: counted."""

from enum import StrEnum
from typing import TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.core.event import Event
from garrison.core.operation import UNDESCRIBED

MAX_EXAMPLES = 5
"""Ids that are kept of each group: enough to look at, whatever the traffic's size."""
ANONYMOUS = "(anonymous)"
"""What stands for the principal where nobody proved who they are."""

_MEASURED_CONTROLS = frozenset({"blocking", "revocation"})
_MEASURED_REASONS = frozenset({"throttled", "budget-tightened"})


class Effect(StrEnum):
    """What an exchange came to."""

    ALLOWED = "allowed"
    OBSERVED = "observed"
    """Allowed; controls in monitor mode objected."""
    REWRITTEN = "rewritten"
    DENIED = "denied"


class Change(StrEnum):
    """How two policies differ on an exchange."""

    NEWLY_DENIED = "newly denied"
    NEWLY_ALLOWED = "newly allowed"
    NEWLY_OBSERVED = "newly observed"
    NO_LONGER_OBSERVED = "no longer observed"
    OTHER_EFFECT = "other effect"
    """One of them rewrites the response, and neither denies."""
    OTHER_REASONS = "other reasons"
    """The same comes of it, for other reasons."""


class Group(msgspec.Struct, frozen=True):
    """Exchanges to which one control objected in the same way."""

    effect: Effect
    operation: str
    reason: str
    control: str
    principal: str
    count: int = 0
    examples: tuple[str | int, ...] = ()
    """Ids of the first of them."""


class Difference(msgspec.Struct, frozen=True):
    """Exchanges on which two policies differ in the same way."""

    change: Change
    operation: str
    principal: str
    before: tuple[str, ...]
    """Ids of the reasons under the first policy."""
    after: tuple[str, ...]
    """Ids of the reasons under the second."""
    count: int = 0
    examples: tuple[str | int, ...] = ()
    """Ids of the first of them."""


_G = TypeVar("_G", Group, Difference)
_Counted: TypeAlias = dict[_G, list[str | int]]
"""Groups with nothing counted in them yet, and the ids of what belongs to them."""


class Outcomes:
    """What one policy made of all exchanges."""

    def __init__(self) -> None:
        self.by_effect: dict[Effect, int] = dict.fromkeys(Effect, 0)
        self._groups: _Counted[Group] = {}

    def add(self, recorded: RecordedExchange, event: Event) -> None:
        """Count what came of one exchange, in one group for each of its reasons."""
        self.by_effect[effect_of(event)] += 1
        enforced = Effect.REWRITTEN if event.allowed else Effect.DENIED
        operation, principal = event.operation or UNDESCRIBED, principal_of(recorded, event)
        for effect, reasons in ((enforced, event.reasons), (Effect.OBSERVED, event.observed)):
            for reason, control in dict.fromkeys((each.id, each.control) for each in reasons):
                _count(self._groups, Group(effect, operation, reason, control, principal), recorded.id)

    def groups(self) -> list[Group]:
        """What is denied first, and of each effect the largest group first."""
        order = [Effect.DENIED, Effect.REWRITTEN, Effect.OBSERVED]
        return sorted(_counted(self._groups), key=lambda group: (order.index(group.effect), -group.count))


class Differences:
    """How a second policy differs from a first one on all exchanges."""

    def __init__(self) -> None:
        self.by_change: dict[Change, int] = dict.fromkeys(Change, 0)
        self._groups: _Counted[Difference] = {}

    def add(self, recorded: RecordedExchange, before: Event, after: Event) -> None:
        """Count the exchange, where the policies differ on it."""
        change = change_of(before, after)
        if change is None:
            return
        self.by_change[change] += 1
        operation = after.operation or before.operation or UNDESCRIBED
        principal = principal_of(recorded, after)
        group = Difference(change, operation, principal, _reason_ids(before), _reason_ids(after))
        _count(self._groups, group, recorded.id)

    def groups(self) -> list[Difference]:
        """By change, and of each change the largest group first."""
        order = list(Change)
        return sorted(_counted(self._groups), key=lambda group: (order.index(group.change), -group.count))


def effect_of(event: Event) -> Effect:
    """What the exchange came to."""
    if not event.allowed:
        return Effect.DENIED
    if event.reasons:
        return Effect.REWRITTEN
    return Effect.OBSERVED if event.observed else Effect.ALLOWED


def change_of(before: Event, after: Event) -> Change | None:
    """How the decisions on one exchange differ; None where they do not."""
    old, new = effect_of(before), effect_of(after)
    if old is new:
        return None if _reason_ids(before) == _reason_ids(after) else Change.OTHER_REASONS
    if new is Effect.DENIED:
        return Change.NEWLY_DENIED
    if old is Effect.DENIED:
        return Change.NEWLY_ALLOWED
    if Effect.REWRITTEN in (old, new):
        return Change.OTHER_EFFECT
    return Change.NEWLY_OBSERVED if new is Effect.OBSERVED else Change.NO_LONGER_OBSERVED


def is_same_decision(one: Event, other: Event) -> bool:
    """Whether the two events of an exchange say the same of it, to the last reason and its place."""
    return _decided(one) == _decided(other)


def is_measured(event: Event) -> bool:
    """Whether a countermeasure had a say, if only simulated: of the moment it was, not of the policy."""
    reasons = (*event.reasons, *event.observed)
    return any(reason.control in _MEASURED_CONTROLS or reason.id in _MEASURED_REASONS for reason in reasons)


def principal_of(recorded: RecordedExchange, event: Event) -> str:
    """Who asked, as the policy knows it, or else as it was known when it happened."""
    return event.principal or (recorded.event.principal if recorded.event is not None else "") or ANONYMOUS


def client_of(recorded: RecordedExchange, event: Event) -> str:
    """The principal, or the address of who has not proved who they are."""
    name = principal_of(recorded, event)
    return recorded.request.peer.address if name == ANONYMOUS else name


def _decided(event: Event) -> tuple[object, ...]:
    return (
        event.operation,
        event.allowed,
        event.disposition,
        event.reasons,
        event.observed,
        event.errors,
        event.uninspected,
    )


def _reason_ids(event: Event) -> tuple[str, ...]:
    return tuple(dict.fromkeys([reason.id for reason in (*event.reasons, *event.observed)]))


def _count(groups: _Counted[_G], group: _G, name: str | int) -> None:
    groups.setdefault(group, []).append(name)


def _counted(groups: _Counted[_G]) -> list[_G]:
    return [replace(group, count=len(ids), examples=tuple(ids[:MAX_EXAMPLES])) for group, ids in groups.items()]
