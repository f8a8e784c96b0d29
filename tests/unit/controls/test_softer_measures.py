"""Measures that do not shut out: throttles, step-ups, tightened budgets; and those that are only simulated."""

from typing import Any

import pytest
from tests.unit.controls.guests import Guests, Visit

from garrison.core.countermeasure import Action, Countermeasure, parse_target, reinforced
from garrison.engine.measures import Measures
from garrison.exposure.bills import tightness


def measure(action: Action, target: str, since: float = 100.0, **more: Any) -> Countermeasure:
    return Countermeasure(action, *parse_target(target), since, **more)


def guests(*measures: Countermeasure, settings: str = "") -> Guests:
    made = Guests(settings)
    made.policy.state.measures = Measures(measures)
    return made


def seen(visit: Visit) -> tuple[int, list[str], list[str]]:
    status = visit.end()
    assert visit.event
    return status, [each.id for each in visit.event.reasons], [each.id for each in visit.event.observed]


@pytest.mark.parametrize("target", ["192.0.2.0/24", "principal:a:1", "operation:search", "user-agent:curl"])
@pytest.mark.parametrize("limits", ["", "controls: {rate-limit: {limits: [{name: each, rate: 9/s}]}}"])
def test_throttle_lets_some_through_and_says_when_to_come_back(target: str, limits: str) -> None:
    made = guests(measure(Action.THROTTLE, target, requests=2, seconds=60), settings=limits)
    told: dict[str, Any] = {"headers": (("user-agent", "curl/8"),), "now": 200.0}
    assert [made.status("a:1", **told) for _ in range(2)] == [200, 200]
    visit = made.begin("a:1", **told)
    assert seen(visit)[:2] == (429, ["throttled"])
    assert visit.headers["retry-after"] == "30"
    other: dict[str, Any] = {"peer": "198.51.100.1", "line": "GET /override", "now": 200.0}
    assert made.status("a:2", **other) == 200
    assert made.status("a:1", **{**told, "now": 230.0}) == 200


def test_all_whom_a_throttle_names_share_it() -> None:
    made = guests(measure(Action.THROTTLE, "192.0.2.0/24", requests=2, seconds=60))
    assert [made.status(f"a:{each}", peer=f"192.0.2.{each}", now=200.0) for each in range(1, 4)] == [200, 200, 429]


def test_each_throttle_counts_for_itself() -> None:
    wide = measure(Action.THROTTLE, "192.0.2.0/24", requests=100, seconds=60)
    narrow = measure(Action.THROTTLE, "192.0.2.1", requests=1, seconds=60)
    made = guests(wide, narrow)
    assert [made.status(now=200.0) for _ in range(2)] == [200, 429]
    named = [measure(Action.THROTTLE, "principal:a:1", requests=100), measure(Action.THROTTLE, "subject:1", requests=1)]
    made = guests(*named)
    assert [made.status("a:1", now=200.0) for _ in range(2)] == [200, 429]


def test_each_step_up_demands_its_own() -> None:
    old, new = measure(Action.STEP_UP, "principal:a:1"), measure(Action.STEP_UP, "operation:search", since=200.0)
    assert guests(old, new).status("a:1", now=230.0, facts={"issued": 150.0}) == 401
    assert guests(old, new).status("a:1", now=230.0, facts={"issued": 201.0}) == 200


def test_the_tightest_of_several_counts() -> None:
    made = guests(
        measure(Action.TIGHTEN, "principal:a:1", factor=0.5),
        measure(Action.TIGHTEN, "192.0.2.1", factor=0.1),
        measure(Action.TIGHTEN, "operation:search", factor=0.0, simulated=True),
    )
    facts = made.begin("a:1", now=200.0).exchange._facts  # what controls are given
    assert facts is not None
    assert tightness(facts).factor == 0.1


def test_step_up_refuses_credentials_that_are_older() -> None:
    made = guests(measure(Action.STEP_UP, "principal:a:1"))
    visit = made.begin("a:1", now=130.0, facts={"issued": 99.0})
    assert seen(visit)[:2] == (401, ["step-up-demanded"])
    challenge = visit.headers["www-authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="30"' in challenge
    assert made.status("a:1", now=130.0, facts={"issued": 101.0}) == 200
    assert made.status("a:2", now=130.0) == 200


def test_step_up_is_not_met_by_a_refreshed_token() -> None:
    made = guests(measure(Action.STEP_UP, "principal:a:1"))
    assert made.status("a:1", now=130.0, facts={"issued": 120.0, "claims": {"auth_time": 50}}) == 401
    assert made.status("a:1", now=130.0, facts={"issued": 120.0, "claims": {"auth_time": 101}}) == 200


@pytest.mark.parametrize("target", ["192.0.2.1", "operation:search"])
def test_step_up_demands_that_anonymous_ones_prove_something(target: str) -> None:
    made = guests(measure(Action.STEP_UP, target))
    visit = made.begin(now=130.0)
    assert seen(visit)[:2] == (401, ["authentication-demanded"])
    assert visit.headers["www-authenticate"] == 'Bearer realm="api"'
    assert made.status("a:1", now=130.0, facts={"issued": 120.0}) == 200


@pytest.mark.parametrize(
    ("action", "target", "reason"),
    [
        (Action.BLOCK, "192.0.2.1", "network-blocked"),
        (Action.BLOCK, "principal:a:1", "principal-blocked"),
        (Action.REVOKE, "principal:a:1", "credential-revoked"),
        (Action.STEP_UP, "principal:a:1", "step-up-demanded"),
        (Action.THROTTLE, "192.0.2.1", "throttled"),
        (Action.THROTTLE, "principal:a:1", "throttled"),
    ],
)
def test_simulated_measures_deny_nothing_and_are_observed(action: Action, target: str, reason: str) -> None:
    made = guests(measure(action, target, simulated=True, issued_before=1000.0, requests=1))
    found = [seen(made.begin("a:1", now=200.0)) for _ in range(2)]
    assert {status for status, _, _ in found} == {200}
    assert found[-1][1:] == ([], [reason])
    made = guests(measure(action, target, simulated=False, issued_before=1000.0, requests=1))
    assert [made.status("a:1", now=200.0) for _ in range(2)][-1] != 200


def test_a_simulated_measure_hides_no_other() -> None:
    made = guests(measure(Action.BLOCK, "192.0.2.0/24", simulated=True), measure(Action.BLOCK, "192.0.2.1"))
    assert made.status(now=200.0) == 403
    named = [measure(Action.BLOCK, "principal:a:1", simulated=True), measure(Action.BLOCK, "subject:1")]
    assert guests(*named).status("a:1", now=200.0) == 403
    assert guests(*named[::-1]).status("a:1", now=200.0) == 403


def test_other_actions_do_not_block() -> None:
    soft = [measure(Action.TIGHTEN, "192.0.2.1"), measure(Action.TIGHTEN, "principal:a:1")]
    assert guests(*soft).status("a:1", now=200.0) == 200


@pytest.mark.parametrize("spared", ["principal:a:1", "client:sync", "192.0.2.0/28"])
@pytest.mark.parametrize("action", [Action.STEP_UP, Action.TIGHTEN, Action.THROTTLE])
def test_whom_a_measure_spares_it_does_not_touch(spared: str, action: Action) -> None:
    some = measure(action, "operation:search", spares=(spared,), requests=1)
    made = guests(some)
    told: dict[str, Any] = {"now": 200.0, "facts": {"client": "sync"}}
    assert [made.status("a:1", **told) for _ in range(3)] == [200, 200, 200]
    if action is not Action.TIGHTEN:
        other = {"now": 200.0, "peer": "198.51.100.1"}
        assert [made.status("a:2", **other) for _ in range(2)][-1] in {401, 429}


@pytest.mark.parametrize("spared", ["principal:a:1", "client:sync"])
@pytest.mark.parametrize("target", ["192.0.2.1", "operation:search"])
def test_a_block_by_origin_spares_whoever_proves_to_be_spared_and_tells_the_others_nothing(
    spared: str, target: str
) -> None:
    some = measure(Action.BLOCK, target, spares=(spared,))
    made = guests(some)
    known: dict[str, Any] = {"now": 200.0, "facts": {"client": "sync"}}
    assert seen(made.begin("a:1", **known)) == (200, [], [])
    assert {made.begin(who, now=200.0).reply for who in ("", "a:2")} == {guests(some).begin(now=200.0).reply}
    flat = measure(Action.BLOCK, "192.0.2.0/24")
    assert guests(some, flat).status("a:1", **known) == 403
    assert guests(flat, some).status("a:1", **known) == 403


def test_a_simulated_block_by_origin_notes_nothing_of_whom_it_spares() -> None:
    made = guests(measure(Action.BLOCK, "192.0.2.1", spares=("principal:a:1",), simulated=True))
    assert seen(made.begin("a:1", now=200.0)) == (200, [], [])
    assert seen(made.begin("a:2", now=200.0)) == (200, [], ["network-blocked"])


def test_stronger_measures_stay() -> None:
    long, short = (measure(Action.BLOCK, "192.0.2.1", until=until) for until in (900.0, 500.0))
    forever = measure(Action.BLOCK, "192.0.2.1")
    simulated = measure(Action.BLOCK, "192.0.2.1", simulated=True)
    assert reinforced([long], [short], 200.0) == (long,)
    assert reinforced([short], [long], 200.0) == (long,)
    assert reinforced([forever], [long], 200.0) == (forever,)
    assert reinforced([short], [simulated], 200.0) == (short,)
    assert reinforced([simulated], [short], 200.0) == (short,)
    assert reinforced([long], [short], 1000.0) == (short,)
