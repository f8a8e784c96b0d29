"""Rules, compiled: what the detector runs. Built by `compiling.py` of what `reading.py` reads."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from garrison.core.detection import Confidence, RuleId, Severity
from garrison.detect.aggregates import Having
from garrison.detect.fields import Field
from garrison.detect.matching import Match, Test

MAX_THRESHOLD: Final = 100_000
"""Distinct values that are counted exactly; a condition that needs more is told of by an estimate."""
MAX_SPAN: Final = 31 * 86_400
"""Seconds: whoever was counted must be remembered for so long."""


class Kind(StrEnum):
    """What a correlation makes of the events of a group: `correlation.type` of Sigma."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_MEDIAN = "value_median"
    VALUE_PERCENTILE = "value_percentile"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a rule."""

    id: RuleId
    title: str
    description: str = ""
    severity: Severity = Severity.MEDIUM
    confidence: Confidence = Confidence.MEDIUM
    tags: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    file: str = ""
    """Where it stands; empty for shipped rules."""


class BaseRule(NamedTuple):
    """Which events count."""

    label: Label
    match: Match
    also: Test | None
    """`garrison.filter`: asked last, as it takes longest."""
    reports: bool
    """Whether an event that matches is a detection by itself."""
    silence: float
    """Seconds for which whoever was told of is not told of again."""


Operator: TypeAlias = Literal["gt", "gte", "lt", "lte", "eq", "neq"]


class Condition(NamedTuple):
    """When a group is told of."""

    op: Operator
    threshold: float
    expression: Callable[[frozenset[int]], bool] | None = None
    """Of a temporal rule: from the places of the rules that were seen."""

    def holds(self, value: float) -> bool:
        """Whether `value` meets the condition."""
        match self.op:
            case "gt":
                return value > self.threshold
            case "gte":
                return value >= self.threshold
            case "lt":
                return value < self.threshold
            case "lte":
                return value <= self.threshold
            case "eq":
                return value == self.threshold
            case _:
                return value != self.threshold


class Part(NamedTuple):
    """A field of one of a correlation's sources: of its events, or a place in the group of a correlation."""

    field: Field | None
    place: int = 0


class Source(NamedTuple):
    """One of the rules that a correlation refers to."""

    node: int
    """Its place in `RuleSet.nodes`, before that of the correlation itself."""
    group: tuple[Part, ...]
    """Where it has what the correlation groups by."""
    value: tuple[Part, ...]
    """Where it has what the condition's `field` names."""


class CorrelationRule(NamedTuple):
    """What makes a pattern of them."""

    label: Label
    kind: Kind
    sources: tuple[Source, ...]
    names: tuple[str, ...]
    """The fields of `group-by`, as the rule calls them."""
    span: float
    """Seconds."""
    condition: Condition
    closes: bool
    """Whether the condition can only be judged when a group's window is over."""
    having: Having | None
    estimate: bool
    """Whether distinct values are estimated."""
    percentile: int
    reports: bool
    silence: float
    fingerprint: str
    """Changes with what it counts, so that what was counted for another rule is not taken for this one's."""


Node: TypeAlias = BaseRule | CorrelationRule


class RuleSet(NamedTuple):
    """All rules, each after those that it refers to."""

    nodes: tuple[Node, ...]

    @property
    def labels(self) -> Mapping[str, Label]:
        """The rules that give detections, by id."""
        return {node.label.id: node.label for node in self.nodes if node.reports}


class RuleFile(NamedTuple):
    """A file of rules, read by whoever may."""

    name: str
    """As problems show it."""
    text: bytes
    shipped: bool = False


class Override(msgspec.Struct, frozen=True):
    """What an operator changes in a rule without writing another."""

    level: Severity | None = None
    confidence: Confidence | None = None
    threshold: float | None = None


NO_OVERRIDE: Final = Override()
Documents: TypeAlias = Mapping[str, Any]
