"""What is counted in a group's window: one class for each kind of correlation, exact and bounded.

A window slides: what ended within the last `span` seconds counts, the moment `span` seconds ago not included. A count
that must reach N needs the last N moments, or the last N different values, and nothing else. What can go down again,
as an average, is judged when a window is over, which begins with a group's first event.
"""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any, Final, Protocol

from garrison.core.detection import MOST_NAMED
from garrison.detect.estimate import Estimate
from garrison.detect.rule import MAX_THRESHOLD, Condition, CorrelationRule, Kind
from garrison.detect.seen import Fact

_ENTRIES: Final = 1_024
"""Summands that are kept apart; of more, neighbours are put together, with the moment of the later one."""
_VALUES: Final = 10_000
"""Values of which an average, median or percentile is made: the last ones."""


class State:
    """What is kept of one group."""

    __slots__ = ("aggregates", "data", "facts", "last", "opened", "quiet")

    def __init__(self, data: Any, time: float) -> None:
        self.data = data
        self.facts: list[Fact] = []
        self.last = time
        self.opened = time
        self.quiet = 0.0
        """Nothing is told of before."""
        self.aggregates: Any = None


class Counting(Protocol):
    """How one rule counts."""

    def fresh(self) -> Any:
        """What a new group begins with."""

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        """Count one event, which is of the rule's source `at`. What was counted, where that is told of."""

    def since(self, state: State, time: float) -> float:
        """When the first of what counts at `time` ended."""

    def dump(self, data: Any) -> Any:
        """`data` in builtin types."""

    def load(self, dumped: Any) -> Any:
        """What `dump` gave."""


class _Plain:
    """Data that is made of builtin types already."""

    def dump(self, data: Any) -> Any:
        return data

    def load(self, dumped: Any) -> Any:
        return dumped


class _Events(_Plain):
    """`event_count`: the N-th last event is within the window."""

    def __init__(self, needed: int, span: float) -> None:
        self._needed, self._span = needed, span
        self._named = needed <= MOST_NAMED  # then the facts tell the moments

    def fresh(self) -> Any:
        return None if self._named else []

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        needed = self._needed
        if self._named:
            facts = state.facts
            met = len(facts) >= needed and facts[-needed][0] > time - self._span
            return float(needed) if met else None
        times = state.data
        times.append(time)
        if len(times) < needed:
            return None
        if len(times) > 2 * needed:
            del times[:-needed]
        return float(needed) if times[-needed] > time - self._span else None

    def since(self, state: State, time: float) -> float:
        return float(state.facts[-self._needed][0] if self._named else state.data[-self._needed])


class _Values:
    """`value_count`: the N-th last different value came within the window."""

    def __init__(self, needed: int, span: float) -> None:
        self._needed, self._span = needed, span

    def fresh(self) -> Any:
        return {}

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        latest: dict[Any, float] = state.data
        needed = self._needed
        for value in values:
            latest.pop(value, None)  # so that it is the last one again
            latest[value] = time
        while len(latest) > needed:
            del latest[next(iter(latest))]
        if len(latest) < needed:
            return None
        return float(needed) if next(iter(latest.values())) > time - self._span else None

    def since(self, state: State, time: float) -> float:
        return float(next(iter(state.data.values())))

    def dump(self, data: Any) -> Any:
        return [[value, time] for value, time in data.items()]

    def load(self, dumped: Any) -> Any:
        return {_hashable(value): time for value, time in dumped}


class _Estimates:
    """`value_count` of very many, or where the rule says so."""

    def __init__(self, condition: Condition, span: float) -> None:
        self._condition, self._span = condition, span

    def fresh(self) -> Any:
        return Estimate()

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        found = 0.0
        for value in values:
            found = state.data.add(value, time, self._span)
        return found if values and self._condition.holds(found) else None

    def since(self, state: State, time: float) -> float:
        return max(state.opened, time - self._span)

    def dump(self, data: Any) -> Any:
        return data.dump()

    def load(self, dumped: Any) -> Any:
        estimate = Estimate()
        estimate.load(dumped)
        return estimate


class _Sums(_Plain):
    """`value_sum`: of what came within the window. Data: summands with their moments, and their sum."""

    def __init__(self, condition: Condition, span: float) -> None:
        self._condition, self._span = condition, span

    def fresh(self) -> Any:
        return [[], 0.0]

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        entries, total = state.data
        for value in values:
            if value:
                entries.append([time, float(value)])
                total += value
        before = time - self._span
        gone = 0
        while gone < len(entries) and entries[gone][0] <= before:
            total -= entries[gone][1]
            gone += 1
        if gone:
            del entries[:gone]
        if len(entries) > _ENTRIES:
            entries[:] = _together(entries)
        state.data[1] = total if entries else 0.0
        return total if entries and self._condition.holds(total) else None

    def since(self, state: State, time: float) -> float:
        return float(state.data[0][0][0])


def _together(entries: list[list[float]]) -> list[list[float]]:
    pairs = zip(entries[::2], entries[1::2], strict=False)
    odd = entries[-1:] if len(entries) % 2 else []
    return [[two[0], one[1] + two[1]] for one, two in pairs] + odd


class _Together(_Plain):
    """`temporal`: the rules were all seen within the window. Data: when each was seen last."""

    def __init__(self, sources: int, condition: Condition, span: float) -> None:
        self._sources, self._condition, self._span = sources, condition, span

    def fresh(self) -> Any:
        return [None] * self._sources

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        state.data[at] = time
        seen = [at for at, moment in enumerate(state.data) if moment is not None and moment > time - self._span]
        return float(len(seen)) if _met(self._condition, seen) else None

    def since(self, state: State, time: float) -> float:
        return float(min(moment for moment in state.data if moment is not None and moment > time - self._span))


class _Ordered(_Plain):
    """`temporal_ordered`: one after the other. Data: for each, the latest beginning of a row that reaches it."""

    def __init__(self, sources: int, span: float) -> None:
        self._sources, self._span = sources, span

    def fresh(self) -> Any:
        return [None] * self._sources

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        begun = state.data
        if at == 0:
            begun[0] = time
        elif begun[at - 1] is not None and begun[at - 1] > time - self._span:
            begun[at] = begun[at - 1]
        else:
            return None
        return float(self._sources) if at == self._sources - 1 else None

    def since(self, state: State, time: float) -> float:
        return float(state.data[-1])


class Late(_Plain):
    """What is judged when the window of a group is over. Data: what was collected since it was opened."""

    def __init__(self, rule: CorrelationRule) -> None:
        self._rule = rule

    def fresh(self) -> Any:
        """Nothing yet."""
        return []

    def take(self, state: State, at: int, time: float, values: Sequence[Any]) -> float | None:
        """Collect one event."""
        data = state.data
        match self._rule.kind:
            case Kind.EVENT_COUNT:
                data[:] = [data[0] + 1 if data else 1]
            case Kind.VALUE_COUNT:
                if not data:
                    data.append({})
                if len(data[0]) <= MAX_THRESHOLD:
                    data[0].update(dict.fromkeys(values, 1))
            case Kind.VALUE_SUM:
                data[:] = [(data[0] if data else 0.0) + sum(values)]
            case Kind.TEMPORAL | Kind.TEMPORAL_ORDERED:
                if at not in data:
                    data.append(at)
            case _:
                data.extend(float(value) for value in values)
                if len(data) > 2 * _VALUES:
                    del data[:-_VALUES]
        return None

    def judge(self, state: State) -> float | None:
        """What was counted in a window that is over, where that is told of."""
        rule, data = self._rule, state.data
        if rule.kind in {Kind.TEMPORAL, Kind.TEMPORAL_ORDERED}:
            return float(len(data)) if _met(rule.condition, data) else None
        value = self._value(data)
        return value if value is not None and rule.condition.holds(value) else None

    def _value(self, data: Any) -> float | None:
        match self._rule.kind:
            case Kind.EVENT_COUNT | Kind.VALUE_SUM:
                return float(data[0])
            case Kind.VALUE_COUNT:
                return float(len(data[0]))
        values = sorted(data[-_VALUES:])
        if not values:
            return None
        if self._rule.kind is Kind.VALUE_AVG:
            return float(sum(values) / len(values))
        if self._rule.kind is Kind.VALUE_MEDIAN and len(values) % 2 == 0:
            return float(values[len(values) // 2 - 1] + values[len(values) // 2]) / 2
        percentile = 50 if self._rule.kind is Kind.VALUE_MEDIAN else self._rule.percentile
        return float(values[max(0, ceil(percentile / 100 * len(values)) - 1)])  # nearest rank

    def since(self, state: State, time: float) -> float:
        """When the window was opened."""
        return state.opened

    def dump(self, data: Any) -> Any:
        """`data` in builtin types."""
        return [list(one) if isinstance(one, dict) else one for one in data]

    def load(self, dumped: Any) -> Any:
        """What `dump` gave."""
        return [dict.fromkeys(map(_hashable, one), 1) if isinstance(one, list) else one for one in dumped]


def _met(condition: Condition, seen: Sequence[int]) -> bool:
    if condition.expression is not None:
        return condition.expression(frozenset(seen))
    return condition.holds(float(len(seen)))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def counting_for(rule: CorrelationRule) -> Counting:
    """How `rule` counts."""
    condition, span = rule.condition, rule.span
    if rule.closes:
        return Late(rule)
    needed = max(1, floor(condition.threshold) + 1 if condition.op == "gt" else ceil(condition.threshold))
    match rule.kind:
        case Kind.EVENT_COUNT:
            return _Events(needed, span)
        case Kind.VALUE_COUNT:
            return _Estimates(condition, span) if rule.estimate else _Values(needed, span)
        case Kind.VALUE_SUM:
            return _Sums(condition, span)
        case Kind.TEMPORAL:
            return _Together(len(rule.sources), condition, span)
        case _:
            return _Ordered(len(rule.sources), span)
