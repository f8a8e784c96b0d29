"""Laws of detection: the same events give the same detections, however they come; windows are exact, memory bounded."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.detect.made import base, correlation, documents, event, reason, rules, told

from garrison.adapters.detection_rules import shipped_rules
from garrison.core.detection import Detection
from garrison.core.event import Event
from garrison.detect.compiling import compile_rules
from garrison.detect.detector import Detector
from garrison.detect.ordering import as_ended
from garrison.detect.rule import RuleSet
from garrison.detect.snapshot import Snapshot

SPAN = 10
MANY = correlation("many", "{type: event_count, rules: refused, group-by: peer, timespan: 10s, condition: {gte: 3}}")
WIDE = correlation(
    "wide", "{type: value_count, rules: any, group-by: peer, timespan: 10s, condition: {gte: 3, field: principal}}"
)
TEXT = documents(
    base("any", "{method: GET}"),
    base("refused", "{sc-status: 401}"),
    MANY,
    WIDE,
    correlation(
        "heavy",
        f"{{type: value_sum, rules: any, group-by: peer, timespan: {SPAN}s, "
        "condition: {gte: 2000, field: response_bytes}}",
        "garrison: {having: count >= 2 && missed < count}",
    ),
    correlation("few", f"{{type: event_count, rules: any, group-by: asker, timespan: {SPAN}s, condition: {{lt: 3}}}}"),
    correlation(
        "median", f"{{type: value_median, rules: any, timespan: {SPAN}s, condition: {{gt: 500, field: sc-bytes}}}}"
    ),
    correlation("both", f"{{type: temporal, rules: [any, refused], group-by: peer, timespan: {SPAN}s}}"),
    correlation(
        "row", f"{{type: temporal_ordered, rules: [refused, any, refused], group-by: peer, timespan: {SPAN}s}}"
    ),
    correlation("chain", "{type: event_count, rules: [many, wide], group-by: peer, timespan: 1m, condition: {gte: 2}}"),
    correlation(
        "guess",
        "{type: value_count, rules: any, timespan: 30s, condition: {gte: 4, field: principal}}",
        "garrison: {distinct: estimate}",
    ),
)


@lru_cache(maxsize=2)
def compiled(shipped: bool) -> RuleSet:
    return compile_rules(shipped_rules()) if shipped else rules(TEXT)


@st.composite
def traffic(draw: st.DrawFn) -> list[Event]:
    """Up to eighty events of a few who ask, close together, many at the same moment."""
    at = 0.0
    events = []
    for number in range(draw(st.integers(0, 80))):
        at += draw(st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0, 9.0, 10.0]))
        denied = draw(st.booleans())
        shown: dict[str, Any] = told(f"p{draw(st.integers(0, 9))}") if draw(st.booleans()) else {}
        events.append(
            event(
                at,
                number=number,
                peer=f"192.0.2.{draw(st.integers(1, 2))}",
                principal=draw(st.sampled_from(["", "a", "b", "c", "d"])),
                status=401 if denied else 200,
                reasons=(reason("not-owner"),) if denied else (),
                missed=draw(st.booleans()),
                unissued=draw(st.integers(0, 9)),
                response_bytes=draw(st.sampled_from([0, 300, 900])),
                duration=draw(st.sampled_from([0.0, 0.0, 2.0, 7.0])),
                **shown,
            )
        )
    return events


def replayed(events: list[Event], shipped: bool) -> list[Detection]:
    return Detector(compiled(shipped)).feed_all(as_ended(events))


@given(traffic(), st.booleans(), st.lists(st.integers(0, 80), max_size=3))
@settings(max_examples=50, deadline=None)
def test_a_restart_changes_nothing(events: list[Event], shipped: bool, cuts: list[int]) -> None:
    ordered = list(as_ended(events))
    found: list[Detection] = []
    detector = Detector(compiled(shipped))
    for place, one in enumerate(ordered):
        if place in cuts:
            text = msgspec.msgpack.encode(detector.snapshot())
            detector = Detector(compiled(shipped))
            detector.restore(msgspec.msgpack.decode(text, type=Snapshot))
        found += detector.feed(one)
    assert found == replayed(events, shipped)
    assert detector.groups == sum(len(groups) for groups in detector.snapshot().groups.values())


@given(traffic(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_in_which_events_were_read_does_not_matter(events: list[Event], random: Any) -> None:
    """Live, events of several workers come nearly in order; recorded, in the order in which they began."""
    shuffled = list(events)
    random.shuffle(shuffled)
    live = sorted(shuffled, key=lambda one: (one.ended, one.id))
    recorded = list(as_ended(sorted(shuffled, key=lambda one: (one.time, one.id))))
    assert [one.id for one in live] == [one.id for one in recorded]
    assert Detector(compiled(False)).feed_all(live) == replayed(events, False)


@given(traffic())
@settings(max_examples=30, deadline=None)
def test_ids_are_never_given_twice(events: list[Event]) -> None:
    found = replayed(events, False)
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert one.since <= one.time
        assert len(one.events) <= 20


def _expected(events: list[Event], rule: str) -> list[tuple[str, float]]:
    """What `many` and `wide` find, told from all events at every moment."""
    past: dict[str, list[tuple[float, str]]] = defaultdict(list)
    quiet: dict[str, float] = defaultdict(float)
    found: list[Detection] = []
    for one in as_ended(events):
        if rule == "many" and one.status != 401:
            continue
        if rule == "wide" and not one.principal:
            continue
        past[one.peer].append((one.ended, one.id if rule == "many" else one.principal))
        within = {what for at, what in past[one.peer] if at > one.ended - SPAN}
        if len(within) >= 3 and quiet[one.peer] <= one.ended:
            quiet[one.peer] = one.ended + SPAN
            found.append((one.peer, one.ended))
    return found


@given(traffic())
@settings(max_examples=50, deadline=None)
def test_windows_are_exact(events: list[Event]) -> None:
    parts = {
        "many": documents(base("refused", "{sc-status: 401}"), MANY),
        "wide": documents(base("any", "{method: GET}"), WIDE),
    }
    for name, text in parts.items():
        found = Detector(_cached(text)).feed_all(as_ended(events))
        assert [(one.group[0][1], one.time) for one in found] == _expected(events, name)


@lru_cache(maxsize=4)
def _cached(text: str) -> RuleSet:
    return rules(text)


@given(traffic(), st.integers(5, 30))
@settings(max_examples=20, deadline=None)
def test_memory_is_bounded(events: list[Event], most: int) -> None:
    detector = Detector(compiled(True), most=most)
    held = 0
    for one in as_ended(events):
        detector.feed(one)
        held = max(held, detector.groups)
        assert detector.groups <= most
    whole = Detector(compiled(True))
    whole.feed_all(as_ended(events))
    assert (detector.dropped > 0) or held <= most
    assert whole.dropped == 0


def test_the_least_recently_active_group_goes_first() -> None:
    text = documents(
        base("any", "{method: GET}"),
        correlation("many", "{type: event_count, rules: any, group-by: principal, timespan: 1h, condition: {gte: 3}}"),
    )
    detector = Detector(rules(text), most=2)
    events = [event(at, principal=who) for at, who in enumerate(["a", "a", "b", "a", "c", "b", "b"])]
    assert [one.group[0][1] for one in detector.feed_all(events)] == ["a"]
    assert detector.dropped == 2
    assert detector.groups == 2


def test_noise_that_one_rule_sees_does_not_make_others_forget() -> None:
    text = documents(
        base("noise", "{status: 404}"),
        base("patient", "{status: 401}"),
        correlation("loud", "{type: event_count, rules: noise, group-by: peer, timespan: 1d, condition: {gte: 9}}"),
        correlation("slow", "{type: event_count, rules: patient, group-by: peer, timespan: 1d, condition: {gte: 3}}"),
    )
    detector = Detector(rules(text), most=100)
    found: list[Detection] = []
    for hour in range(3):
        found += detector.feed(event(hour * 3600, status=401))
        for number in range(500):
            found += detector.feed(event(hour * 3600 + 1 + number / 10, status=404, peer=f"10.{hour}.0.{number}"))
    assert [one.rule for one in found] == ["slow"]


def test_what_is_over_is_forgotten_by_itself() -> None:
    detector = Detector(rules(documents(
        base("any", "{method: GET}"),
        correlation("many", "{type: event_count, rules: any, group-by: peer, timespan: 10s, condition: {gte: 3}}"),
    )))  # fmt: skip
    for number in range(5000):
        detector.feed(event(number, peer=f"p{number}"))
        assert detector.groups < 15
    assert detector.dropped == 0


def test_a_changed_rule_begins_anew() -> None:
    text = documents(
        base("any", "{method: GET}"),
        correlation("many", "{type: event_count, rules: any, group-by: peer, timespan: 1h, condition: {gte: 3}}"),
    )
    before = Detector(rules(text))
    before.feed_all(event(at) for at in range(2))
    same, changed = Detector(rules(text)), Detector(rules(text.replace("gte: 3", "gte: 2")))
    for detector in (same, changed):
        detector.restore(before.snapshot())
    assert same.feed(event(5))
    assert not changed.feed(event(5))
