"""What each kind of correlation counts, and when it tells."""

import pytest
from tests.unit.detect.made import BEGINS, base, correlation, documents, event, found, told

from garrison.core.detection import Confidence, Severity

FAILED = base("failed", "{status: 401}")
OPENED = base("opened", "{status: 200}")
ANY = base("any", "{method: GET}")


def test_event_count_slides() -> None:
    """Three within ten seconds, the moment ten seconds ago not included."""
    text = documents(
        FAILED,
        correlation("many", "{type: event_count, rules: failed, group-by: c-ip, timespan: 10s, condition: {gte: 3}}"),
    )
    assert not found(text, *(event(at, status=401) for at in (0, 5, 10)))
    (one,) = found(text, *(event(at, status=401) for at in (0, 5, 9.9)))
    assert (one.rule, one.time, one.since, one.value) == ("many", BEGINS + 9.9, BEGINS, 3.0)
    assert one.group == (("peer", "192.0.2.1"),)
    assert one.named.peers == ("192.0.2.1",)
    assert one.events == ("000000000000", "000000005000", "000000009900")
    assert (one.severity, one.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)


def test_a_group_is_told_of_once_in_a_window() -> None:
    text = documents(
        FAILED,
        correlation("many", "{type: event_count, rules: failed, group-by: c-ip, timespan: 10s, condition: {gt: 1}}"),
    )
    times = [one.time - BEGINS for one in found(text, *(event(at, status=401) for at in range(30)))]
    assert times == [1, 11, 21]


def test_silence_is_longer_where_the_rule_says_so() -> None:
    body = "{type: event_count, rules: failed, group-by: c-ip, timespan: 10s, condition: {gt: 1}}"
    text = documents(FAILED, correlation("many", body, "garrison: {silence: 1m}"))
    assert len(found(text, *(event(at, status=401) for at in range(59)))) == 1


def test_groups_are_counted_apart_and_those_without_a_value_not_at_all() -> None:
    body = "{type: event_count, rules: failed, group-by: [principal, peer], timespan: 10s, condition: {gte: 2}}"
    text = documents(FAILED, correlation("many", body))
    events = [event(at, status=401, principal=who) for at, who in enumerate(["a", "b", "", "", "a"])]
    (one,) = found(text, *events)
    assert one.group == (("principal", "a"), ("peer", "192.0.2.1"))


def test_who_asks_is_named_for_what_it_is() -> None:
    body = "{type: event_count, rules: failed, group-by: asker, timespan: 10s, condition: {gte: 2}}"
    text = documents(FAILED, correlation("many", body))
    one, two = found(text, *(event(at, status=401, principal=who) for at, who in enumerate(["a", "", "a", ""])))
    assert (one.group, two.group) == ((("principal", "a"),), (("peer", "192.0.2.1"),))


@pytest.mark.parametrize("by", ["peer", "c-ip", "asker"])
def test_one_subscriber_is_one_group_whatever_address_they_choose(by: str) -> None:
    body = f"{{type: event_count, rules: failed, group-by: {by}, timespan: 10s, condition: {{gte: 2}}}}"
    text = documents(FAILED, correlation("many", body))
    chosen = ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b")
    (one,) = found(text, *(event(at, status=401, peer=peer) for at, peer in enumerate(chosen)))
    assert one.group == (("peer", "2001:db8:1:2::/64"),)
    assert one.named.peers == chosen
    apart = ("2001:db8:1:2::a", "2001:db8:1:3::a", "192.0.2.1", "192.0.2.2")
    assert not found(text, *(event(at, status=401, peer=peer) for at, peer in enumerate(apart)))


def test_value_count_counts_different_values_only() -> None:
    body = "{type: value_count, rules: any, group-by: peer, timespan: 10s, condition: {gte: 3, field: principal}}"
    text = documents(ANY, correlation("many", body))
    assert not found(text, *(event(at, principal=f"u{at % 2}") for at in range(9)))
    (one,) = found(text, *(event(at, principal=f"u{at % 3}") for at in range(3)))
    assert one.named.principals == ("u0", "u1", "u2")


def test_value_count_forgets_values_that_left_the_window() -> None:
    body = "{type: value_count, rules: any, group-by: peer, timespan: 10s, condition: {gte: 3, field: principal}}"
    text = documents(ANY, correlation("many", body))
    assert not found(text, *(event(at, principal=f"u{at}") for at in (0, 6, 12, 18)))
    assert found(
        text, event(0, principal="a"), event(6, principal="b"), event(11, principal="a"), event(12, principal="c")
    )


def test_value_count_of_a_field_with_many_values_counts_each() -> None:
    body = "{type: value_count, rules: any, group-by: principal, timespan: 10s, condition: {gte: 4, field: people}}"
    text = documents(ANY, correlation("many", body))
    assert not found(text, event(0, principal="a", **told("1", "2")), event(1, principal="a", **told("2", "3")))
    assert found(text, event(0, principal="a", **told("1", "2")), event(1, principal="a", **told("3", "4")))
    assert not found(text, event(0, principal="a", **told("1", "2", "3", "4", own=True)))


def test_group_by_a_field_with_many_values_is_a_group_for_each() -> None:
    body = "{type: value_count, rules: any, group-by: people, timespan: 10s, condition: {gte: 2, field: principal}}"
    text = documents(ANY, correlation("many", body))
    (one,) = found(text, event(0, principal="a", **told("1", "2")), event(1, principal="b", **told("2", "3")))
    assert one.group == (("people", "2"),)


def test_value_count_of_two_fields_counts_pairs() -> None:
    body = "{type: value_count, rules: any, timespan: 10s, condition: {gte: 4, field: [principal, peer]}}"
    text = documents(ANY, correlation("many", body))
    pairs = [("a", "192.0.2.1"), ("a", "192.0.2.2"), ("b", "192.0.2.1"), ("b", "192.0.2.2")]
    assert found(text, *(event(at, principal=who, peer=peer) for at, (who, peer) in enumerate(pairs)))
    assert not found(text, *(event(at, principal="a", peer="192.0.2.1") for at in range(9)))


def test_value_sum_slides() -> None:
    body = "{type: value_sum, rules: any, group-by: peer, timespan: 10s, condition: {gte: 100, field: sc-bytes}}"
    text = documents(ANY, correlation("much", body))
    assert not found(text, *(event(at, response_bytes=40) for at in (0, 5, 11)))
    (one,) = found(text, *(event(at, response_bytes=40) for at in (0, 5, 9)))
    assert (one.value, one.since) == (120.0, BEGINS)


@pytest.mark.parametrize(
    ("kind", "condition", "value"),
    [
        ("value_avg", "{gt: 20, field: response_bytes}", 22.0),
        ("value_median", "{gt: 9, field: response_bytes}", 10.0),
        ("value_percentile", "{gte: 60, field: response_bytes, percentile: 90}", 70.0),
        ("event_count", "{lt: 6}", 5.0),
        ("event_count", "{eq: 5}", 5.0),
        ("event_count", "{neq: 4}", 5.0),
        ("value_count", "{lte: 5, field: response_bytes}", 4.0),
        ("value_sum", "{lt: 200, field: response_bytes}", 110.0),
    ],
)
def test_what_may_go_down_again_is_judged_when_the_window_is_over(kind: str, condition: str, value: float) -> None:
    body = f"{{type: {kind}, rules: any, group-by: peer, timespan: 10s, condition: {condition}}}"
    text = documents(ANY, correlation("judged", body))
    events = [event(at, response_bytes=size) for at, size in enumerate([10, 10, 0, 20, 70])]
    assert not found(text, *events, until=9.9)
    (one,) = found(text, *events, until=10)
    assert (one.time, one.since, one.value) == (BEGINS + 10, BEGINS, value)
    later = found(text, *events, event(12), until=12)
    assert later == [one]


def test_a_condition_that_is_not_met_at_the_end_tells_nothing() -> None:
    body = "{type: event_count, rules: any, group-by: peer, timespan: 10s, condition: {lt: 3}}"
    text = documents(ANY, correlation("judged", body))
    assert not found(text, *(event(at) for at in range(5)), until=100)


def test_temporal_wants_all_in_any_order() -> None:
    body = "{type: temporal, rules: [failed, opened], group-by: peer, timespan: 10s}"
    text = documents(FAILED, OPENED, correlation("both", body))
    assert found(text, event(0, status=200), event(5, status=401))
    assert found(text, event(0, status=401), event(5, status=200))
    assert not found(text, event(0, status=401), event(10, status=200))
    assert not found(text, event(0, status=401), event(5, status=401))


def test_temporal_ordered_wants_the_order() -> None:
    body = "{type: temporal_ordered, rules: [failed, opened], group-by: peer, timespan: 10s}"
    text = documents(FAILED, OPENED, correlation("order", body))
    (one,) = found(text, event(0, status=401), event(1, status=401), event(5, status=200))
    assert one.since == BEGINS + 1
    assert not found(text, event(0, status=200), event(5, status=401))
    assert not found(text, event(0, status=401), event(11, status=200))


def test_one_event_is_never_two_steps() -> None:
    body = "{type: temporal_ordered, rules: [any, failed], group-by: peer, timespan: 10s}"
    text = documents(ANY, FAILED, correlation("order", body))
    assert not found(text, event(0, status=401))
    assert found(text, event(0, status=401), event(1, status=401))


def test_extended_condition() -> None:
    body = "{type: temporal, group-by: peer, timespan: 10s, condition: failed and opened}"
    text = documents(FAILED, OPENED, correlation("both", body))
    assert found(text, event(0, status=200), event(5, status=401))
    assert not found(text, event(0, status=200))


def test_what_does_not_follow_is_judged_when_the_window_is_over() -> None:
    body = "{type: temporal, group-by: peer, timespan: 10s, condition: failed and not opened}"
    text = documents(FAILED, OPENED, correlation("never", body))
    assert not found(text, event(0, status=401), event(5, status=200), until=60)
    (one,) = found(text, event(0, status=401), until=60)
    assert one.time == BEGINS + 10


def test_correlation_of_correlations() -> None:
    text = documents(
        FAILED,
        OPENED,
        correlation("guessed", "{type: event_count, rules: failed, group-by: peer, timespan: 1m, condition: {gte: 3}}"),
        correlation("let-in", "{type: temporal_ordered, rules: [guessed, opened], group-by: peer, timespan: 5m}"),
    )
    failed = [event(at, status=401) for at in range(3)]
    (one,) = found(text, *failed, event(60, status=200))
    assert (one.rule, one.since) == ("let-in", BEGINS + 2)
    assert not found(text, *failed[:2], event(60, status=200))
    assert not found(text, *failed, event(60, status=200, peer="192.0.2.9"))


def test_correlation_of_what_is_judged_late() -> None:
    text = documents(
        ANY,
        correlation("few", "{type: event_count, rules: any, group-by: peer, timespan: 10s, condition: {lt: 3}}"),
        correlation("often", "{type: event_count, rules: few, group-by: peer, timespan: 1m, condition: {gte: 2}}"),
    )
    (one,) = found(text, event(0), event(20), until=60)
    assert (one.rule, one.time) == ("often", BEGINS + 30)


def test_generate_lets_the_parts_report_too() -> None:
    parts = "{type: event_count, rules: failed, group-by: peer, timespan: 1m, condition: {gte: 2}, generate: %s}"
    events = [event(at, status=401) for at in range(2)]
    silent = documents(FAILED, correlation("many", parts % "false"))
    loud = documents(FAILED, correlation("many", parts % "true"))
    assert [one.rule for one in found(silent, *events)] == ["many"]
    assert [one.rule for one in found(loud, *events)] == ["failed", "many"]


def test_aliases_name_the_same_thing_in_two_rules() -> None:
    body = (
        "{type: temporal, rules: [failed, opened], group-by: who, timespan: 10s, "
        "aliases: {who: {failed: claimed, opened: principal}}}"
    )
    text = documents(FAILED, OPENED, correlation("both", body))
    (one,) = found(text, event(0, status=401, claimed="a"), event(1, status=200, principal="a"))
    assert one.group == (("who", "a"),)
    assert not found(text, event(0, status=401, claimed="a"), event(1, status=200, principal="b"))


def test_a_base_rule_alone_tells_once_for_each_who_asks() -> None:
    times = [event(at, status=401) for at in (0, 1, 299, 300)]
    assert [one.time - BEGINS for one in found(FAILED, *times)] == [0, 300]
    assert len(found(FAILED, *(event(at, status=401, peer=f"192.0.2.{at}") for at in range(5)))) == 5


def test_having_looks_at_the_whole_window() -> None:
    body = "{type: value_sum, rules: any, group-by: peer, timespan: 10s, condition: {gte: 3, field: missed}}"
    text = documents(ANY, correlation("misses", body, "garrison: {having: missed / count >= 0.5}"))
    assert found(text, *(event(at, missed=at % 2 == 0) for at in range(5)))
    assert not found(text, *(event(at, missed=at % 3 == 0) for at in range(10)))
    hits = [event(at / 10) for at in range(20)]
    assert found(text, *hits, *(event(at, missed=True) for at in range(13, 16)))


@pytest.mark.parametrize("name", ["people", "principals", "peers", "networks", "operations", "agents"])
def test_having_counts_different_values(name: str) -> None:
    body = "{type: event_count, rules: any, timespan: 10s, condition: {gte: 6}}"
    text = documents(ANY, correlation("some", body, f"garrison: {{having: {name} >= 3 && {name} < 4}}"))
    events = [
        event(
            at, principal=f"u{at % 3}", peer=f"192.0.{at % 3}.1", operation=f"op{at % 3}", agent=f"a{at % 3}",
            **told(f"p{at % 3}"),
        )
        for at in range(6)
    ]  # fmt: skip
    assert found(text, *events)


def test_estimates_are_near() -> None:
    body = "{type: value_count, rules: any, timespan: 1h, condition: {gte: 5000, field: principal}}"
    text = documents(ANY, correlation("very-many", body, "garrison: {distinct: estimate, silence: 1d}"))
    (one,) = found(text, *(event(at / 10, principal=f"u{at}") for at in range(6000)))
    assert 4600 < float(one.events[-1]) / 100 < 5400
    assert not found(text, *(event(at / 10, principal=f"u{at % 4000}") for at in range(6000)))


def test_override_and_disable() -> None:
    from tests.unit.detect.made import rules

    from garrison.detect.detector import Detector
    from garrison.detect.rule import Override

    text = documents(
        FAILED,
        correlation("many", "{type: event_count, rules: failed, group-by: c-ip, timespan: 10s, condition: {gte: 3}}"),
    )
    changed = rules(text, override={"many": Override(Severity.LOW, Confidence.HIGH, 2.0)})
    (one,) = Detector(changed).feed_all([event(at, status=401) for at in range(2)])
    assert (one.severity, one.confidence) == (Severity.LOW, Confidence.HIGH)
    assert not Detector(rules(text, disable=["many"])).feed_all([event(at, status=401) for at in range(9)])


def test_late_events_count_as_if_they_had_ended_last() -> None:
    text = documents(
        FAILED,
        correlation("many", "{type: event_count, rules: failed, group-by: c-ip, timespan: 10s, condition: {gte: 3}}"),
    )
    (one,) = found(text, event(0, status=401), event(20, status=401), event(15, status=401), event(5, status=401))
    assert one.time == BEGINS + 20
