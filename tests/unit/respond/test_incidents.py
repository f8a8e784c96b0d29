"""What belongs together, and what becomes of it."""

from tests.unit.respond.samples import NOW, block, by, detection, named

from garrison.core.detection import Detection, RuleId, Severity
from garrison.core.incident import MOST_ENTRIES, MOST_PARTIES, Happening, IncidentState
from garrison.respond.incidents import (
    TOGETHER,
    acted,
    belongs,
    closed,
    is_over,
    joined,
    keys_of,
    lifted,
    merged,
    opened,
    without_those_of,
)


def share(one: Detection, other: Detection) -> bool:
    return not set(keys_of(one)).isdisjoint(keys_of(other))


def test_what_they_share() -> None:
    other = RuleId("error-burst")
    assert share(by("a:1"), by("a:1", rule=other))
    assert share(detection(), detection(rule=other, named=named(peers=["203.0.113.7"], operations=["other"])))
    assert share(by("a:1"), by("a:2")), "the same rule on the same operation"
    assert not share(by("a:1"), by("a:2", rule=other)), "who only shares an address"
    wide = detection(rule=other, group=(("operation", "getPet"),), named=named(operations=["getPet"]))
    assert share(wide, detection("b", group=(("operation", "getPet"),), named=named(operations=["getPet"])))
    assert not share(wide, by("a:1"))
    nothing = detection(group=(), named=named())
    assert share(nothing, nothing)
    assert not share(nothing, detection(group=(), named=named(), rule=other))


def test_within_a_day() -> None:
    incident = opened(detection())
    assert belongs(incident, detection("b", NOW + TOGETHER))
    assert not belongs(incident, detection("b", NOW + TOGETHER + 11))
    assert belongs(incident, detection("b", NOW - 100)), "found late"
    assert not belongs(closed(incident, NOW, "done"), detection("b", NOW + 1))


def test_the_worst_gives_severity_and_title() -> None:
    incident = opened(detection(severity=Severity.LOW, title="first"))
    worse = joined(incident, detection("b", NOW + 5, severity=Severity.HIGH, title="second"))
    milder = joined(worse, detection("c", NOW + 6, severity=Severity.MEDIUM, title="third"))
    assert (milder.severity, milder.title, milder.count, milder.revision) == (Severity.HIGH, "second", 3, 3)
    assert milder.detections == ("a", "b", "c")
    assert (milder.since, milder.last) == (NOW - 10, NOW + 6)
    assert milder.id == incident.id != opened(detection("b")).id
    assert opened(detection()).id == incident.id


def test_several_become_one() -> None:
    one, other = opened(detection()), joined(opened(by("a:1", "b", NOW + 1)), by("a:1", "c", NOW + 2))
    other = acted(other, [block("198.51.100.1")], [], NOW + 2, contained=True)
    whole, (gone,) = merged(one, [other], NOW + 3)
    assert (whole.count, whole.merged, whole.last) == (3, (other.id,), NOW + 2)
    assert whole.named.principals == ("a:1",)
    assert [each.value for each in whole.measures] == ["198.51.100.1"]
    assert (gone.state, gone.into) == (IncidentState.CLOSED, one.id)
    assert [each.time for each in whole.timeline] == sorted(each.time for each in whole.timeline)


def test_state_and_timeline() -> None:
    incident = acted(opened(detection()), [block(until=NOW + 60)], ["`x` is spared"], NOW, contained=True)
    assert incident.state is IncidentState.CONTAINED
    assert [each.what for each in incident.timeline] == [Happening.DETECTED, Happening.MEASURE, Happening.SPARED]
    again = joined(incident, detection("b", NOW + 1))
    assert again.state is IncidentState.OPEN
    undone = lifted(incident, [block()], NOW + 2)
    assert (undone.state, undone.timeline[-1].text) == (IncidentState.OPEN, "lifted: blocked 203.0.113.7")
    assert lifted(incident, [], NOW + 2) is incident


def test_over_is_what_was_quiet_for_a_day_and_holds_nobody() -> None:
    incident = acted(opened(detection()), [block(until=NOW + 2 * TOGETHER)], [], NOW, contained=True)
    assert not is_over(incident, NOW + TOGETHER + 1)
    assert is_over(incident, NOW + 2 * TOGETHER)
    assert not is_over(opened(detection()), NOW + TOGETHER - 1)
    assert is_over(opened(detection()), NOW + TOGETHER)


def test_bounds() -> None:
    incident = opened(detection())
    for number in range(300):
        incident = joined(incident, by(f"a:{number}", f"d{number}", NOW + number))
    assert len(incident.timeline) <= MOST_ENTRIES
    assert incident.timeline[0].time == NOW
    assert incident.timeline[-1].time == NOW + 299
    assert len(incident.named.principals) == MOST_PARTIES
    assert incident.left_out == 100
    assert incident.count == 301


def test_undoing_lifts_exactly_what_was_taken_because_of_it() -> None:
    own, other, by_hand = block(incident="x"), block("198.51.100.1", incident="y"), block("198.51.100.2")
    left, gone = without_those_of(opened(detection()), [own, other, by_hand])
    assert (left, gone) == ((own, other, by_hand), ())
    mine = block("198.51.100.3", incident=opened(detection()).id)
    assert without_those_of(opened(detection()), [own, mine, other])[1] == (mine,)
