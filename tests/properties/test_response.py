"""The laws of the response: who is spared is never touched, nothing lasts too long, undoing lifts what was done."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.respond.samples import NOW, detection

from garrison.config.respond import LONGEST, ProfileSettings, RespondSettings, StepSettings, parse_span
from garrison.core.countermeasure import Action, Countermeasure, Scope, reinforced, shown
from garrison.core.detection import Confidence, Detection, Named, RuleId, Severity
from garrison.core.incident import IncidentId
from garrison.respond.incidents import opened, without_those_of
from garrison.respond.parties import Target, spared_by
from garrison.respond.profiles import Situation, decide, lasting

PRINCIPALS = ["shop:ada", "shop:bob", "shop:eve"]
CLIENTS = ["sync", "app"]
TOKENS = ["t1", "t2"]
PEERS = ["203.0.113.7", "203.0.113.8", "198.51.100.1", "2001:db8::1"]
OPERATIONS = ["getPet", "listPets"]
NEVER = [
    *(f"principal:{each}" for each in PRINCIPALS), *(f"client:{each}" for each in CLIENTS), *PEERS, "203.0.113.0/24",
    "198.51.0.0/16", "2001:db8::/32",
]  # fmt: skip


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(lambda each: tuple(sorted(each)))


named = st.builds(
    Named, some(PRINCIPALS), some(CLIENTS), some(TOKENS), some(PEERS), some(OPERATIONS).map(lambda each: each)
)


@st.composite
def detections(draw: st.DrawFn) -> Detection:
    who = draw(named)
    choices = [
        *(("principal", each) for each in who.principals), *(("client", each) for each in who.clients),
        *(("token", each) for each in who.tokens), *(("c-ip", each) for each in who.peers),
        *(("operation", each) for each in who.operations), ("network", "203.0.113.0/24"), ("hour", "7"),
    ]  # fmt: skip
    group = draw(st.lists(st.sampled_from(choices), unique_by=lambda each: each[0], max_size=3))
    return Detection(
        draw(st.text("abcdef", min_size=1, max_size=4)), NOW, NOW - 10, RuleId("rule"), "title",
        draw(st.sampled_from(Severity)), draw(st.sampled_from(Confidence)), tuple(group), 1.0, who,
    )  # fmt: skip


steps = st.builds(
    StepSettings,
    do=st.sampled_from(["block", "throttle", "step-up", "revoke", "tighten"]),
    of=st.sampled_from(["narrowest", "principal", "token", "client", "peer", "network", "operation"]),
    span=st.sampled_from(["30s", "1h", "90d", "366d"]),
    escalate=st.floats(1, 100),
    most=st.sampled_from(["1m", "1h", "90d", "366d"]),
)
profiles = st.lists(
    st.builds(ProfileSettings, name=st.just("p"), then=st.lists(steps, max_size=3).map(tuple)), max_size=3
)
nevers = st.lists(st.sampled_from(NEVER), unique=True, max_size=3).map(tuple)


@given(detections(), profiles, nevers, st.integers(0, 100))
def test_who_is_spared_is_never_touched(
    detection: Detection, given_profiles: list[ProfileSettings], never: tuple[str, ...], times: int
) -> None:
    settings = RespondSettings(mode="enforce", profiles=tuple(given_profiles))
    situation = Situation(never, {}, lambda *_: times, NOW)
    found = decide(detection, IncidentId("x"), settings, situation)
    for measure in found.taken:
        assert shown(measure) not in never
        assert spared_by(Target(measure.scope, measure.value), detection, never) is None
        assert measure.spares == never, "whoever comes later is told from others where it is enforced"
        for each in never:
            if measure.scope is Scope.NETWORK and each.startswith("principal:"):
                assert each.removeprefix("principal:") not in detection.named.principals
    assert not found.is_contained or found.taken


@given(steps, st.integers(0, 10_000))
def test_nothing_lasts_longer_than_it_may(step: StepSettings, times: int) -> None:
    least, most = parse_span(step.span), parse_span(step.most)
    found = lasting(step, times)
    assert 0 < found <= most <= LONGEST
    assert found >= min(least, most)
    assert lasting(step, times + 1) >= found, "it is never shorter the next time"


measures = st.builds(
    Countermeasure,
    st.sampled_from(Action),
    st.sampled_from([Scope.PRINCIPAL, Scope.CLIENT]),
    st.sampled_from(["a", "b", "c"]),
    st.just(NOW),
    st.none() | st.floats(NOW + 1, NOW + 1000),
    incident=st.sampled_from(["", "x", "y"]),
    simulated=st.booleans(),
)


@given(st.lists(measures, unique_by=lambda each: each.key), st.lists(measures, max_size=5))
def test_undoing_lifts_exactly_what_was_done(before: list[Countermeasure], taken: list[Countermeasure]) -> None:
    there = reinforced(before, taken, NOW)
    left, lifted = without_those_of(replace(opened(detection()), id=IncidentId("x")), there)
    assert {*left, *lifted} == set(there)
    assert all(each.incident == "x" for each in lifted)
    assert all(each.incident != "x" for each in left)


@given(st.lists(measures, unique_by=lambda each: each.key), st.lists(measures, max_size=5))
def test_what_is_taken_never_weakens_what_holds(before: list[Countermeasure], taken: list[Countermeasure]) -> None:
    there = {each.key: each for each in reinforced(before, taken, NOW)}
    for each in (*before, *taken):
        now = there[each.key]
        assert each.simulated or not now.simulated
        if now.simulated is each.simulated:
            assert now.until is None or (each.until is not None and each.until <= now.until)
