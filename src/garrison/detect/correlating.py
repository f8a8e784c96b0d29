"""Rules at work: who has which group, what was counted for it, and when it is told of."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from garrison.core.detection import MOST_NAMED, Detection, Named
from garrison.detect.aggregates import Aggregates
from garrison.detect.counting import Late, State, counting_for
from garrison.detect.fields import ALIASES, Field
from garrison.detect.memory import Memory
from garrison.detect.rule import BaseRule, CorrelationRule, Kind, Label, Part
from garrison.detect.seen import Fact, Seen

Take: TypeAlias = Callable[[Any], None]
"""Takes a `Seen`, or a `Came`."""
Out: TypeAlias = list[Detection]


class Came(NamedTuple):
    """What a correlation found, for those that refer to it."""

    time: float
    fact: Fact
    seen: Seen | None
    """The event that completed it; none where it was judged later."""
    group: tuple[Any, ...]


class Alone:
    """A base rule that gives detections by itself: one for each who asks and operation, then silence."""

    def __init__(self, rule: BaseRule, memory: Memory, out: Out) -> None:
        self.rule = rule
        self.table = memory.table(rule.silence)
        self._out = out

    def take(self, seen: Seen) -> None:
        """An event matches."""
        key = (seen.asker, seen.event.operation or "")
        state = self.table.groups.get(key)
        if state is None:
            state = State(None, seen.time)
            self.table.add(key, state)
        elif state.quiet > seen.time:
            return
        else:
            self.table.groups.move_to_end(key)
        state.last = seen.time
        state.quiet = seen.time + self.rule.silence
        group = tuple(_named(("asker", "operation"), key, seen.fact))
        self._out.append(detection(self.rule.label, group, 1.0, seen.time, seen.time, [seen.fact]))


class Correlation:
    """A correlation and its groups."""

    def __init__(self, rule: CorrelationRule, memory: Memory, out: Out) -> None:
        self.rule = rule
        self.table = memory.table(max(rule.span, rule.silence if rule.closes else 0.0))
        self.counting = counting_for(rule)
        self.takers: list[Take] = []
        """Those that refer to this one."""
        self._out = out

    def taker(self, at: int, *, of_correlation: bool) -> Take:
        """What the rule's source `at` is given to."""
        source = self.rule.sources[at]
        group = [_getter(part, of_correlation) for part in source.group]
        valued = self.rule.kind in _VALUED
        values = _keys([_getter(part, of_correlation) for part in source.value]) if valued else _no_values
        needs_none = not valued or self.rule.having is not None
        if len(group) == 1 and not group[0][1]:
            return self._take_one(at, group[0][0], values, needs_none=needs_none)
        keys = _keys(group)

        def take(came: Any) -> None:
            counted = values(came)
            if counted or needs_none:
                for key in keys(came):
                    self._take(key, at, came, counted)

        return take

    def _take_one(
        self, at: int, get: Callable[[Any], Any], values: Callable[[Any], Sequence[Any]], *, needs_none: bool
    ) -> Take:
        """As most rules are: in groups by one field, which has one value."""

        def take(came: Any) -> None:
            counted = values(came)
            if counted or needs_none:
                key = get(came)
                if key is not None and key != "":
                    self._take(key, at, came, counted)

        return take

    def _take(self, key: Any, at: int, came: Any, values: Sequence[Any]) -> None:
        time = came.time
        groups = self.table.groups
        state = groups.get(key)
        if state is None:
            state = State(self.counting.fresh(), time)
            if self.rule.having is not None:
                state.aggregates = Aggregates(self.rule.having)
            state.facts.append(came.fact)
            self.table.add(key, state)
        else:
            state.last = time
            if not self.rule.closes:  # else they stand in the order in which they were opened
                groups.move_to_end(key)
            facts = state.facts
            facts.append(came.fact)
            if len(facts) > 2 * MOST_NAMED:
                del facts[:-MOST_NAMED]
        value = self.counting.take(state, at, time, values)
        if state.aggregates is not None:
            if not self.rule.closes:
                state.aggregates.expire(time - self.rule.span)
            state.aggregates.add(came if isinstance(came, Seen) else came.seen)
        if value is not None and state.quiet <= time and self._has(state):
            seen = came if isinstance(came, Seen) else came.seen
            self._tell(key, state, value, time, seen)

    def _has(self, state: State) -> bool:
        having = self.rule.having
        return having is None or having.holds(state.aggregates.values())

    def _tell(self, key: Any, state: State, value: float, time: float, seen: Seen | None) -> None:
        rule = self.rule
        state.quiet = time + rule.silence
        since = self.counting.since(state, time)
        values = _group(key, len(rule.names))
        if self.takers:
            came = Came(time, state.facts[-1], seen, values)
            for take in self.takers:
                take(came)
        if rule.reports:
            group = tuple(_named(rule.names, values, state.facts[-1]))
            facts = [fact for fact in state.facts if fact[0] >= since]
            self._out.append(detection(rule.label, group, value, time, since, facts))

    def close(self, now: float) -> None:
        """Judge the windows that are over at `now`, in the order in which they ended."""
        counting, span = self.counting, self.rule.span
        if not isinstance(counting, Late):
            return
        groups = self.table.groups
        while groups:
            key, state = next(iter(groups.items()))
            if state.opened + span > now:
                return
            groups.popitem(last=False)
            self.table.memory.held -= 1
            value = counting.judge(state)
            if value is not None and self._has(state):
                self._tell(key, state, value, state.opened + span, None)


_VALUED = frozenset({Kind.VALUE_COUNT, Kind.VALUE_SUM, Kind.VALUE_AVG, Kind.VALUE_MEDIAN, Kind.VALUE_PERCENTILE})


def detection(
    label: Label, group: tuple[tuple[str, str], ...], value: float, time: float, since: float, facts: list[Fact]
) -> Detection:
    """What is told of a group. Its id is made of the rule, the group and the event that completed the pattern."""
    last = facts[-MOST_NAMED:]
    text = "\0".join((label.id, *itertools.chain(*group), last[-1][1]))
    return Detection(
        id=blake2b(text.encode(), digest_size=16).hexdigest(),
        time=time,
        since=since,
        rule=label.id,
        title=label.title,
        severity=label.severity,
        confidence=label.confidence,
        group=group,
        value=value,
        named=Named(
            principals=_distinct(fact[2] for fact in last),
            clients=_distinct(fact[3] for fact in last),
            tokens=_distinct(fact[4] for fact in last),
            peers=_distinct(fact[5] for fact in last),
            operations=_distinct(fact[6] for fact in last),
        ),
        events=tuple(fact[1] for fact in last),
        tags=label.tags,
    )


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted({value for value in values if value}))


def _named(names: Sequence[str], values: Sequence[Any], fact: Fact) -> Iterable[tuple[str, str]]:
    """Fields have our own names, and who asked is named for what it is: the principal, or the address where there is
    none."""
    for name, value in zip(names, values, strict=True):
        named = ALIASES.get(name, name)
        yield ("principal" if fact[2] else "peer") if named == "asker" else named, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _group(key: Any, names: int) -> tuple[Any, ...]:
    return (key,) if names == 1 else key


def _getter(part: Part, of_correlation: bool) -> tuple[Callable[[Any], Any], bool]:
    field: Field | None = part.field
    if field is None:
        place = part.place
        return (lambda came: came.group[place]), False
    get = field.get
    if not of_correlation:
        return get, field.many
    return (lambda came: get(came.seen)), field.many


def _keys(getters: list[tuple[Callable[[Any], Any], bool]]) -> Callable[[Any], Sequence[Any]]:
    """The values of one field, or of several together; none where one of them is empty."""
    if not getters:
        return lambda _: ((),)
    if len(getters) == 1:
        get, many = getters[0]
        return get if many else lambda came: () if (value := get(came)) is None or value == "" else (value,)

    def keys(came: Any) -> Sequence[Any]:
        parts = [get(came) if many else _present(get(came)) for get, many in getters]
        return list(itertools.product(*parts))

    return keys


def _no_values(_: Any) -> Sequence[Any]:
    return ()


def _present(value: Any) -> tuple[Any, ...]:
    return () if value is None or value == "" else (value,)
