"""What a detector has counted and learned, in builtin types: it outlives a restart of the watch process."""

from collections.abc import Sequence
from typing import Any

import msgspec

from garrison.detect.aggregates import Aggregates
from garrison.detect.correlating import Alone, Correlation
from garrison.detect.counting import State
from garrison.detect.learning.learners import Learners
from garrison.detect.seen import Fact


class Snapshot(msgspec.Struct, frozen=True):
    """Encode it with msgspec, as MessagePack: it holds bytes. To be encoded before the detector goes on, whose lists it
    holds: copies of a million groups would take as long again."""

    now: float
    """When the last event ended."""
    dropped: int
    facts: Sequence[Any]
    """What is kept of events, each once."""
    groups: dict[str, list[Any]]
    """By the fingerprint of a correlation, or the id of a base rule: its groups, least recently active first."""
    learned: dict[str, Any]


def taken(
    correlations: Sequence[Correlation],
    alone: Sequence[Alone],
    learners: Learners,
    *,
    now: float,
    dropped: int,
) -> Snapshot:
    """Everything."""
    facts = _Facts()
    groups: dict[str, list[Any]] = {}
    for one in correlations:
        dump = one.counting.dump
        groups[_name(one)] = [_dumped(key, state, dump(state.data), facts) for key, state in one.table]
    for base in alone:
        groups[base.rule.label.id] = [_dumped(key, state, None, facts) for key, state in base.table]
    return Snapshot(now, dropped, facts.all, groups, learners.dump())


class _Facts:
    """Facts that several groups share are written once."""

    def __init__(self) -> None:
        self.all: list[Fact] = []
        self._places: dict[int, int] = {}

    def place(self, fact: Fact) -> int:
        """Where `fact` stands in `all`. It is kept there, so that its identity stays its own."""
        found = self._places.setdefault(id(fact), len(self.all))
        if found == len(self.all):
            self.all.append(fact)
        return found


def _name(one: Correlation) -> str:
    return f"{one.rule.label.id} {one.rule.fingerprint}"


def _dumped(key: Any, state: State, data: Any, facts: _Facts) -> tuple[Any, ...]:
    places = [facts.place(fact) for fact in state.facts]
    aggregates = state.aggregates.dump() if state.aggregates is not None else None
    return key, data, places, state.last, state.opened, state.quiet, aggregates


def _copied(value: Any) -> Any:
    """In lists of its own, which are counted on in."""
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def restored(
    snapshot: Snapshot, correlations: Sequence[Correlation], alone: Sequence[Alone], learners: Learners
) -> None:
    """Fill new tables and learners."""
    facts: list[Fact] = [tuple(fact) for fact in snapshot.facts]
    for one in correlations:
        for group in snapshot.groups.get(_name(one), ()):
            state = _state(group, one.counting.load(_copied(group[1])), facts)
            if one.rule.having is not None:
                state.aggregates = Aggregates(one.rule.having)
                state.aggregates.load(group[6] or [])
            one.table.groups[_key(group[0])] = state
            one.table.memory.held += 1
    for base in alone:
        for group in snapshot.groups.get(base.rule.label.id, ()):
            base.table.groups[_key(group[0])] = _state(group, None, facts)
            base.table.memory.held += 1
    learners.load(snapshot.learned)


def _state(group: Sequence[Any], data: Any, facts: list[Fact]) -> State:
    state = State(data, group[3])
    state.facts = [facts[place] for place in group[2]]
    state.opened, state.quiet = group[4], group[5]
    return state


def _key(dumped: Any) -> Any:
    return tuple(dumped) if isinstance(dumped, list) else dumped
