import json
from typing import Any

import pytest
from tests.unit.assess.made import Told, api_of, json_answer, numbered, takes

from garrison.assess.call import Answer, Call
from garrison.assess.doors import recognise
from garrison.assess.explore import Explorer
from garrison.assess.probe import Limits, Probe
from garrison.assess.survey import Survey
from garrison.assess.target import Api

ALICE, BOB = numbered("alice"), numbered("bob")


class Walk:
    """An exploration of an API whose answers are given by method and path."""

    def __init__(self, api: Api, answers: dict[str, Any]) -> None:
        self.api, self.answers = api, answers
        self.transport = Told(self.answer)
        self.survey, self.probe = Survey(), Probe(self.transport, Limits(), lambda: 0.0)
        self.explorer = Explorer(api, self.probe, self.survey, recognise(api))

    def answer(self, call: Call) -> Answer:
        value = self.answers.get(f"{call.method} {call.target}", 404)
        return Answer(value) if isinstance(value, int) else json_answer(value)

    def known_of_alice(self) -> dict[str, str]:
        assert self.explorer.introduce(ALICE)
        return {"_".join(name): value for name, value in self.survey.of(ALICE).items()}

    @property
    def sent(self) -> list[str]:
        return [f"{call.method} {call.target}" for call in self.transport.calls]


@pytest.mark.parametrize(
    ("profile", "known"),
    [
        ({"id": 1, "roles": [{"id": 9}], "name": "al"}, {"id": "1", "name": "al"}),
        ({"data": {"user": {"id": 1, "team": {"id": 5}}}}, {"id": "1"}),
        ([{"id": 7}, {"id": 8}], {}),
        ({"active": True, "id": 3}, {"id": "3"}),
    ],
)
def test_a_profile_tells_who_somebody_is(profile: Any, known: dict[str, str]) -> None:
    assert Walk(api_of({"GET /me": {}}), {"GET /me": profile}).known_of_alice() == known


def test_lists_come_first_then_what_is_made_then_what_is_there() -> None:
    api = api_of(
        {
            "GET /orders/{id}": {}, "POST /orders": takes(tea=True), "GET /orders": {},
            "PUT /orders/{id}": takes(tea=True), "DELETE /orders/{id}": {},
        }
    )  # fmt: skip
    walk = Walk(api, {"GET /orders": [], "POST /orders": {"id": 5}, "GET /orders/5": {"id": 5, "tea": "x"}})
    walk.explorer.walk((ALICE,), (), lambda text: None)
    assert walk.sent[:4] == ["GET /orders", "GET /orders", "POST /orders", "GET /orders/5"]
    assert not any(each.startswith("DELETE") for each in walk.sent)


def test_operations_that_end_sessions_or_give_rights_are_left_alone() -> None:
    api = api_of(
        {
            "POST /logout": {}, "POST /login": takes(username=True, password=True),
            "PUT /me": takes(role=True), "PUT /users/{username}/password": takes(password=True),
        }
    )  # fmt: skip
    walk = Walk(api, {})
    walk.survey.knows(ALICE, {"username": "al"})
    walk.explorer.walk((ALICE,), (ALICE,), lambda text: None)
    assert walk.sent == []


def test_what_ends_something_is_only_tried_on_what_was_made() -> None:
    api = api_of(
        {
            "GET /orders": {}, "POST /orders/{id}/cancel": {}, "POST /orders/{id}/notes": takes(text=True),
            "POST /me/deactivate": {}, "POST /subscriptions/{id}/cancel": {}, "POST /subscriptions": takes(tea=True),
        }
    )  # fmt: skip
    orders = [{"id": 41, "owner": "al"}, {"id": 42, "owner": "bo"}]
    walk = Walk(api, {"GET /orders": orders, "POST /subscriptions": {"id": 7}, "POST /subscriptions/7/cancel": {}})
    walk.probe.changed = lambda exchange: walk.probe.own("7", "/subscriptions")
    for _ in range(2):
        walk.explorer.walk((ALICE,), (), lambda text: None)
    assert "POST /subscriptions/7/cancel" in walk.sent
    assert "POST /orders/41/notes" in walk.sent
    assert {each for each in walk.sent if "cancel" in each or "deactivate" in each} == {"POST /subscriptions/7/cancel"}


def test_a_smaller_request_is_about_the_same_object() -> None:
    api = api_of({"GET /orders": {}, "POST /orders/{id}/notes": takes(text=True)})
    walk = Walk(api, {"GET /orders": [{"id": 41}]})
    walk.explorer.walk((ALICE,), (), lambda text: None)
    assert {each for each in walk.sent if each.startswith("POST")} == {"POST /orders/41/notes"}


def test_a_request_names_what_is_known_of_its_sender() -> None:
    taken = {"name": "X-Tenant-Id", "in": "header", "required": True, "schema": {"type": "string"}}
    api = api_of(
        {"GET /me": {}, "POST /orders": {**takes(username=True, customerId=True, tea=True), "parameters": [taken]}}
    )
    walk = Walk(api, {"GET /me": {"username": "al", "customerId": "c7", "tenantId": "t1"}, "POST /orders": {"id": 1}})
    assert walk.explorer.introduce(ALICE)
    walk.explorer.walk((ALICE,), (), lambda text: None)
    call = next(call for call in walk.transport.calls if call.method == "POST")
    body = json.loads(call.body or b"")
    assert (body["username"], body["customerId"]) == ("al", "c7")
    assert ("x-tenant-id", "t1") in call.headers


def test_a_request_names_an_object_that_was_seen() -> None:
    api = api_of({"GET /products": {}, "POST /orders": takes(productId={"type": "integer"})})
    walk = Walk(api, {"GET /products": [{"id": 41}, {"id": 42}], "POST /orders": {"id": 1}})
    walk.explorer.walk((ALICE,), (), lambda text: None)
    call = next(call for call in walk.transport.calls if call.method == "POST")
    assert json.loads(call.body or b"")["productId"] in (41, 42)


def test_nobody_reads_too_so_that_what_is_public_is_known() -> None:
    api = api_of({"GET /menu": {}, "GET /orders": {}})
    walk = Walk(api, {"GET /menu": [{"tea": "green"}]})
    walk.explorer.walk((ALICE, BOB), (), lambda text: None)
    assert [walk.survey.is_public(target) for target in api.targets] == [True, False]
