"""What is done about a detection."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.respond.samples import NOW, block, by, detection, named

from garrison.config.respond import (
    DEFAULT_PROFILES,
    LONGEST,
    ProfileSettings,
    RespondSettings,
    StepSettings,
    parse_span,
)
from garrison.core.countermeasure import Action, Countermeasure, Key, Scope, reinforced
from garrison.core.detection import Confidence, Detection, RuleId, Severity
from garrison.core.incident import IncidentId
from garrison.respond.profiles import Decided, Situation, decide, lasting

ONE = IncidentId("0123456789abcdef")


def decided(
    given: Detection,
    mode: str = "enforce",
    *,
    times: int = 0,
    now: float = NOW,
    never: tuple[str, ...] = (),
    **more: Any,
) -> Decided:
    in_force: list[Countermeasure] = more.pop("in_force", [])
    settings = RespondSettings(mode=mode, **more)  # type: ignore[arg-type]  # one of its three

    def earlier(key: Key, simulated: bool) -> int:
        assert simulated is (mode == "monitor")
        return times

    return decide(given, ONE, settings, Situation(never, {each.key: each for each in in_force}, earlier, now))


def told(found: Decided) -> list[tuple[str, str, float]]:
    return [(each.action, each.value, (each.until or 0) - each.since) for each in found.taken]


def test_shipped_profiles() -> None:
    lookup = detection(rule=RuleId("enumeration-anonymous"))
    assert told(decided(lookup)) == [("block", "203.0.113.7", 86400.0)]
    assert told(decided(lookup, times=1)) == [("block", "203.0.113.7", 7 * 86400.0)]
    certain = by("shop:ada", severity=Severity.HIGH, confidence=Confidence.HIGH)
    assert told(decided(certain)) == [("block", "shop:ada", 90 * 86400.0)]
    severe = by("shop:ada", rule=RuleId("bola-probing"), confidence=Confidence.MEDIUM)
    assert told(decided(severe)) == [("block", "shop:ada", 3600.0)]
    assert told(decided(severe, times=2)) == [("block", "shop:ada", 16 * 3600.0)]
    assert told(decided(severe, times=50)) == [("block", "shop:ada", 90 * 86400.0)]
    stolen = detection(rule=RuleId("token-theft-proven"), group=(("token", "t1"),), named=named(tokens=["t1"]))
    (measure,) = decided(stolen).taken
    assert (measure.action, measure.scope, measure.value, measure.issued_before) == (
        Action.REVOKE, Scope.TOKEN, "t1", NOW,
    )  # fmt: skip
    spread = detection(group=(("operation", "getPet"),), named=named(operations=["getPet"], peers=["a", "b"]))
    assert decided(spread).taken == (), "what is done to an operation is done to everybody"
    doubtful = by("shop:ada", rule=RuleId("drift"), severity=Severity.MEDIUM)
    (measure,) = decided(doubtful).taken
    assert (measure.action, measure.requests, measure.seconds) == (Action.THROTTLE, 60, 60)
    for mild in (by("a:1", severity=Severity.LOW), by("a:1", confidence=Confidence.LOW)):
        assert decided(mild) == Decided("", (), (), is_contained=False)


def test_monitor_mode_only_simulates_and_off_does_nothing() -> None:
    (measure,) = decided(detection(), "monitor").taken
    assert measure.simulated
    assert not decided(detection(), "monitor").is_contained
    assert decided(detection(), "off").taken == ()
    (measure,) = decided(detection()).taken
    assert (measure.simulated, measure.incident, measure.reason) == (False, ONE, "enumeration")
    assert decided(detection()).is_contained


def test_what_is_in_force_is_not_taken_again() -> None:
    before = block(since=NOW - 100, until=NOW + 100, reason=detection().rule)
    found = decided(detection(), in_force=[before])
    assert (found.taken, found.is_contained) == ((), True)
    assert told(decided(detection(), in_force=[block(since=NOW - 200, until=NOW - 100)]))
    simulated = block(since=NOW - 100, until=NOW + 100, reason=detection().rule, simulated=True)
    assert told(decided(detection(), in_force=[simulated])), "what only simulates stops nobody"
    assert decided(detection(), "monitor", in_force=[simulated]).taken == ()


def test_a_short_block_does_not_shield_from_a_longer_one() -> None:
    (hour,) = decided(by("shop:ada", rule=RuleId("bola-probing"), confidence=Confidence.MEDIUM)).taken
    certain = by("shop:ada", time=NOW + 60, rule=RuleId("scraping"), confidence=Confidence.HIGH)
    assert told(decided(certain, now=NOW + 60, in_force=[hour])) == [("block", "shop:ada", 90 * 86400.0)]
    (months,) = decided(certain).taken
    mild = by("shop:ada", time=NOW + 120, rule=RuleId("bola-probing"), confidence=Confidence.MEDIUM)
    assert decided(mild, now=NOW + 120, in_force=[months], times=1).taken == ()
    other = by("shop:ada", time=NOW + 60, rule=RuleId("enumeration"), confidence=Confidence.MEDIUM)
    assert decided(other, now=NOW + 60, in_force=[hour], times=1).taken == (), "two rules saw the same"


def by_then(step: StepSettings, time: float, *in_force: Countermeasure, **more: Any) -> tuple[Countermeasure, ...]:
    """What is taken of one step because of a principal that was seen at `time`."""
    given = by("shop:ada", time=time, **more)
    return decided(given, now=time, in_force=list(in_force), profiles=(ProfileSettings("one", then=(step,)),)).taken


@pytest.mark.parametrize("do", ["revoke", "step-up"])
def test_who_goes_on_with_a_newer_credential_is_met_again(do: Any) -> None:
    step = StepSettings(do=do, of="principal")
    (first,) = by_then(step, NOW)
    assert by_then(step, NOW + 5, first, rule=RuleId("other")) == (), "it may have been seen of the credential that was"
    (again,) = by_then(step, NOW + 60, first)
    (held,) = reinforced([first], [again], NOW + 60)
    assert held.since == NOW + 60
    assert held.issued_before == (NOW + 60 if do == "revoke" else 0.0)
    operators = replace(first, until=None, incident="")
    (held,) = reinforced([operators], [again], NOW + 60)
    assert (held.until, held.since, held.issued_before) == (None, again.since, again.issued_before)
    assert reinforced([again], [first], NOW + 60) == (again,)


def test_a_revoked_token_has_no_newer_one() -> None:
    step = StepSettings(do="revoke", of="token")
    one: Any = {"group": (("token", "t1"),), "named": named(tokens=["t1"])}
    (first,) = by_then(step, NOW, **one)
    assert by_then(step, NOW + 60, first, **one) == ()


@pytest.mark.parametrize(
    ("do", "mild", "strict"),
    [
        ("throttle", {"rate": "60/min"}, {"rate": "6/min"}), ("throttle", {"rate": "6/min"}, {"rate": "1/10s"}),
        ("tighten", {"factor": 0.5}, {"factor": 0.1}),
    ],
)  # fmt: skip
def test_what_is_milder_takes_no_stricter_ones_place(do: Any, mild: Any, strict: Any) -> None:
    hour, day = {"do": do, "of": "principal", "span": "1h"}, {"do": do, "of": "principal", "span": "1d"}
    (short,) = by_then(StepSettings(**hour, **strict), NOW)
    assert by_then(StepSettings(**day, **mild), NOW + 60, short, rule=RuleId("other")) == ()
    (short,) = by_then(StepSettings(**hour, **mild), NOW)
    (longer,) = by_then(StepSettings(**day, **strict), NOW + 60, short, rule=RuleId("other"))
    assert reinforced([short], [longer], NOW + 60) == (longer,)


def test_the_same_detection_leads_to_the_same_measure_whenever_it_is_looked_at() -> None:
    first = decided(detection()).taken
    assert decided(detection(), now=NOW + 60, in_force=list(first)).taken == first
    assert decided(detection(), now=NOW + 86400).taken == ()


def test_whom_nothing_may_touch() -> None:
    found = decided(detection(), never=("203.0.113.0/24",))
    assert (found.taken, found.is_contained) == ((), False)
    assert found.spared == ("`203.0.113.7` is spared for the sake of `203.0.113.0/24`",)
    (measure,) = decided(detection(), never=("principal:a:1",)).taken
    assert measure.spares == ("principal:a:1",)


def test_the_first_profile_that_finds_somebody_counts() -> None:
    profiles = (
        ProfileSettings(name="a", tags=("owasp.api1",), then=(StepSettings(do="throttle"),)),
        ProfileSettings(name="b", then=(StepSettings(do="revoke", of="token"),)),
        ProfileSettings(name="c", parties=("peer",), then=(StepSettings(do="step-up"), StepSettings(do="tighten"))),
        ProfileSettings(name="d"),
    )
    assert decided(detection(), profiles=profiles).profile == "c"
    assert [each.action for each in decided(detection(), profiles=profiles).taken] == ["step-up", "tighten"]
    assert decided(detection(tags=("owasp.api1",)), profiles=profiles).profile == "a"
    assert decided(by("shop:ada"), profiles=profiles).profile == "d"


@pytest.mark.parametrize("profile", DEFAULT_PROFILES, ids=lambda each: each.name)
def test_shipped_profiles_last_as_long_as_they_say(profile: ProfileSettings) -> None:
    for step in profile.then:
        assert lasting(step, 0) == parse_span(step.span)
        assert lasting(step, 1000) <= parse_span(step.most) <= LONGEST
