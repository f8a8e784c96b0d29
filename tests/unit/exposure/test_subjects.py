"""Whose data an answer discloses, and what of theirs."""

from typing import Any

import pytest
from tests.unit.controls.acting import Stage, api, operation, principal

from garrison.core.decision import Phase
from garrison.core.exposure import Attribution, Disclosure

NUMBER = {"type": "string", "x-garrison-subject": "customer"}
CONTACT = {"type": "object", "properties": {"email": {"type": "string", "x-garrison-type": "email"}}}
PERSON = {
    "type": "object",
    "properties": {"number": NUMBER, "name": {"type": "string", "x-garrison-type": "name"}, "contact": CONTACT},
}
IN_PATH = {"name": "number", "in": "path", "required": True, "schema": NUMBER}
PATHS = {
    "/people": {"get": operation({"type": "array", "items": PERSON})},
    "/people/{number}": {"parameters": [IN_PATH], "get": operation(PERSON)},
    "/people/{number}/plan": {"parameters": [IN_PATH], "get": operation({"properties": {"plan": {}}})},
    "/tariffs": {"get": operation({"type": "object"})},
}
ADA = principal("ada", account="1")


def stage(own: str = "kinds: {customer: {claim: account}}") -> Stage:
    return Stage(api(PATHS), f"exposure: {{{own}}}, response-schema: {{mode: off}}")


def names(scene: Stage, *names: str) -> tuple[str, ...]:
    return tuple(scene.state.pseudonyms.digest("customer", name) for name in names)


def test_each_subject_of_an_answer_is_one_exposure_with_what_was_shown_of_it() -> None:
    scene = stage()
    people = [
        {"number": "1", "name": "A"},
        {"number": "2", "name": "B", "contact": {"email": "b@example.com"}},
        {"number": "3", "name": "C", "contact": {"email": "c@example.com"}},
        {"number": "2"},
    ]
    event = scene.ask(ADA, "GET /people", answer=people).event
    assert event.attribution is Attribution.ANNOTATED
    first, second = sorted(event.exposed, key=lambda each: each.types)
    assert second == Disclosure("customer", names(scene, "1"), ("name",), own=True)
    assert first.types == ("email", "name")
    assert sorted(first.subjects) == sorted(names(scene, "2", "3"))


def test_an_answer_that_names_nobody_is_about_the_one_who_was_asked_for() -> None:
    scene = stage()
    event = scene.ask(ADA, "GET /people/7/plan", answer={"plan": "x"}).event
    assert event.exposed == (Disclosure("customer", names(scene, "7"), (), own=False),)


def test_an_answer_that_names_its_subject_counts_it_once() -> None:
    scene = stage("")
    event = scene.ask(ADA, "GET /people/7", answer={"number": 7, "name": "G"}).event
    assert event.exposed == (Disclosure("customer", names(scene, "7"), ("name",), own=None),)


@pytest.mark.parametrize(
    ("answer", "more", "attribution"),
    [
        ([], {}, Attribution.ANNOTATED),
        ({"detail": "x"}, {"status": 404}, Attribution.NOTHING),
        (b"{", {}, Attribution.UNKNOWN),
    ],
)
def test_what_discloses_nobody(answer: Any, more: dict[str, Any], attribution: Attribution) -> None:
    event = stage().ask(ADA, "GET /people", answer=answer, **more).event
    assert (event.exposed, event.attribution) == ((), attribution)


def test_where_nothing_says_who_it_is_about_nothing_is_looked_at() -> None:
    scene = stage()
    assert scene.ask(ADA, "GET /tariffs", answer={"a": 1}).event.attribution is Attribution.NOTHING
    (plan,) = [each for each in scene.policy.plans if each.operation and each.operation.operation.path == "/tariffs"]
    (phases,) = [entry.phases for entry in plan.entries if entry.control == "exposure"]
    assert phases == (Phase.HEAD,), "who is held is kept out everywhere"


def test_what_did_not_leave_exposed_nobody() -> None:
    owned = {"properties": {"number": NUMBER, "by": {"x-garrison-owner": "account"}}}
    scene = Stage(api({"/mine": {"get": operation(owned)}}), "response-schema: {mode: off}")
    event = scene.ask(ADA, "GET /mine", answer={"number": "2", "by": "2"}).event
    assert (event.status, event.exposed, event.attribution) == (404, (), Attribution.NOTHING)


def test_an_answer_that_cannot_be_attributed_may_be_refused() -> None:
    event = stage("mode: enforce").ask(ADA, "GET /people", answer=b"{").event
    assert [(each.id, each.location) for each in event.reasons] == [("subjects-unreadable", "response")]


EMAIL = {"name": "email", "in": "query", "schema": {"type": "string", "x-garrison-subject": "customer"}}
PAGE = {
    "properties": {
        "data": {"properties": {"people": {"type": "array", "items": PERSON}}},
        "total": {"type": "integer"},
        "query": {"type": "string", "x-garrison-type": "email"},
        "cars": {
            "type": "array",
            "items": {"properties": {"vin": {"type": "string", "x-garrison-subject": "vehicle"}}},
        },
    }
}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"data": {"people": []}, "total": 0}, False),
        ({"data": {"people": []}, "cars": []}, False),
        ({"data": {"people": [{"number": "8"}]}}, True),
        ({"data": {}, "total": 0}, True),
        ({"total": 0}, True),
        ({"data": {"people": None}}, True),
        ({"data": {"people": []}, "query": "a@b.co"}, True),
        ({"data": {"people": {}}}, True),
    ],
)
def test_a_page_without_anybody_is_not_about_the_one_who_was_asked_for(answer: Any, told: bool) -> None:
    scene = Stage(api({"/people": {"get": {**operation(PAGE), "parameters": [EMAIL]}}}), "response-schema: {mode: off}")
    event = scene.ask(ADA, "GET /people?email=7", answer=answer).event
    assert bool(event.exposed) is told
    assert event.missed is not told


@pytest.mark.parametrize(
    ("schema", "answer", "attribution"),
    [
        ({"items": {"properties": {"customerId": {}, "email": {}}}}, [{"email": "a"}, {"email": "b"}], "unknown"),
        (
            {"properties": {"p": PERSON, "by": {"additionalProperties": CONTACT}}},
            {"by": {"7": {"email": "a"}}},
            "unknown",
        ),
        (PAGE, {"data": {"people": []}, "query": "a"}, "annotated"),
        (PAGE, {"total": 0}, "annotated"),
    ],
)
def test_whose_data_it_is_that_belongs_to_nobody_is_not_known(schema: Any, answer: Any, attribution: str) -> None:
    event = (
        Stage(api({"/people": {"get": operation(schema)}}), "exposure: {mode: enforce}")
        .ask(ADA, "GET /people", answer=answer)
        .event
    )
    assert (event.status, event.exposed, event.attribution) == (200, (), attribution)


STATEMENT = {
    "properties": {
        "balance": {"type": "number", "x-garrison-type": "income"},
        "payments": {"type": "array", "items": {"properties": {"by": NUMBER, "sum": {"type": "number"}}}},
    }
}
PAID: dict[str, Any] = {"balance": 5, "payments": [{"by": "1", "sum": 0.01}]}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (STATEMENT, PAID),
        ({"properties": {"data": STATEMENT}}, {"data": PAID}),
        ({"type": "array", "items": STATEMENT}, [PAID, {"payments": []}]),
    ],
)
def test_who_was_asked_for_is_told_of_though_others_are_named_within(schema: Any, answer: Any) -> None:
    """Else whoever pays somebody a cent is shown their balance as if it was their own."""
    own = "exposure: {infer: false, kinds: {customer: {claim: account}}}, response-schema: {mode: off}"
    scene = Stage(api({"/people/{number}/statement": {"parameters": [IN_PATH], "get": operation(schema)}}), own)
    event = scene.ask(ADA, "GET /people/7/statement", answer=answer).event
    assert Disclosure("customer", names(scene, "7"), ("income",), own=False) in event.exposed
    event = scene.ask(ADA, "GET /people/1/statement", answer=answer).event
    assert event.exposed == (Disclosure("customer", names(scene, "1"), ("income",), own=True),)


def test_who_names_themselves_is_not_told_of_twice_however_they_were_asked_for() -> None:
    health = {"properties": {"finding": {"type": "string", "x-garrison-type": "health"}, "by": NUMBER}}
    person = {"properties": {"number": NUMBER, "letters": {"type": "array", "items": health}}}
    schema = {"properties": {"data": person}}
    scene = Stage(api({"/people/{number}": {"parameters": [IN_PATH], "get": operation(schema)}}))
    answer = {"data": {"number": "7", "letters": [{"finding": "x", "by": "8"}]}}
    event = scene.ask(ADA, "GET /people/007", answer=answer).event
    assert {one for each in event.exposed for one in each.subjects} == set(names(scene, "7", "8"))


def test_an_empty_list_of_others_is_about_the_one_who_was_asked_for() -> None:
    cars = {"properties": {"cars": PAGE["properties"]["cars"]}}
    scene = Stage(api({"/people/{number}/cars": {"parameters": [IN_PATH], "get": operation(cars)}}))
    event = scene.ask(ADA, "GET /people/7/cars", answer={"cars": []}).event
    assert event.exposed == (Disclosure("customer", names(scene, "7"), (), own=None),)
