"""Every reason of the controls of access, and what is let pass beside it."""

import json
from typing import Any

import pytest
from tests.breaches.scene import CUSTOMERS, Ask, Outcome, Stage, Who, bearer, contract, get, variable

TEXT = {"type": "string"}
SCHEMES = {"authentication": {"schemes": {"bearer": bearer(CUSTOMERS)}}}
ANN = Who(CUSTOMERS, "ann", {"scope": "read", "roles": ["clerk"], "tenant": "t1", "level": 3})


def stage(operation: Any, answered: Any = None, controls: Any = None, **more: Any) -> Stage:
    """One operation, `/things/{id}`, that answers whatever is given."""
    paths = {"/things/{id}": {"parameters": [variable("id", TEXT, **more)], **operation}, "/other": get(ANYTHING)}
    described = contract(paths, ("bearer", "other"))
    return Stage(described, {**SCHEMES, **(controls or {})}, lambda *_: (200, answered if answered is not None else {}))


def one(on: Stage, who: Who | None = ANN, path: str = "/things/7", body: Any = None, method: str = "GET") -> Outcome:
    (outcome,) = on.play([Ask(who, method, path, body)])
    return outcome


def reasons(outcome: Outcome) -> list[str]:
    return [reason.id for reason in outcome.event.reasons]


ANYTHING = {"type": "object"}


@pytest.mark.parametrize(
    ("requires", "reason"),
    [
        ({"scopes": ["read", "write"]}, "scope-required"),
        ({"any-scope": ["write", "admin"]}, "scope-required"),
        ({"roles": ["chief", "boss"]}, "role-required"),
        ({"claims": {"tenant": "t2"}}, "claim-required"),
        ({"claims": {"missing": "x"}}, "claim-required"),
        ({"realms": ["dealers"]}, "realm-required"),
        ({"cel": "principal.claims.level > 3"}, "condition-not-met"),
        ({"cel": "principal.claims.missing == 1"}, "condition-not-met"),
        ({"cel": "principal.claims.level"}, "condition-not-met"),
        ({"cel": "params.path.id == '8'"}, "condition-not-met"),
    ],
)
def test_what_is_required_of_a_function(requires: Any, reason: str) -> None:
    refused = one(stage(get(ANYTHING), controls={"function-access": {"requires": requires}}))
    assert (refused.status, reasons(refused)) == (403, [reason])


def test_whoever_has_it_all_is_let_in() -> None:
    requires = {
        "scopes": ["read"], "any-scope": ["write", "read"], "roles": ["clerk", "boss"], "realms": ["customers"],
        "claims": {"tenant": "t1", "level": "3"},
        "cel": "principal.claims.level == 3 && 'read' in principal.scopes && request.method == 'GET'",
    }  # fmt: skip
    assert one(stage(get(ANYTHING), controls={"function-access": {"requires": requires}})).status == 200


def test_who_is_not_authenticated_has_nothing_that_is_required() -> None:
    controls = {
        "function-access": {"requires": {"roles": ["clerk"]}},
        "authentication": {**SCHEMES["authentication"], "unsafe-anonymous": True},
    }
    public = stage(get(ANYTHING, security=[]), controls=controls)
    assert reasons(one(public, None)) == ["role-required"]


def test_an_operation_that_is_secured_with_nothing() -> None:
    assert reasons(one(stage(get(ANYTHING, security=[])))) == ["principal-required"]
    allowed = {"authentication": {**SCHEMES["authentication"], "unsafe-anonymous": True}}
    assert one(stage(get(ANYTHING, security=[]), controls=allowed), None).status == 200


def test_an_operation_whose_scheme_is_not_configured() -> None:
    only = {"authentication": {"schemes": {"bearer": bearer(CUSTOMERS)}}}
    both = contract({"/a": get(ANYTHING), "/b": get(ANYTHING, security=[{"other": []}])}, ("bearer", "other"))
    on = Stage(both, only, lambda *_: (200, {}))
    assert one(on, path="/a").status == 200
    assert reasons(one(on, path="/b")) == ["scheme-not-configured"]


OWNED = {"type": "object", "properties": {"owner": {**TEXT, "x-garrison-owner": "sub"}, "more": ANYTHING}}


@pytest.mark.parametrize(
    ("schema", "answered", "expected"),
    [
        (OWNED, {"owner": "ann"}, []),
        (OWNED, {"owner": "bob"}, ["not-owner-of-answer"]),
        (OWNED, {"owner": ["ann"]}, []),
        (OWNED, {"owner": ["ann", "bob"]}, ["not-owner-of-answer"]),
        (OWNED, {"owner": ["bob"]}, ["not-owner-of-answer"]),
        (OWNED, {"owner": 7.5}, ["owner-unknown-in-answer"]),
        (OWNED, {"owner": None}, ["owner-unknown-in-answer"]),
        (OWNED, {"more": {}}, ["owner-unknown-in-answer"]),
        (OWNED, [{"owner": "ann"}], ["owner-unknown-in-answer"]),
        (OWNED, "text", ["owner-unknown-in-answer"]),
        ({"type": "array", "items": OWNED}, [{"owner": "ann"}, {"owner": "ann"}], []),
        ({"type": "array", "items": OWNED}, [{"owner": "ann"}, {"owner": "bob"}], ["not-owner-of-answer"]),
        ({"type": "array", "items": OWNED}, [{"owner": "ann"}, {}], ["owner-unknown-in-answer"]),
        ({"type": "array", "items": OWNED}, [], []),
        ({"type": "object", "properties": {"page": {"type": "array", "items": OWNED}}}, {"page": []}, []),
        ({"oneOf": [{"type": "string"}, OWNED]}, {"owner": "bob"}, ["not-owner-of-answer"]),
        ({"allOf": [OWNED, {"type": "object"}]}, {"owner": "bob"}, ["not-owner-of-answer"]),
        ({"type": "object", "additionalProperties": OWNED}, {"x": {"owner": "bob"}}, ["not-owner-of-answer"]),
    ],
)
def test_whose_the_objects_of_an_answer_are(schema: Any, answered: Any, expected: list[str]) -> None:
    outcome = one(stage(get(schema), answered))
    assert reasons(outcome) == expected
    assert outcome.status == (404 if expected else 200)


def test_whose_object_a_request_is_for() -> None:
    by_path = stage(get(ANYTHING), **{"x-garrison-owner": "sub"})
    assert one(by_path, path="/things/ann").status == 200
    assert reasons(one(by_path, path="/things/bob")) == ["not-owner"]
    query = {"parameter": "query.account", "claim": "sub"}
    account = {"name": "account", "in": "query", "schema": TEXT}
    by_query = stage(get(ANYTHING, parameters=[account]), controls={"object-access": {"owners": [query]}})
    assert one(by_query, path="/things/7?account=ann").status == 200
    assert reasons(one(by_query, path="/things/7?account=bob")) == ["not-owner"]
    assert reasons(one(by_query)) == ["owner-unknown"]


def put(schema: Any) -> Any:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"put": {"requestBody": body, "responses": {"200": {"description": "ok"}}}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"owner": "ann"}, []),
        ({"owner": "bob"}, ["not-owner"]),
        ({}, ["owner-unknown"]),
        ({"owner": 7}, ["body-invalid", "not-owner"]),
    ],
)
def test_whose_object_a_body_is_for(body: Any, expected: list[str]) -> None:
    assert reasons(one(stage(put(OWNED)), body=body, method="PUT")) == expected


def test_pointers_of_the_settings() -> None:
    owners = [{"answer": "/items/*/by", "claim": "tenant"}]
    own = {"match": "GET /things/{id}", "controls": {"object-access": {"owners": owners, "unless-roles": ["auditor"]}}}
    paths = {"/things/{id}": {"parameters": [variable("id", TEXT)], **get(ANYTHING)}}

    def on(*by: str) -> Stage:
        answered = {"items": [{"by": each} for each in by]}
        return Stage(contract(paths), SCHEMES, lambda *_: (200, answered), [own])

    assert one(on("t1")).status == 200
    assert reasons(one(on("t1", "t2"))) == ["not-owner-of-answer"]
    auditor = Who(CUSTOMERS, "eve", {"roles": ["auditor"]})
    assert one(on("t1", "t2"), auditor).status == 200


SECRET = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "pin": {**TEXT, "x-garrison-read-scope": ["pins", "all"]},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Self"}},
    },
}


def nested() -> Any:
    found: Any = json.loads(json.dumps(get({"$ref": "#/components/schemas/Self"})))
    return found


def recursive(controls: Any = None) -> Stage:
    described: Any = dict(
        contract({"/things/{id}": {"parameters": [variable("id", TEXT)], **nested()}}, ("bearer", "other"))
    )
    described["components"] = {**described["components"], "schemas": {"Self": SECRET}}
    answered = {"name": "a", "pin": "1", "friends": [{"name": "b", "pin": "2", "friends": []}]}
    return Stage(described, {**SCHEMES, **(controls or {})}, lambda *_: (200, answered))


def test_fields_that_one_may_not_read_are_taken_out_wherever_they_stand() -> None:
    outcome = one(recursive())
    assert outcome.body == {"name": "a", "friends": [{"name": "b", "friends": []}]}
    assert reasons(outcome) == ["field-not-readable"]
    assert outcome.event.disposition == "rewritten"
    whole = one(recursive(), Who(CUSTOMERS, "ann", {"scope": "pins"}))
    assert whole.body["friends"][0]["pin"] == "2"


def test_or_the_answer_is_refused() -> None:
    outcome = one(recursive({"field-access": {"action": "refuse"}}))
    assert (outcome.status, reasons(outcome)) == (403, ["field-not-readable"])


def test_fields_are_taken_out_of_what_was_taken_from_already() -> None:
    both = {"response-schema": {"mode": "enforce", "action": "strip"}}
    pin = {**TEXT, "x-garrison-read-scope": "pins"}
    schema = {"type": "object", "required": ["name", "pin"], "properties": {"name": TEXT, "pin": pin}}
    outcome = one(stage(get(schema), {"name": "a", "pin": "1", "undeclared": 2}, both))
    assert outcome.body == {"name": "a"}
    assert sorted(reasons(outcome)) == ["field-not-readable", "undeclared-property"]


def test_an_answer_whose_fields_cannot_be_told_apart() -> None:
    described = contract({"/things/{id}": {"parameters": [variable("id", TEXT)], **get(SECRET)}}, ("bearer", "other"))
    described = json.loads(
        json.dumps(described).replace('"items": {"$ref": "#/components/schemas/Self"}', '"items": {}')
    )
    on = Stage(described, SCHEMES, lambda *_: (200, b"{broken"))
    outcome = one(on)
    assert (outcome.status, "fields-unreadable" in reasons(outcome)) == (502, True)
