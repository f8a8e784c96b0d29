"""Whose data an answer discloses, and what of theirs."""

from typing import Any

import pytest
from tests.unit.controls.acting import Stage, api, operation, principal

from garrison.core.decision import Phase
from garrison.core.exposure import Attribution, Disclosure

NUMBER = {"type": "string", "x-garrison-subject": "customer"}
PERSON = {
    "type": "object",
    "properties": {
        "number": NUMBER,
        "name": {"type": "string", "x-garrison-type": "name"},
        "contact": {"type": "object", "properties": {"email": {"type": "string", "x-garrison-type": "email"}}},
    },
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
