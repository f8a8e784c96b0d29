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
    """Encode it with msgspec, as MessagePack: it holds bytes."""

    now: float
    """When the last event ended."""
    dropped: int
    facts: list[Any]
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
    facts: dict[Fact, int] = {}
    groups: dict[str, list[Any]] = {}
    for one in correlations:
        dump = one.counting.dump
        groups[_name(one)] = [_dumped(key, state, dump(state.data), facts) for key, state in one.table]
    for base in alone:
        groups[base.rule.label.id] = [_dumped(key, state, None, facts) for key, state in base.table]
    return Snapshot(now, dropped, [list(fact) for fact in facts], groups, learners.dump())


def _name(one: Correlation) -> str:
    return f"{one.rule.label.id} {one.rule.fingerprint}"


def _dumped(key: Any, state: State, data: Any, facts: dict[Fact, int]) -> list[Any]:
    places = [facts.setdefault(fact, len(facts)) for fact in state.facts]
    aggregates = state.aggregates.dump() if state.aggregates is not None else None
    return [_copied(key), _copied(data), places, state.last, state.opened, state.quiet, aggregates]


def _copied(value: Any) -> Any:
    """As it is now, in lists: what goes on counting does not change it."""
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


def _state(group: list[Any], data: Any, facts: list[Fact]) -> State:
    state = State(data, group[3])
    state.facts = [facts[place] for place in group[2]]
    state.opened, state.quiet = group[4], group[5]
    return state


def _key(dumped: Any) -> Any:
    return tuple(dumped) if isinstance(dumped, list) else dumped
