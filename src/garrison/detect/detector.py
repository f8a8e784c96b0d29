"""The detector: events in, detections out, in event time and nothing else.

Events are fed in the order in which they ended (`Event.ended`, then id). One that comes late counts as if it had
ended with the last one. How they are cut into calls does not matter; nor does a snapshot in between.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, TypeAlias

from garrison.core.detection import Detection
from garrison.core.event import Event
from garrison.detect.correlating import Alone, Correlation, Take
from garrison.detect.fields import FIELDS
from garrison.detect.learning.learners import PERIOD, Learners
from garrison.detect.matching import Test
from garrison.detect.memory import MOST, Memory
from garrison.detect.rule import BaseRule, Kind, RuleSet
from garrison.detect.seen import Seen
from garrison.detect.snapshot import Snapshot, restored, taken

_Step: TypeAlias = tuple[Test | None, Test | None, tuple[Take, ...]]
"""What is still to be asked of an event, and who takes it then."""
_PLANS: Final = 20_000
"""Combinations of what events have in common for which it is remembered which rules look at them."""


class Detector:
    """Rules at work. Not for several threads at once."""

    def __init__(self, rules: RuleSet, *, most: int = MOST, learning: float = PERIOD) -> None:
        """`most`: groups that are remembered over all rules. `learning`: seconds that are watched before anything
        counts as unusual."""
        self.rules = rules
        self._out: list[Detection] = []
        self._memory = Memory(most)
        self._learners = Learners(learning)
        self._now = 0.0
        self._nodes: list[Alone | Correlation | None] = [self._node(node) for node in rules.nodes]
        self._closing = [one for one in self._nodes if isinstance(one, Correlation) and one.rule.closes]
        self._bases = self._compiled()
        looks = sorted(
            FIELDS[name].path for node in rules.nodes if isinstance(node, BaseRule) for name in node.match.looks
        )
        self._common: Callable[[Seen], Any] = attrgetter(*dict.fromkeys(looks)) if looks else _nothing
        self._plans: dict[Any, tuple[_Step, ...]] = {}

    @property
    def dropped(self) -> int:
        """Groups that were forgotten because there were too many."""
        return self._memory.dropped

    @property
    def groups(self) -> int:
        """Groups that are remembered."""
        return self._memory.held

    def feed(self, event: Event) -> Sequence[Detection]:
        """Count `event`; the patterns that it completes, and those whose time ended before it."""
        ended = event.ended
        if ended > self._now:
            self._now = ended
            for one in self._closing:
                one.close(ended)
        seen = Seen(event, self._now)
        self._learners.note(seen)
        common = self._common(seen)
        plan = self._plans.get(common)
        if plan is None:
            plan = self._plan(common, seen)
        for each, also, takes in plan:
            if (each is None or each(seen)) and (also is None or also(seen)):
                for take in takes:
                    take(seen)
        return self._given() if self._out else ()

    def feed_all(self, events: Iterable[Event]) -> list[Detection]:
        """As `feed`, for several."""
        return [detection for event in events for detection in self.feed(event)]

    def advance(self, now: float) -> Sequence[Detection]:
        """What is told of because no event came: the windows that are over at `now`."""
        if now > self._now:
            self._now = now
            for one in self._closing:
                one.close(now)
        return self._given()

    def snapshot(self) -> Snapshot:
        """All that was counted and learned so far."""
        correlations = [one for one in self._nodes if isinstance(one, Correlation)]
        alone = [one for one in self._nodes if isinstance(one, Alone)]
        return taken(correlations, alone, self._learners, now=self._now, dropped=self.dropped)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from `snapshot`; what was counted for a rule that has changed since is left out."""
        correlations = [one for one in self._nodes if isinstance(one, Correlation)]
        alone = [one for one in self._nodes if isinstance(one, Alone)]
        self._now = snapshot.now
        self._memory.dropped = snapshot.dropped
        restored(snapshot, correlations, alone, self._learners)

    def _given(self) -> Sequence[Detection]:
        given = tuple(self._out)
        self._out.clear()
        return given

    def _node(self, node: Any) -> Alone | Correlation | None:
        if not isinstance(node, BaseRule):
            return Correlation(node, self._memory, self._out)
        return Alone(node, self._memory, self._out) if node.reports else None

    def _compiled(self) -> list[tuple[BaseRule, list[Take], list[tuple[int, int, Take]]]]:
        """Each base rule, those that take what matches it, and of those the ones for which order matters."""
        found: list[tuple[BaseRule, list[Take], list[tuple[int, int, Take]]]] = []
        takers: dict[int, tuple[list[Take], list[tuple[int, int, Take]]]] = {}
        for place, node in enumerate(self.rules.nodes):
            takers[place] = ([], [])
            one = self._nodes[place]
            if isinstance(node, BaseRule):
                if isinstance(one, Alone):
                    takers[place][0].append(one.take)
                found.append((node, *takers[place]))
            elif isinstance(one, Correlation):
                self._refer(place, one, takers)
        return found

    def _refer(
        self, place: int, one: Correlation, takers: dict[int, tuple[list[Take], list[tuple[int, int, Take]]]]
    ) -> None:
        for at, source in enumerate(one.rule.sources):
            referred = self._nodes[source.node]
            take = one.taker(at, of_correlation=isinstance(referred, Correlation))
            if isinstance(referred, Correlation):
                referred.takers.append(take)
            elif one.rule.kind is Kind.TEMPORAL_ORDERED:
                takers[source.node][1].append((place, -at, take))
            else:
                takers[source.node][0].append(take)

    def _plan(self, common: Any, seen: Seen) -> tuple[_Step, ...]:
        """Which rules look at an event like `seen`. In an order, the last step is asked first, so that one event is
        never two of them."""
        steps: list[_Step] = []
        ordered: list[tuple[int, int, _Step]] = []
        for rule, takes, in_order in self._bases:
            if rule.match.known is not None and not rule.match.known(seen):
                continue
            if takes:
                steps.append((rule.match.each, rule.also, tuple(takes)))
            ordered += [(place, at, (rule.match.each, rule.also, (take,))) for place, at, take in in_order]
        steps += [step for _, _, step in sorted(ordered, key=lambda one: one[:2])]
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        plan = self._plans[common] = tuple(steps)
        return plan


def _nothing(_: Seen) -> Any:
    return None
