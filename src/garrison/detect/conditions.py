"""Conditions of correlations: what Sigma's own become, or what is wrong with one."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from garrison.detect.rule import Condition, Kind, Operator, Override

JUDGED_LATE: Final = frozenset({Kind.VALUE_AVG, Kind.VALUE_MEDIAN, Kind.VALUE_PERCENTILE})
"""What may go down again: judged when its window is over."""


class FaultError(Exception):
    """Something is wrong at a place of a rule's document."""

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place, self.hint = place, hint


def condition_of(rule: SigmaCorrelationRule, kind: Kind, override: Override) -> Condition:
    """When the rule's count is told of. Raises FaultError."""
    given = rule.condition
    if isinstance(given, SigmaExtendedCorrelationCondition):
        if kind is Kind.TEMPORAL_ORDERED and not _only_and(given.parsed):
            raise FaultError("correlation.condition", "an order is only of rules joined by `and`", "use `temporal`")
        places = {reference.reference: at for at, reference in enumerate(rule.referenced_rules)}
        return Condition("gte", float(len(places)), _expression(given.parsed, places))
    op = cast("Operator", given.op.name.lower())
    threshold = float(given.count if override.threshold is None else override.threshold)
    if kind is Kind.TEMPORAL_ORDERED and (op, threshold) != ("gte", float(len(rule.referenced_rules))):
        hint = "leave `condition` out: all of the rules in their order"
        raise FaultError("correlation.condition", "an order is of all rules that it names", hint)
    if op in {"gt", "gte"} and kind is not Kind.VALUE_SUM and kind not in JUDGED_LATE and threshold < (op == "gte"):
        raise FaultError("correlation.condition", f"`{op}: {threshold:g}` is always true", "ask for at least one")
    return Condition(op, threshold)


def percentile_of(rule: SigmaCorrelationRule) -> int:
    """Which percentile the rule looks at; the median where it is of another kind. Raises FaultError."""
    found = getattr(rule.condition, "percentile", None)
    if rule.type.name != "VALUE_PERCENTILE":
        return 50
    if found is None or not 0 < found <= 100:
        raise FaultError("correlation.condition.percentile", "must be from 1 to 100", "example: `percentile: 95`")
    return int(found)


def _expression(tree: Any, places: Mapping[str, int]) -> Callable[[frozenset[int]], bool]:
    if isinstance(tree, SigmaRuleReference):
        at = places[tree.reference]
        return lambda seen: at in seen
    parts = tuple(_expression(part, places) for part in tree.args)
    if isinstance(tree, CorrelationConditionAND):
        return lambda seen: all(part(seen) for part in parts)
    if isinstance(tree, CorrelationConditionOR):
        return lambda seen: any(part(seen) for part in parts)
    return lambda seen: not parts[0](seen)


def _only_and(tree: Any) -> bool:
    if isinstance(tree, SigmaRuleReference):
        return True
    return isinstance(tree, CorrelationConditionAND) and all(_only_and(part) for part in tree.args)


def denies(given: Any) -> bool:
    """Whether an extended condition asks for something not to happen."""
    if not isinstance(given, SigmaExtendedCorrelationCondition):
        return False
    waiting = [given.parsed]
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, CorrelationConditionNOT):
            return True
        if isinstance(tree, CorrelationConditionAND | CorrelationConditionOR):
            waiting += tree.args
    return False
