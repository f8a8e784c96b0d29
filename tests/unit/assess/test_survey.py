from typing import Any

import msgspec
import pytest
from tests.unit.assess.made import OP, api_of, exchanged, json_answer, numbered, takes, target_of

from garrison.assess.call import Answer
from garrison.assess.facts import facts_in, likeness, makes, selves_in
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.sampling import MARK
from garrison.assess.survey import Survey
from garrison.assess.target import Api

ALICE, BOB = numbered("alice"), numbered("bob")
SHOP = api_of(
    {
        "GET /v1/orders": {},
        "POST /v1/orders": takes(tea=True),
        "GET /v1/orders/{orderId}": {},
        "PUT /v1/orders/{orderId}": takes(tea=True, note=True),
        "GET /v1/orders/{orderId}/lines": {},
        "GET /v1/orders/{orderId}/lines/{lineId}": {},
        "POST /v1/orders/{orderId}/lines": takes(tea=True),
        "DELETE /products/{productId}": {},
        "GET /users/{username}": {},
        "GET /companies/{company}": {},
        "GET /categories/{id}": {},
    }
)


def done(
    key: str,
    value: Any,
    identity: Identity | None = ALICE,
    *,
    path: dict[str, str] | None = None,
    body: Any = None,
    status: int = 200,
) -> Exchange:
    target = target_of(SHOP, key)
    request = msgspec.structs.replace(SHOP.request(target), path=path or {})
    if body is not None:
        request = msgspec.structs.replace(request, body=body)
    return exchanged(request, json_answer(value, status), identity)


def ids(survey: Survey, key: str, api: Api = SHOP) -> list[str]:
    return [each.id for each in survey.objects(target_of(api, key))]


@pytest.mark.parametrize(
    ("template", "variable", "answer"),
    [
        ("/orders/{orderId}", "orderId", {"id": 1}),
        ("/orders/{order_id}", "order_id", {"id": 1}),
        ("/orders/{order_id}", "order_id", {"orderId": 1}),
        ("/orders/{id}", "id", {"_id": 1}),
        ("/orders/{id}", "id", {"order_id": 1}),
        ("/orders/{id}", "id", {"uuid": 1}),
        ("/orders/{order}", "order", {"id": 1}),
        ("/orders/{oid}", "oid", {"id": 1}),
        ("/orders/{orderid}", "orderid", {"id": 1}),
        ("/orders/{pk}", "pk", {"id": 1}),
        ("/orders/{orderNumber}", "orderNumber", {"number": 1}),
        ("/orders/{id}", "id", {"data": {"order": {"id": 1}}}),
        ("/orders/{id}", "id", {"items": [{"id": 1}], "total": 1}),
    ],
)
def test_ids_are_known_under_many_names(template: str, variable: str, answer: Any) -> None:
    api = api_of({"GET /orders": {}, f"GET {template}": {}})
    survey = Survey()
    survey.note(exchanged(api.request(target_of(api, "GET /orders")), json_answer(answer), ALICE))
    assert ids(survey, f"GET {template}", api) == ["1"], variable


def test_the_object_s_own_id_stands_before_those_inside_it() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", [{"id": 5, "shop": {"id": 77}}, {"shop": {"id": 78}, "id": 6}]))
    found = ids(survey, "GET /v1/orders/{orderId}")
    assert set(found[:2]) == {"5", "6"}


def test_a_foreign_kind_s_ids_are_not_taken() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", [{"id": 5, "category": {"id": 3}}]))
    assert ids(survey, "GET /categories/{id}") == ["3"]
    assert ids(survey, "DELETE /products/{productId}") == []


def test_lines_are_no_orders_and_orders_no_lines() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders/{orderId}/lines", [{"id": 1}], path={"orderId": "5"}))
    survey.note(done("GET /v1/orders/{orderId}", {"id": 5, "lines": [{"id": 2}]}, path={"orderId": "5"}))
    assert set(ids(survey, "GET /v1/orders/{orderId}/lines/{lineId}")) == {"1", "2"}
    assert ids(survey, "GET /v1/orders/{orderId}") == ["5"]


def test_the_id_in_a_location_is_enough() -> None:
    survey = Survey()
    request = SHOP.request(target_of(SHOP, "POST /v1/orders"))
    survey.note(exchanged(request, Answer(201, (("location", "http://h/v1/orders/0a9?x=1"),)), ALICE))
    (found,) = survey.objects(target_of(SHOP, "GET /v1/orders/{orderId}"))
    assert (found.id, found.owner, found.is_own) == ("0a9", ALICE, True)


def test_what_was_made_is_own_and_comes_first() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", [{"id": 1}, {"id": 2}], BOB))
    survey.note(done("POST /v1/orders", {"id": 3}, ALICE, status=201))
    objects = survey.objects(target_of(SHOP, "GET /v1/orders/{orderId}"))
    assert objects[0].id == "3"
    assert [each.is_own for each in objects] == [True, False, False]
    assert objects[0].owner == ALICE


def test_what_an_answer_only_names_was_not_made() -> None:
    """To delete the product that was ordered would be a disaster."""
    survey = Survey()
    made = done("POST /v1/orders", {"id": 3, "productId": 9, "product": {"id": 9}}, ALICE, body={"productId": 9})
    assert survey.object_in(target_of(SHOP, "DELETE /products/{productId}"), made) is None
    owned = survey.object_in(target_of(SHOP, "GET /v1/orders/{orderId}"), made)
    assert owned is not None
    assert owned.id == "3"


def test_what_stands_around_a_new_object_was_not_made() -> None:
    made = done("POST /v1/orders/{orderId}/lines", {"id": 1, "orderId": "5"}, path={"orderId": "5"})
    survey = Survey()
    assert survey.object_in(target_of(SHOP, "GET /v1/orders/{orderId}"), made) is None
    line = survey.object_in(target_of(SHOP, "GET /v1/orders/{orderId}/lines/{lineId}"), made)
    assert line is not None
    assert dict(line.values) == {"orderId": "5", "lineId": "1"}


def test_of_several_that_an_answer_lists_only_ours_was_made() -> None:
    """Some APIs answer with the whole list: to delete its first item would be somebody else's."""
    target = target_of(SHOP, "GET /v1/orders/{orderId}")
    listed = [{"id": 1, "tea": "Assam"}, {"id": 2, "tea": "Sencha"}, {"id": 3, "tea": f"{MARK}1"}]
    owned = Survey().object_in(target, done("POST /v1/orders", listed, status=201))
    assert owned is not None
    assert owned.id == "3"
    assert Survey().object_in(target, done("POST /v1/orders", listed[:2], status=201)) is None


def test_what_was_there_before_was_not_made() -> None:
    """Some APIs answer with what there is where it is made again."""
    target, survey = target_of(SHOP, "GET /v1/orders/{orderId}"), Survey()
    survey.note(done("GET /v1/orders", [{"id": 1}, {"id": 2}]))
    assert survey.object_in(target, done("POST /v1/orders", {"id": 2})) is None
    made = done("POST /v1/orders", {"id": 3})
    assert survey.object_in(target, made) is not None
    survey.note(made)
    survey.note(done("GET /v1/orders/{orderId}", {"id": 3}, path={"orderId": "3"}))
    assert survey.object_in(target, done("POST /v1/orders", {"id": 3})) is not None
    assert [each.id for each in survey.objects(target) if each.is_own] == ["3"]


@pytest.mark.parametrize(
    ("path", "is_made"),
    [
        ("/v1/orders/create", True), ("/v1/create-order", True), ("/v1/shop/orders", True),
        ("/v1/orders/search", False), ("/v1/orders/latest/photo", False), ("/v1/orders/login", False),
    ],
)  # fmt: skip
def test_paths_say_whether_something_is_made(path: str, is_made: bool) -> None:
    api = api_of({f"POST {path}": takes(tea=True), "DELETE /v1/orders/{id}": {}})
    sent = exchanged(api.request(target_of(api, f"POST {path}")), json_answer({"id": 7}), ALICE)
    owned = Survey().object_in(target_of(api, "DELETE /v1/orders/{id}"), sent)
    assert (owned is not None) is is_made


def test_a_change_makes_nothing() -> None:
    changed = done("PUT /v1/orders/{orderId}", {"id": 5}, path={"orderId": "5"})
    target = target_of(SHOP, "GET /v1/orders/{orderId}")
    assert not any(makes(fact, target) for fact in facts_in(changed))
    new = msgspec.structs.replace(changed, answer=json_answer({"id": 5}, 201))
    assert any(makes(fact, target) for fact in facts_in(new))


def test_people_are_objects_where_a_path_names_them() -> None:
    survey = Survey()
    survey.knows(ALICE, {"username": "al", "email": "a@x"})
    survey.knows(BOB, {"username": "bo"})
    found = {each.id: each.owner for each in survey.objects(target_of(SHOP, "GET /users/{username}"))}
    assert found == {"al": ALICE, "bo": BOB}


@pytest.mark.parametrize(
    "item",
    [
        {"owner": "al"}, {"userId": 12}, {"author": {"name": "al"}}, {"created_by": "al"}, {"customerEmail": "a@x"},
    ],
)  # fmt: skip
def test_objects_say_whose_they_are(item: dict[str, Any]) -> None:
    survey = Survey()
    survey.knows(ALICE, {"username": "al", "email": "a@x", "id": "12"})
    survey.knows(BOB, {"username": "bo"})
    assert survey.owner_of(item) == ALICE
    assert survey.owner_of({"title": "al"}) is None


def test_a_baseline_is_the_first_success_until_the_same_request_shows_more() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", []))
    survey.note(done("GET /v1/orders", [{"id": 1}]))
    survey.note(done("GET /v1/orders", {"error": "busy"}))
    known = survey.baseline(target_of(SHOP, "GET /v1/orders"), ALICE)
    assert known is not None
    assert known.answer.json() == [{"id": 1}]
    assert survey.baseline(target_of(SHOP, "GET /v1/orders"), BOB) is None


def test_public_is_what_nobody_in_particular_gets() -> None:
    survey = Survey()
    target = target_of(SHOP, "GET /v1/orders")
    survey.note(done("GET /v1/orders", [{"id": 1}], ALICE))
    assert not survey.is_public(target)
    survey.note(done("GET /v1/orders", {"status": "error"}, None))
    assert not survey.is_public(target)
    survey.note(done("GET /v1/orders", [{"id": 1}], None))
    assert survey.is_public(target)


def test_failures_are_kept_apart() -> None:
    survey = Survey()
    assert not survey.note(done("GET /v1/orders", {"detail": "no"}, status=403))
    failed = survey.failed(target_of(SHOP, "GET /v1/orders"))
    assert failed is not None
    assert failed.answer.status == 403
    assert survey.facts() == []


def test_a_change_starts_from_what_is_there() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", [{"id": 5, "tea": "green", "note": "old"}, {"id": 6, "tea": "black"}]))
    request = Request(OP, "PUT", "/v1/orders/{orderId}", body={"tea": "made up", "note": "made up", "more": "made up"})
    kept = survey.as_it_is(request, {"orderId": "5"})
    assert kept.body == {"tea": "green", "note": "old", "more": "made up"}
    assert survey.as_it_is(request, {"orderId": "99"}) == request


def test_values_of_the_wrong_type_are_not_kept() -> None:
    survey = Survey()
    survey.note(done("GET /v1/orders", [{"id": 5, "tea": 3}]))
    request = Request(OP, "PUT", "/v1/orders/{orderId}", body={"tea": "made up"})
    assert survey.as_it_is(request, {"orderId": "5"}) == request


def test_tokens_tell_who_somebody_is_and_nothing_of_when() -> None:
    survey = Survey()
    survey.knows_token(ALICE, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbCIsImV4cCI6MSwiaXNzIjoieCIsInRlbmFudF9pZCI6Mn0.c2ln")
    assert dict(survey.of(ALICE)) == {("sub",): "al", ("tenant", "id"): "2"}


def test_likeness_is_nothing_where_names_and_places_differ() -> None:
    fact = next(iter(facts_in(done("GET /v1/orders", {"note": "x"}))))
    assert likeness(fact, "company", target_of(SHOP, "GET /companies/{company}")) == 0


def test_an_object_with_the_number_of_an_account_is_not_the_account_s() -> None:
    """To change order 12 because one's own account is number 12 would be a disaster."""
    api = api_of(
        {"GET /orders/{id}": {}, "GET /users/{id}": {}, "GET /user/{user}": {}, "GET /users/{userId}/orders/{id}": {}}
    )
    survey = Survey()
    survey.knows(ALICE, {"id": "12", "username": "al"})
    assert ids(survey, "GET /orders/{id}", api) == []
    assert ids(survey, "GET /users/{id}", api) == ["12", "al"]
    assert ids(survey, "GET /user/{user}", api) == ["12", "al"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"token": {"id": "t", "expires": "x"}, "user": {"id": 1, "name": "al"}}, {"id": "1"}),
        ({"access_token": "t", "userId": 7, "message": "welcome"}, {"userId": "7"}),
        ({"data": {"user": {"email": "a@x", "roles": [{"id": 9}]}, "session": {"id": "s"}}}, {"email": "a@x"}),
        ("text", {}),
    ],
)
def test_the_answer_to_a_log_in_tells_who_somebody_is(value: Any, told: dict[str, str]) -> None:
    assert dict(selves_in(json_answer(value))) == told
