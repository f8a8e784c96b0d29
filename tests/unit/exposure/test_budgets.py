"""How many people anyone may see: what does not leave, who is kept out, and what costs nothing."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.acting import Seen, Stage, api, operation, principal

from garrison.config.load import load_settings
from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.decision import Disposition
from garrison.core.principal import Principal
from garrison.engine.measures import Measures
from garrison.engine.spaces import Release
from garrison.exposure.budgeting import names_of
from garrison.wiring import build_policy

NUMBER = {"type": "string", "x-garrison-subject": "customer"}
PERSON = {
    "type": "object",
    "properties": {"number": NUMBER, "secret": {"type": "string", "x-garrison-read-scope": "all"}},
}
IN_PATH = {"name": "number", "in": "path", "required": True, "schema": NUMBER}
LOOKUP = {"type": "object", "properties": {"numbers": {"type": "array", "items": NUMBER}}}
PATHS = {
    "/people": {"get": operation({"type": "array", "items": PERSON})},
    "/people/{number}": {"parameters": [IN_PATH], "get": operation(PERSON)},
    "/vans": {"get": operation({"properties": {"van": {"x-garrison-subject": "vehicle"}}})},
    "/lookups": {"post": operation({"type": "array", "items": PERSON}, LOOKUP)},
    "/tariffs": {"get": operation({"type": "object"})},
}
ADA = principal("ada", account="1")
BOB = principal("bob", account="2")


def stage(budget: str = "", own: str = "", mode: str = "enforce", more: str = "") -> Stage:
    told = f"exposure: {{mode: {mode}, kinds: {{customer: {{claim: account}}}}, budgets: [{budget}], {own}}}"
    return Stage(api(PATHS), f"{told}, response-schema: {{mode: off}}", more)


def people(scene: Stage, *numbers: int, who: Principal | None = ADA, now: float = 1000.0, **more: Any) -> Seen:
    return scene.ask(who, "GET /people", answer=[{"number": str(each)} for each in numbers], now=now, **more)


def one(scene: Stage, number: int, who: Principal | None = ADA, now: float = 1000.0, **more: Any) -> Seen:
    return scene.ask(who, f"GET /people/{number}", answer={"number": str(number)}, now=now, **more)


def test_the_one_beyond_the_limit_does_not_leave_and_those_seen_cost_nothing() -> None:
    scene = stage("{name: hour, limit: 3}")
    assert [one(scene, number).status for number in (2, 3, 4)] == [200, 200, 200]
    refused = people(scene, 2, 5)
    assert (refused.status, refused.reasons) == (403, ("budget-exceeded response",))
    assert refused.event.reasons[0].detail == "`hour`: 3 of 3 in 1h, 1 more"
    assert refused.event.exposed == ()
    assert people(scene, 2, 3, 4).status == 200
    assert people(scene, 5, who=BOB).status == 200, "another's budget is another's"
    assert one(scene, 5, now=1000.0 + 3601).status == 200, "an hour later they count no more"


def test_an_answer_that_is_judged_late_is_judged_as_of_now() -> None:
    scene = stage("{name: minute, limit: 3, window: 1m}")
    assert people(scene, 2, 3, now=1000.25).status == 200
    assert people(scene, 4, 5, now=1061.25).status == 200
    assert people(scene, 2, 3, now=1060.25).status == 403, "they had left the window before, and there is no room"
    assert people(scene, 4, 5, now=1060.25).status == 200


def test_ones_own_data_are_free() -> None:
    scene = stage("{name: hour, limit: 1}")
    assert [one(scene, number).status for number in (2, 1, 1)] == [200, 200, 200]
    assert one(scene, 3).status == 403


def test_who_asks_for_somebody_new_when_nothing_is_left_never_reaches_the_api() -> None:
    scene = stage("{name: hour, limit: 1}")
    one(scene, 2)
    refused = scene.ask(ADA, "GET /people/3", answer=b"never seen")
    assert (refused.status, refused.reasons, refused.event.upstream) == (403, ("budget-exceeded",), 0)
    assert refused.event.response_bytes == 0
    asked = scene.ask(ADA, "POST /lookups", {"numbers": ["2", "4"]}, answer=b"never seen")
    assert asked.reasons == ("budget-exceeded body",)
    assert scene.ask(ADA, "POST /lookups", {"numbers": ["1", "2"]}, answer=[{"number": "2"}]).status == 200


def test_who_is_held_is_kept_out_of_everything_until_released() -> None:
    scene = stage("{name: hour, limit: 1, then: hold}, {name: day, limit: 5, window: 1d}")
    one(scene, 2)
    exceeded = people(scene, 3)
    assert list(names_of(exceeded.event.reasons)) == ["hour"]
    for line in ("GET /people/2", "GET /tariffs"):
        held = scene.ask(ADA, line, answer={"number": "2"}, now=9e6)
        assert (held.status, held.reasons, held.event.reasons[0].detail) == (403, ("budget-held",), "`hour`")
    assert one(scene, 2, who=BOB).status == 200
    scene.state.budgets.releases = frozenset({Release(1001.0, "principal", BOB.id), Release(1001.0, "peer", ADA.id)})
    assert one(scene, 2).status == 403, "another was released"
    scene.state.budgets.releases |= {Release(1001.0, "principal", ADA.id)}
    assert one(scene, 3).status == 200
    assert one(scene, 4).status == 403


def test_who_comes_too_quickly_is_told_when_to_come_again() -> None:
    scene = stage("{name: hour, limit: 2, then: throttle}")
    one(scene, 2, now=1000.0)
    one(scene, 3, now=1600.0)
    refused = people(scene, 4, now=2000.0)
    assert (refused.status, refused.headers["retry-after"]) == (429, "2600")
    assert people(scene, 4, now=4600.0).status == 200
    assert people(scene, 5, 6, 7, now=4600.0).headers["retry-after"] == "3600", "never: a whole window is said"


def test_what_only_alerts_is_on_record() -> None:
    scene = stage("{name: hour, limit: 1, then: alert}")
    assert one(scene, 2).event.observed == ()
    alerted = one(scene, 3)
    assert (alerted.status, alerted.event.reasons, alerted.event.disposition) == (200, (), Disposition.LOGGED)
    assert [(each.id, each.detail) for each in alerted.event.observed] == [
        ("budget-exceeded", "`hour`: 1 of 1 in 1h, 1 more")
    ]
    (exposed,) = alerted.event.exposed
    assert len(exposed.subjects) == 1


def test_what_is_monitored_holds_nobody_and_counts() -> None:
    scene = stage("{name: hour, limit: 1, then: hold}", mode="monitor")
    one(scene, 2)
    for number in (3, 4):
        seen = one(scene, number)
        assert (seen.status, [each.id for each in seen.event.observed]) == (200, ["budget-exceeded"])
        assert seen.event.exposed
    assert not scene.state.budgets.holds


def test_who_is_new_may_see_less() -> None:
    scene = stage("{name: hour, limit: 3, new: {within: 1d, limit: 1}}")
    assert [one(scene, number).status for number in (2, 3)] == [200, 403]
    later = 1000.0 + 86400
    assert [one(scene, number, now=later).status for number in (3, 4, 5, 6)] == [200, 200, 200, 403]


@pytest.mark.parametrize(
    ("who", "limit"),
    [
        (ADA, 2),
        (BOB, 1),
        (principal("eve", roles="support clerk"), 3),
        (principal("eve", roles="support", scopes="x"), 4),
    ],
)
def test_some_may_see_more_or_less(who: Principal, limit: int) -> None:
    allowances = (
        "{principals: ['r:bob'], limit: 1}, {roles: [support], scopes: [x], limit: 4}, {roles: [support], limit: 3}"
    )
    scene = stage(f"{{name: hour, limit: 2, for: [{allowances}]}}")
    assert sum(one(scene, number, who=who).status == 200 for number in range(10, 20)) == limit


def test_a_role_makes_nobody_known_and_a_name_does() -> None:
    new = "new: {within: 1d, limit: 1}, for: [{roles: [support], limit: 5}, {principals: ['r:bob'], limit: 2}]"
    scene = stage(f"{{name: hour, limit: 3, {new}}}")
    eve = principal("eve", roles="support")
    assert sum(one(scene, number, who=eve).status == 200 for number in range(10, 20)) == 1
    assert sum(one(scene, number, who=BOB).status == 200 for number in range(10, 20)) == 2


@pytest.mark.parametrize(
    ("per", "others", "together"),
    [
        ("principal", [(ADA, "10.0.0.1"), (BOB, "10.0.0.1")], False),
        ("principal", [(ADA, "10.0.0.1"), (ADA, "10.9.0.1")], True),
        ("principal", [(None, "10.0.0.1"), (None, "10.0.0.1")], True),
        ("principal", [(None, "10.0.0.1"), (None, "10.0.0.2")], False),
        ("client", [(ADA, "10.0.0.1"), (BOB, "10.9.0.1")], True),
        ("peer", [(ADA, "2001:db8::1"), (BOB, "2001:db8::2")], True),
        ("peer", [(ADA, "10.0.0.1"), (ADA, "10.0.0.2")], False),
        ("network", [(None, "10.0.0.1"), (None, "10.0.0.2")], True),
        ("network", [(None, "10.0.0.1"), (None, "10.0.1.2")], False),
        ("operation", [(ADA, "10.0.0.1"), (BOB, "10.9.0.1")], True),
        ("all", [(ADA, "10.0.0.1"), (BOB, "10.9.0.1")], True),
    ],
)
def test_whose_exposures_count_together(per: str, others: list[tuple[Principal | None, str]], together: bool) -> None:
    scene = stage(f"{{name: hour, limit: 1, per: {per}}}")
    (first, here), (second, there) = others
    assert people(scene, 5, who=first, peer=here).status == 200
    assert (people(scene, 6, who=second, peer=there).status == 403) is together


def test_a_budget_counts_its_kind_and_its_operations() -> None:
    scene = stage(
        "{name: cars, subject: vehicle, limit: 1}, {name: lists, limit: 2, match: [GET /people]},{name: all, limit: 4}"
    )
    assert scene.ask(ADA, "GET /vans", answer={"van": "a"}, now=1000.0).status == 200
    assert scene.ask(ADA, "GET /vans", answer={"van": "b"}, now=1000.0).event.reasons[0].detail.startswith("`cars`")
    assert people(scene, 5, 6).status == 200
    assert people(scene, 7).event.reasons[0].detail.startswith("`lists`")
    assert one(scene, 7).status == 200
    assert one(scene, 8).event.reasons[0].detail.startswith("`all`")


def test_a_list_is_cut_where_the_budget_ends() -> None:
    scene = stage("{name: hour, limit: 3, then: hold}, {name: day, limit: 9, window: 1d}", "lists: cut")
    one(scene, 9)
    cut = people(scene, 2, 3, 4, 9, 5)
    assert (cut.status, cut.value) == (200, [{"number": "2"}, {"number": "3"}, {"number": "9"}])
    assert cut.event.disposition is Disposition.REWRITTEN
    assert [each.detail for each in cut.event.reasons] == ["`hour`: 1 of 3 in 1h, 4 more, held until released"]
    (exposed,) = cut.event.exposed
    assert len(exposed.subjects) == 3, "what was taken out was not disclosed"
    assert people(scene, 2).reasons == ("budget-held",)


def test_a_cut_list_has_nothing_that_another_control_takes_out() -> None:
    scene = stage("{name: hour, limit: 1}", "lists: cut", more="operations: []")
    scene = Stage(
        api(PATHS),
        "exposure: {mode: enforce, lists: cut, budgets: [{name: hour, limit: 1}]}, field-access: {action: strip}",
    )
    scene.ask(ADA, "GET /people", answer=[{"number": "3"}], now=1000.0)
    shown = [{"number": "2"}, {"number": "3", "secret": "x"}]
    cut = scene.ask(ADA, "GET /people", answer=shown, now=1000.0)
    assert (cut.status, cut.value) == (200, [{"number": "3"}])


def test_who_is_taken_out_of_an_answer_takes_no_place() -> None:
    hidden = {"type": "object", "properties": {"number": NUMBER, "other": {**NUMBER, "x-garrison-read-scope": "all"}}}
    scene = Stage(
        api({"/people": {"get": operation({"type": "array", "items": hidden})}}),
        "exposure: {mode: enforce, budgets: [{name: hour, limit: 3}]}, field-access: {action: strip}",
    )
    seen = scene.ask(ADA, "GET /people", answer=[{"number": each, "other": "9"} for each in "23"], now=1000.0)
    assert (seen.status, seen.value) == (200, [{"number": each} for each in "23"])
    assert scene.state.budgets.subjects == 2
    asked = [scene.ask(ADA, "GET /people", answer=[{"number": each}], now=1000.0) for each in "2567"]
    assert [each.status for each in asked] == [200, 200, 403, 403]


def test_what_names_no_item_cannot_be_cut() -> None:
    scene = stage("{name: hour, limit: 1}", "lists: cut")
    one(scene, 2)
    assert one(scene, 3).status == 403


def test_an_exception_lets_it_leave_and_it_counts() -> None:
    excepted = "except: [{reason: budget-exceeded, principal: 'r:ada', expires: 2100-01-01}]"
    for lists in ("refuse", "cut"):
        scene = stage("{name: hour, limit: 1, then: hold}", f"lists: {lists}, {excepted}")
        seen = people(scene, 5, 6, 7)
        assert (seen.status, seen.value) == (200, [{"number": str(each)} for each in (5, 6, 7)])
        assert len(seen.event.exposed[0].subjects) == 3
        assert not scene.state.budgets.holds
        space = next(iter(scene.state.budgets.spaces.values()))
        known = scene.state.budgets.find(space, ADA.id)
        assert known is not None
        assert len(known.recent) + known.lost == 3


def tightened(scene: Stage, factor: float, **more: Any) -> None:
    measure = Countermeasure(Action.TIGHTEN, Scope.PRINCIPAL, ADA.id, 0.0, factor=factor, **more)
    scene.policy.state.measures = Measures([measure])


def test_a_measure_tightens_budgets_while_it_holds() -> None:
    scene = stage("{name: hour, limit: 4, then: hold}")
    tightened(scene, 0.5, until=2000.0)
    assert [one(scene, number).status for number in (2, 3)] == [200, 200]
    refused = one(scene, 4)
    assert (refused.status, refused.reasons) == (403, ("budget-tightened",))
    assert "tightened by `principal:" in refused.event.reasons[0].detail
    assert people(scene, 2, 3).status == 200, "who was seen costs nothing"
    assert people(scene, 2, 3, 4).reasons == ("budget-tightened response",)
    assert [one(scene, number, who=BOB).status for number in (3, 4, 5)] == [200, 200, 200]
    assert not list(names_of(refused.event.reasons))
    assert [one(scene, number, now=2000.0).status for number in (4, 5)] == [200, 200], "nobody was held for it"
    assert one(scene, 6, now=2000.0).reasons == ("budget-exceeded",)


def test_a_list_is_cut_where_a_tightened_budget_ends() -> None:
    scene = stage("{name: hour, limit: 4}", "lists: cut")
    tightened(scene, 0.5)
    cut = people(scene, 2, 3, 4)
    assert cut.value == [{"number": "2"}, {"number": "3"}]
    assert cut.reasons == ("budget-tightened response",)


def test_simulated_tightening_only_tells() -> None:
    scene = stage("{name: hour, limit: 4}")
    tightened(scene, 0.25, simulated=True)
    found = [one(scene, number) for number in (2, 3)]
    assert [each.status for each in found] == [200, 200]
    assert [[one.id for one in each.event.observed] for each in found] == [[], ["budget-tightened"]]
    assert "(simulated)" in found[1].event.observed[0].detail


def test_nothing_is_left_of_a_budget_that_is_tightened_to_nothing() -> None:
    scene = stage("{name: hour, limit: 4}")
    tightened(scene, 0.0)
    refused = scene.ask(ADA, "GET /people/3", answer=b"never seen")
    assert (refused.reasons, refused.event.response_bytes) == (("budget-tightened",), 0)
    assert one(scene, 1).status == 200, "ones own data are free"


def test_by_default_an_hour_a_day_and_a_month_are_watched() -> None:
    scene = Stage(api(PATHS), "response-schema: {mode: off}")
    for first in range(0, 600, 100):
        seen = people(scene, *range(first, first + 100))
    assert [each.detail for each in seen.event.observed] == [
        "`hour`: 500 of 200 in 1h, 100 more",
        "`day`: 500 of 500 in 1d, 100 more",
    ]


@pytest.mark.parametrize("own", ["exposure: {mode: off}", "exposure: {mode: enforce}"])
def test_all_is_calm_at_first_whether_anybody_is_counted(own: str) -> None:
    """So that no request is looked at beforehand for nothing."""
    settings = load_settings(f"contract: {{file: /api.json}}\ncontrols: {{{own}}}".encode(), "garrison.yaml")
    policy = build_policy(settings, read=lambda _: msgspec.json.encode(api(PATHS)))
    assert policy.state.budgets.calm is None
    assert policy.state.is_calm()
