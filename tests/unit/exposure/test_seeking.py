"""Whom requests seek: asked and not found, never shown before, walked through. No raw name is in any event."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.acting import Seen, Stage, api, operation, principal

from garrison.config.exposure import LONGEST_WINDOW
from garrison.core.event import Event
from garrison.engine.pseudonyms import Pseudonyms

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "x-garrison-subject": "person"}
PERSON = {"type": "object", "properties": {"id": {"type": "string", "x-garrison-subject": "person"}, "name": {}}}
PAGE = {"type": "object", "properties": {"people": {"type": "array", "items": PERSON}, "total": {"type": "integer"}}}
CONTRACT = api({
    "/people/{id}": {"parameters": [ID], "get": operation(PERSON), "delete": operation({})},
    "/people": {
        "get": {
            **operation(PAGE),
            "parameters": [
                {"name": "q", "in": "query", "schema": {"type": "string"}},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
            ],
        },
        "post": operation(PAGE, {
            "properties": {
                "ids": {"type": "array", "items": {"type": "string", "x-garrison-subject": "person"}},
                "more": {"type": "string"},
            }
        }),
    },
    "/search": {"post": operation(PAGE, {"properties": {"text": {"type": "string"}}})},
    "/orders/{order}": {
        "get": {
            **operation({"properties": {"order": {"type": "integer", "x-garrison-object": "order"}}}),
            "parameters": [
                {"name": "order", "in": "path", "required": True, "schema": {"type": "integer"},
                 "x-garrison-object": "order"}
            ],
        }
    },
    "/orders": {
        "get": operation({"type": "array", "items": {"type": "integer", "x-garrison-object": "order"}})
    },
})  # fmt: skip
NOTHING_LEARNED = "response-schema: {mode: off}, exposure: {learning: 0, kinds: {person: {claim: person}}}"
ADA, BOB = principal("ada", person="1"), principal("bob", person="2")


@pytest.fixture
def stage() -> Stage:
    return Stage(CONTRACT, NOTHING_LEARNED)


def person(number: object) -> dict[str, str]:
    return {"id": str(number), "name": "N"}


def digest(stage: Stage, name: object, kind: str = "person") -> str:
    return stage.state.pseudonyms.digest(kind, str(name))


def get(stage: Stage, number: object, who: Any = ADA, **more: Any) -> Event:
    answer = more.pop("answer", person(number))
    return stage.ask(who, f"GET /people/{number}", None, answer, **more).event


# -- asked


def test_who_is_told_of_is_not_asked_as_well(stage: Stage) -> None:
    event = get(stage, 7)
    assert (event.asked, event.exposed[0].subjects) == ((), (digest(stage, 7),))


def test_who_is_not_found_is_asked(stage: Stage) -> None:
    event = get(stage, 7, status=404, answer={"error": "none"})
    assert (event.asked, event.exposed, event.missed) == ((digest(stage, 7),), (), True)


def test_who_is_told_of_though_another_was_asked_for_leaves_that_one_asked(stage: Stage) -> None:
    event = get(stage, 7, answer=person(8))
    assert (event.asked, event.exposed[0].subjects) == ((digest(stage, 7),), (digest(stage, 8),))


def test_of_many_asked_for_those_are_left_who_were_not_found(stage: Stage) -> None:
    body = {"ids": ["3", "4", "5", "4"]}
    event = stage.ask(ADA, "POST /people", body, {"people": [person(4)]}).event
    assert sorted(event.asked) == sorted([digest(stage, 3), digest(stage, 5)])
    assert event.unissued == 3


def test_a_refused_request_asked_as_well() -> None:
    stage = Stage(CONTRACT, NOTHING_LEARNED + ", function-access: {requires: {scopes: [people]}}")
    event = get(stage, 7)
    assert not event.allowed
    assert (event.asked, event.unissued, event.exposed) == ((digest(stage, 7),), 1, ())
    assert event.key == stage.state.pseudonyms.number


def test_an_answer_that_did_not_leave_disclosed_nobody() -> None:
    stage = Stage(CONTRACT, "response-schema: {mode: enforce}, exposure: {learning: 0}")
    event = get(stage, 7, answer={"id": "7", "name": "N", "other": 1}, returns=(("content-type", "text/html"),))
    assert not event.allowed
    assert event.asked == (digest(stage, 7),)
    assert not get(stage, 7).asked
    assert get(stage, 7).unissued == 0


def test_where_nobody_is_named_what_chooses_is_asked(stage: Stage) -> None:
    def asked(line: str, body: Any = None, answer: Any = None) -> tuple[str, ...]:
        return stage.ask(ADA, line, body, answer if answer is not None else {"people": []}).event.asked

    one, other = asked("GET /people?q=ada"), asked("GET /people?q=bob")
    assert len(one) == len(other) == 1
    assert one != other
    assert asked("GET /people?q=ada") == one
    assert asked("GET /people") == ()
    assert asked("POST /search", {"text": "a"}) != asked("POST /search", {"text": "b"}) != ()
    assert asked("GET /people?q=ada", answer={"people": [person(3)]}) == (), "it was found"


def test_an_unread_body_leaves_open_what_was_asked(stage: Stage) -> None:
    sends = (("content-type", "application/octet-stream"),)
    assert stage.ask(ADA, "POST /search", b"text", {"people": []}, sends=sends).event.asked == ()


# -- missed


@pytest.mark.parametrize(
    ("line", "status", "answer", "missed"),
    [
        ("GET /people/7", 404, {}, True),
        ("GET /people/7", 410, msgspec.UNSET, True),
        ("GET /people/7", 403, {}, False),
        ("GET /people/7", 500, {}, False),
        ("GET /people/7", 200, {}, True),
        ("GET /people/7", 204, msgspec.UNSET, True),
        ("GET /people/7", 200, {"id": "7"}, False),
        ("GET /people?q=a", 200, {"people": [], "total": 0}, True),
        ("GET /people?q=a", 200, {"people": [{"id": "7"}]}, False),
        ("GET /people", 200, {"people": []}, False),
        ("GET /people?q=a", 200, b"<html>", False),
        ("DELETE /people/7", 204, msgspec.UNSET, False),
        ("DELETE /people/7", 404, msgspec.UNSET, True),
        ("GET /orders/7", 404, {}, True),
        ("GET /orders/7", 200, {}, False),
        ("GET /nowhere", 404, {}, False),
    ],
)
def test_nothing_was_found(stage: Stage, line: str, status: int, answer: Any, missed: bool) -> None:
    assert stage.ask(ADA, line, None, answer, status=status).event.missed is missed


# -- unissued


def test_who_was_never_shown_is_unissued_once(stage: Stage) -> None:
    assert [get(stage, 7).unissued for _ in range(3)] == [1, 0, 0]
    assert get(stage, 7, BOB).unissued == 1, "it was shown to somebody else"


def test_who_stands_in_a_list_was_shown(stage: Stage) -> None:
    stage.ask(ADA, "GET /people", None, {"people": [person(number) for number in range(100, 400)]})
    assert sum(get(stage, number).unissued for number in range(100, 400)) == 0
    assert get(stage, 400).unissued == 1


def test_oneself_is_never_unissued(stage: Stage) -> None:
    assert get(stage, 1).unissued == 0
    assert get(stage, 2).unissued == 1
    assert get(stage, 1, status=404, answer={}).unissued == 0


def test_where_no_claim_is_told_a_principals_own_name_is_its_own() -> None:
    stage = Stage(CONTRACT, "exposure: {learning: 0}")
    assert get(stage, "ada").unissued == 0
    assert get(stage, "bob").unissued == 1


def test_those_who_are_not_known_are_told_apart_by_their_peer(stage: Stage) -> None:
    assert get(stage, 7, None, peer="192.0.2.1").unissued == 1
    assert get(stage, 7, None, peer="192.0.2.1").unissued == 0
    assert get(stage, 7, None, peer="192.0.2.2").unissued == 1
    assert get(stage, 7, None, peer="2001:db8::1").unissued == 1
    assert get(stage, 7, None, peer="2001:db8::2").unissued == 0, "one subscriber has all of these addresses"


def test_an_answer_that_was_refused_showed_nobody() -> None:
    stage = Stage(
        CONTRACT, NOTHING_LEARNED.replace("{learning", "{mode: enforce, budgets: [{name: b, limit: 0}], learning")
    )
    assert [get(stage, 7).unissued for _ in range(2)] == [1, 1]


def test_nothing_is_said_before_it_was_learned() -> None:
    stage = Stage(CONTRACT, "response-schema: {mode: off}, exposure: {learning: 3600}")
    assert get(stage, 7, now=1000.0).unissued == 0
    assert get(stage, 8, now=4599.0).unissued == 0
    assert get(stage, 9, now=4600.0).unissued == 1
    assert get(stage, 8, now=4600.0).unissued == 0


def test_with_another_key_it_is_learned_anew() -> None:
    stage = Stage(CONTRACT, "response-schema: {mode: off}, exposure: {learning: 60}")
    get(stage, 7, now=1000.0)
    stage.state.pseudonyms = Pseudonyms(b"another", 2)
    assert get(stage, 7, now=2000.0).unissued == 0
    assert get(stage, 8, now=2060.0).unissued == 1
    assert get(stage, 7, now=2060.0).unissued == 0


# -- near


def test_a_walk_through_people_is_seen_whoever_takes_each_step(stage: Stage) -> None:
    found = [get(stage, 5000 + number, None, peer=f"192.0.2.{number}").near for number in range(20)]
    assert found == [False] + [True] * 19


def test_a_walk_that_finds_nobody_or_is_refused_is_one(stage: Stage) -> None:
    assert [get(stage, number, status=404, answer={}).near for number in range(50, 55)] == [False] + [True] * 4
    closed = Stage(CONTRACT, NOTHING_LEARNED + ", function-access: {requires: {scopes: [people]}}")
    assert [get(closed, number).near for number in range(50, 55)] == [False] + [True] * 4


def test_ones_own_data_and_what_was_shown_is_no_step(stage: Stage) -> None:
    assert not get(stage, 2).near
    assert not get(stage, 1).near, "one's own"
    stage.ask(ADA, "GET /people", None, {"people": [person(number) for number in range(20, 30)]})
    assert not any(get(stage, number).near for number in range(20, 30))


def test_a_walk_through_orders_is_one_unless_they_were_given_out(stage: Stage) -> None:
    def order(number: int) -> bool:
        return stage.ask(ADA, f"GET /orders/{number}", None, {"order": number}).event.near

    assert [order(number) for number in (70, 71, 72)] == [False, True, True]
    stage.ask(ADA, "GET /orders", None, [100, 101, 102])
    assert [order(number) for number in (100, 101, 102)] == [False, False, False]


# -- all of them


def test_the_control_has_the_same_to_tell_in_either_mode() -> None:
    def told(mode: str) -> list[tuple[Any, ...]]:
        stage = Stage(CONTRACT, f"response-schema: {{mode: off}}, exposure: {{mode: {mode}, learning: 0}}")
        seen: list[Seen] = [
            stage.ask(ADA, "GET /people/7", None, person(7)),
            stage.ask(ADA, "GET /people/8", None, {}, status=404),
            stage.ask(ADA, "GET /people?q=x", None, {"people": []}),
            stage.ask(ADA, "POST /people", {"ids": ["7", "9"], "more": "a@b.co"}, {"people": [person(7)]}),
        ]
        events = [each.event for each in seen]
        return [(e.asked, e.missed, e.unissued, e.near, e.forms, e.exposed, e.key) for e in events]

    assert told("monitor") == told("enforce")
    assert told("off") != told("monitor")


def test_no_name_is_in_any_event(stage: Stage) -> None:
    secrets = ["planted-4711", "planted-4712", "planted@example.com", "Planted Name"]
    events = [
        get(stage, secrets[0]),
        get(stage, secrets[1], status=404, answer={}),
        stage.ask(ADA, f"GET /people?q={secrets[2]}", None, {"people": []}).event,
        stage.ask(ADA, "POST /people", {"ids": secrets, "more": secrets[3]}, {"people": []}).event,
        stage.ask(ADA, "POST /search", {"text": secrets[3]}, {"people": [{"id": secrets[0]}]}).event,
    ]
    assert all(event.asked or event.exposed for event in events)
    told = msgspec.json.encode(events).lower()
    for secret in secrets:
        assert secret.lower().encode() not in told


def test_a_control_that_fails_at_the_end_loses_no_event(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garrison.engine.pseudonyms.Pseudonyms.digest", None)
    event = stage.ask(ADA, "GET /people?q=x", None, {"people": []}).event
    assert event.errors == ("exposure",)
    assert event.status == 200


def test_the_first_product_of_a_user_agent_is_told(stage: Stage) -> None:
    def agent(text: str) -> str:
        return get(stage, 7, sends=(("user-agent", text),)).agent

    assert agent("Mozilla/5.0 (X11) Sample/1.0") == "mozilla"
    assert agent("") == ""
    assert agent("x" * 100) == "x" * 40


def test_it_is_learned_for_no_longer_than_the_ledger_is_read_again() -> None:
    from garrison.config.exposure import ExposureSettings

    told = msgspec.json.schema(ExposureSettings)["$defs"]["ExposureSettings"]["properties"]["learning"]
    assert told["maximum"] <= LONGEST_WINDOW
