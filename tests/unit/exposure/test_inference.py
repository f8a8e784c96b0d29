"""What names say of people, and what they do not say. Nobody is taken for a person who is a thing."""

from typing import Any

import pytest
from tests.unit.controls.acting import Stage, api, operation, principal

from garrison.core.exposure import Attribution
from garrison.exposure.inference import context_of, kind_of_name, kind_of_variable
from garrison.exposure.types.rule import words

TEXT: dict[str, Any] = {"type": "string"}
ADA = principal("ada", account="1")
OFF = "response-schema: {mode: off}"


def exposed(
    path: str, answer: Any, schema: Any, target: str = "", own: str = "", **more: Any
) -> dict[tuple[str, str], Any]:
    """Kind and name of everybody who is exposed, with the types."""
    item = {path: {"get": operation(schema, **more)}}
    scene = Stage(api(item), f"exposure: {{{own}}}, {OFF}")
    event = scene.ask(ADA, f"GET {target or path}", answer=answer).event
    assert event.attribution in {Attribution.INFERRED, Attribution.NOTHING}
    names = {scene.state.pseudonyms.digest(kind, name): (kind, name) for kind in KINDS for name in NAMES}
    return {names[one]: each.types for each in event.exposed for one in each.subjects}


KINDS = ("customer", "user", "account", "vehicle", "email", "phone", "patient", "person")
NAMES = ("1", "2", "3", "7", "a@example.com", "+15550100")


def record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("customerId", "customer"), ("customer_id", "customer"), ("CUSTOMER-NUMBER", "customer"),
        ("patientUUID", "patient"),
        ("accountNumber", "account"), ("billingCustomerId", "customer"), ("vin", "vehicle"), ("userIds", "user"),
        ("id", ""), ("customerName", ""), ("orderId", ""), ("userGroupId", ""), ("clientId", ""),
        ("serviceAccountId", ""),
        ("bankAccountNumber", ""), ("customer", ""), ("customerCount", ""), ("user", ""), ("", ""), ("number", ""),
    ],
)  # fmt: skip
def test_names_that_say_whose_identifier_it_is(name: str, kind: str) -> None:
    assert kind_of_name(words(name)) == kind


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/customers/{id}", "id", "customer"), ("/customers/{customerId}/orders/{id}", "customerId", "customer"),
        ("/customers/{customerId}/orders/{id}", "id", ""), ("/users/{username}", "username", "user"),
        ("/users/{userSid}", "userSid", "user"), ("/people/{number}.json", "number", "person"),
        ("/accounts/{accountSid}/calls", "accountSid", ""), ("/queues/{q}/members/{callSid}", "callSid", ""),
        ("/cars/{vin}", "vin", "vehicle"), ("/customers/{accountNumber}", "accountNumber", "account"),
        ("/things/{id}", "id", ""), ("/{id}", "id", ""), ("/customers/{a}/{id}", "id", ""),
    ],
)  # fmt: skip
def test_variables_of_paths(path: str, name: str, kind: str) -> None:
    assert kind_of_variable(path, name) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/customers", "customer"), ("/v1/customers/{id}", "customer"), ("/users/me", "user"), ("/user", "user"),
        ("/customers/{id}/orders", ""), ("/customers/{a}/{b}", ""), ("/customer-groups", ""), ("/", ""), ("/{id}", ""),
    ],
)  # fmt: skip
def test_what_a_path_is_about(path: str, kind: str) -> None:
    assert context_of(path).kind == kind


def test_an_object_named_by_its_path() -> None:
    schema = record(id=TEXT, name=TEXT, email=TEXT)
    asked = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    for answer, name in (({"id": "1", "name": "A"}, "1"), ({"name": "A"}, "7")):
        found = exposed("/customers/{id}", answer, schema, "/customers/7", parameters=asked)
        assert found == {("customer", name): ("name",)}


@pytest.mark.parametrize("around", ["data", "items", "customers", "_embedded"])
def test_lists_in_their_envelopes(around: str) -> None:
    listed = {"type": "array", "items": record(id=TEXT, dateOfBirth=TEXT)}
    found = exposed("/customers", {around: [{"id": 1, "dateOfBirth": "x"}, {"id": 2}]}, record(**{around: listed}))
    assert found == {("customer", "1"): ("birth-date",), ("customer", "2"): ()}


def test_properties_named_after_people() -> None:
    schema = record(id=TEXT, user=record(id=TEXT, email=TEXT), reviewers={"items": record(id=TEXT)})
    answer = {"id": "3", "user": {"id": "1", "email": "x"}, "reviewers": [{"id": "2"}]}
    assert exposed("/comments", answer, schema) == {("user", "1"): ("email",)}


def test_one_subject_is_not_counted_by_two_of_its_names() -> None:
    schema = record(customerId=TEXT, customerNumber=TEXT, senderUserId=TEXT, receiverUserId=TEXT)
    answer = {"customerId": "1", "customerNumber": "2", "senderUserId": "1", "receiverUserId": "2"}
    assert sorted(exposed("/messages", answer, schema)) == [("customer", "1"), ("user", "1"), ("user", "2")]


def test_lists_of_identifiers() -> None:
    schema = record(userIds={"type": "array", "items": TEXT})
    assert sorted(exposed("/groups", {"userIds": ["1", "2"]}, schema)) == [("user", "1"), ("user", "2")]


@pytest.mark.parametrize(
    "property_of_answer",
    [{"customerId": {"type": "boolean"}}, {"customerId": {"enum": ["1"]}}, {"customerId": record(x=TEXT)}],
)
def test_what_is_no_identifier_by_its_schema(property_of_answer: dict[str, Any]) -> None:
    assert exposed("/things", {"customerId": "1"}, record(**property_of_answer)) == {}


def test_an_address_stands_for_a_person_where_nothing_better_does() -> None:
    lead = record(email=TEXT, city=TEXT)
    listed = {"type": "array", "items": lead}
    assert exposed("/leads", [{"email": "a@example.com"}], listed) == {("email", "a@example.com"): ("email",)}
    better = record(customerId=TEXT, contact=lead)
    answer = {"customerId": "1", "contact": {"email": "a@example.com"}}
    assert exposed("/leads", answer, better) == {("customer", "1"): ("email",)}
    assert exposed("/leads", {"team": {"email": "a@example.com"}}, record(team=lead)) == {}


def test_a_number_stands_for_a_person_where_a_person_is_told_of() -> None:
    answer = {"phoneNumber": "+15550100", "lastName": "x"}
    found = exposed("/leads", answer, record(phoneNumber=TEXT, lastName=TEXT))
    assert found == {("phone", "+15550100"): ("name", "phone")}
    assert exposed("/leads", answer, record(phoneNumber=TEXT, plan=TEXT)) == {}
    assert exposed("/phone-numbers", answer, record(phoneNumber=TEXT, lastName=TEXT)) == {}


def test_who_is_looked_up_by_an_address() -> None:
    asked = [{"name": "email", "in": "query", "schema": TEXT}]
    found = exposed("/lookup", {"known": True}, record(known={}), "/lookup?email=a@example.com", parameters=asked)
    assert found == {("email", "a@example.com"): ()}
    paths = {"/login": {"post": operation(record(known={}), parameters=asked)}}
    scene = Stage(api(paths), OFF)
    assert scene.ask(ADA, "POST /login?email=a@example.com", answer={"known": True}).event.exposed == ()


def test_an_annotation_of_a_kind_wins_over_names() -> None:
    schema = record(customerId=TEXT, number={**TEXT, "x-garrison-subject": "customer"}, vin=TEXT)
    scene = Stage(api({"/things": {"get": operation(schema)}}), OFF)
    event = scene.ask(ADA, "GET /things", answer={"customerId": "1", "number": "2", "vin": "3"}).event
    digest = scene.state.pseudonyms.digest
    assert {one for each in event.exposed for one in each.subjects} == {digest("customer", "2"), digest("vehicle", "3")}
    assert event.attribution is Attribution.ANNOTATED


@pytest.mark.parametrize(
    "schema",
    [
        record(customerId={**TEXT, "x-garrison-subject": "none"}),
        {**record(customerId=TEXT), "x-garrison-subject": "none"},
        record(customerId={"oneOf": [TEXT, {"type": "integer", "x-garrison-subject": "none"}]}),
    ],
)
def test_inference_can_be_switched_off_at_a_place(schema: Any) -> None:
    assert exposed("/things", {"customerId": "1"}, schema) == {}


def test_inference_can_be_switched_off() -> None:
    schema = record(customerId=TEXT)
    assert exposed("/things", {"customerId": "1"}, schema) == {("customer", "1"): ()}
    assert exposed("/things", {"customerId": "1"}, schema, own="infer: false") == {}
    none = "subjects: [{match: GET /things, answer: /customerId, kind: none}]"
    assert exposed("/things", {"customerId": "1"}, schema, own=none) == {}


def test_what_no_guess_needs_is_not_read() -> None:
    paths = {"/customers": {"get": operation((("text/csv", record(customerId=TEXT)),))}}
    seen = Stage(api(paths), f"exposure: {{mode: enforce}}, {OFF}").ask(
        ADA, "GET /customers", answer=b"?", returns=(("content-type", "text/csv"),)
    )
    assert (seen.status, seen.event.exposed) == (200, ())
