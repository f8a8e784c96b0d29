"""An object is its owner's: whose it is stands in the request, or in the answer, and nothing is taken for granted."""

import gzip
import json
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.controls.acting import JSON, Stage, api, operation, principal

from garrison.core.question import UNANSWERED, Answer

TEXT = {"type": "string"}
OWNER = {"type": "string", "x-garrison-owner": "account"}
ADA, BOB = principal("ada", account="7"), principal("bob", account="8")


def at(place: str, **more: Any) -> dict[str, Any]:
    where, _, name = place.partition(".")
    return {"name": name, "in": where, "required": where == "path", "schema": TEXT, **more}


def stage(operations: dict[str, Any], controls: str = "", more: str = "") -> Stage:
    return Stage(api({"/o/{id}": {"parameters": [at("path.id")], **operations}}), controls, more)


# -- in the request

PARAMETERS = [
    at("path.account", **{"x-garrison-owner": "account"}),
    at("path.account", schema=OWNER),
    at("path.account", schema={"$ref": "#/components/schemas/Account"}),
]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_owner_in_the_path(parameter: dict[str, Any]) -> None:
    contract = api({"/a/{account}": {"get": operation(parameters=[parameter])}}, schemas={"Account": OWNER})
    scene = Stage(contract)
    assert scene.ask(ADA, "GET /a/7").status == 200
    assert scene.ask(ADA, "GET /a/8").reasons == ("not-owner path.account",)
    assert scene.ask(principal("eve"), "GET /a/7").status == 403
    assert scene.ask(None, "GET /a/7").status == 403


@pytest.mark.parametrize(
    ("claim", "allowed"),
    [
        ("7", True),
        (7, True),
        (["7", "9"], True),
        ([9, 7], True),
        ("07", False),
        (7.0, False),
        (True, False),
        (None, False),
        ([], False),
        (["7", None], False),
        ([["7"]], False),
        ({"7": "7"}, False),
        ("7 ", False),
        ("", False),
    ],
)
def test_a_claim_agrees_as_text_or_as_a_list_of_texts(claim: Any, allowed: bool) -> None:
    scene = stage({"get": operation(parameters=[at("path.id", **{"x-garrison-owner": "account"})])})
    assert scene.ask(principal(account=claim), "GET /o/7").status == (200 if allowed else 403)


@pytest.mark.parametrize(("name", "who"), [("sub", "ada"), ("client_id", "app"), ("act.sub", "agent")])
def test_other_claims(name: str, who: str) -> None:
    scene = stage({"get": operation(parameters=[at("path.id", **{"x-garrison-owner": name})])})
    acting = principal("ada", act={"sub": "agent"})
    assert scene.ask(acting, f"GET /o/{who}").status == 200
    assert scene.ask(acting, "GET /o/other").status == 403


@pytest.mark.parametrize("place", ["query.Account", "header.X-Account", "cookie.account"])
def test_owner_in_other_parameters(place: str) -> None:
    where, _, name = place.partition(".")
    scene = stage({"get": operation(parameters=[at(place, schema=OWNER)])})

    def status(value: str) -> int:
        if where == "query":
            return scene.ask(ADA, f"GET /o/1?{name}={value}").status
        sent = (name.lower(), value) if where == "header" else ("cookie", f"{name}={value}")
        return scene.ask(ADA, "GET /o/1", sends=(sent,)).status

    assert (status("7"), status("8")) == (200, 403)
    assert scene.ask(ADA, "GET /o/1").reasons[0].startswith("owner-unknown")


@pytest.mark.parametrize("cookies", ["account =8", "account =8; account=7", "account=7; account =8"])
def test_an_owner_in_a_cookie_whose_name_has_a_blank_behind_it(cookies: str) -> None:
    """Servers take it off."""
    scene = stage({"get": operation(parameters=[at("path.id", schema=OWNER), at("cookie.account", schema=OWNER)])})
    assert scene.ask(ADA, "GET /o/7").status == 200
    assert scene.ask(ADA, "GET /o/7", sends=(("cookie", cookies),)).status in {400, 403}


def test_every_value_of_a_list_must_be_the_principals() -> None:
    scene = stage({"get": operation(parameters=[at("query.a", schema={"type": "array", "items": OWNER})])})
    both = principal(account=["7", "8"])
    assert scene.ask(both, "GET /o/1?a=7&a=8").status == 200
    assert scene.ask(ADA, "GET /o/1?a=7&a=8").reasons == ("not-owner query.a",)
    assert scene.ask(ADA, "GET /o/1?a=7&a=").status == 403
    assert scene.ask(ADA, "GET /o/1").status == 403


BODY = {"type": "object", "properties": {"from": {"properties": {"account": OWNER}}, "note": TEXT}}


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({"from": {"account": "7"}}, ()),
        ({"from": {"account": "8"}}, ("not-owner body/from/account",)),
        ({"from": {"account": "7", "Account": "8"}}, ("not-owner body/from/Account",)),
        ({"from": {"account": "7"}, "FROM": {"account": "8"}}, ("not-owner body/FROM/account",)),
        ({"from": {"account": None}}, ("owner-unknown body",)),
        ({"from": {}}, ("owner-unknown body",)),
        ({}, ("owner-unknown body",)),
        ([], ("owner-unknown body",)),
        ({"from": {"account": {"$ne": ""}}}, ("owner-unknown body/from/account",)),
        ({"from": {"account": True}}, ("owner-unknown body/from/account",)),
        (None, ("owner-unknown body",)),
    ],
)
def test_owner_in_a_body(body: Any, reasons: tuple[str, ...]) -> None:
    scene = stage({"post": operation(body=BODY)}, "request-schema: {mode: off}, payload: {mode: off}")
    assert scene.ask(ADA, "POST /o/1", body).reasons == reasons


FORM = (("content-type", "application/x-www-form-urlencoded"),)


def test_owner_in_a_form() -> None:
    form = {"type": "object", "properties": {"account": OWNER}}
    scene = stage({"post": operation(body=(("application/x-www-form-urlencoded", form),))})
    assert scene.ask(ADA, "POST /o/1", b"account=7", sends=FORM).status == 200
    assert scene.ask(ADA, "POST /o/1", b"account=8", sends=FORM).reasons == ("not-owner body/account",)
    assert scene.ask(ADA, "POST /o/1", b"x=1", sends=FORM).status == 403
    alone = stage(
        {"post": operation(body=(("application/x-www-form-urlencoded", form),))}, "request-schema: {mode: off}"
    )
    assert alone.ask(ADA, "POST /o/1", b"account=7&account=8", sends=FORM).reasons == ("owner-unknown body",)


@pytest.mark.parametrize(
    ("body", "sends"),
    [
        (b"{", JSON),
        (b"\xff", JSON),
        (b'{"from":{"account":"7"},"from":{"account":"8"}}', JSON),
        (b"{}", (*JSON, ("content-encoding", "br"))),
        (b"x", (("content-type", "text/plain"),)),
        (b"x", (("content-type", "application/octet-stream"),)),
        (b"x", ()),
    ],
)
def test_a_body_that_cannot_be_read_says_nothing_of_its_owner(body: bytes, sends: Any) -> None:
    off = ", ".join(f"{name}: {{mode: off}}" for name in ("canonical-form", "media-type", "request-schema"))
    scene = stage({"post": operation(body=BODY)}, off)
    assert [each.partition(" ")[0] for each in scene.ask(ADA, "POST /o/1", body, sends=sends).reasons] == [
        "owner-unknown"
    ]


def test_a_body_may_leave_the_owner_to_a_parameter() -> None:
    owned = [at("path.id", **{"x-garrison-owner": "account"})]
    scene = stage({"post": operation(body=BODY, parameters=owned)})
    assert scene.ask(ADA, "POST /o/7", {}).status == 200
    assert scene.ask(ADA, "POST /o/7", {"from": {"account": "8"}}).status == 403


# -- in the answer

ITEM = {"type": "object", "properties": {"account": OWNER, "name": TEXT}}
LIST = {"type": "object", "properties": {"items": {"type": "array", "items": ITEM}, "next": TEXT}}


@pytest.mark.parametrize(
    ("schema", "answer", "reasons"),
    [
        (ITEM, {"account": "7", "name": "a"}, ()),
        (ITEM, {"account": 7}, ()),
        (ITEM, {"account": "8"}, ("not-owner-of-answer response.body/account",)),
        (ITEM, {"name": "a"}, ("owner-unknown-in-answer response.body/account",)),
        (ITEM, {"account": None}, ("owner-unknown-in-answer response.body/account",)),
        (ITEM, {"account": {}}, ("owner-unknown-in-answer response.body/account",)),
        (ITEM, {}, ("owner-unknown-in-answer response.body/account",)),
        (ITEM, "text", ("owner-unknown-in-answer response.body",)),
        (ITEM, [{"account": "7"}], ("owner-unknown-in-answer response.body",)),
        (ITEM, b"null", ("owner-unknown-in-answer response",)),
        (LIST, {"items": [{"account": "7"}, {"account": "7"}]}, ()),
        (LIST, {"items": [{"account": "7"}, {"account": "8"}]}, ("not-owner-of-answer response.body/items/1/account",)),
        (LIST, {"items": [{"account": "7"}, {}]}, ("owner-unknown-in-answer response.body/items/1/account",)),
        (LIST, {"items": []}, ()),
        (LIST, {"next": "x"}, ("owner-unknown-in-answer response",)),
        (LIST, {"items": "x"}, ("owner-unknown-in-answer response.body/items",)),
        ({"type": "array", "items": ITEM}, [], ()),
        ({"type": "array", "items": ITEM}, [None], ("owner-unknown-in-answer response",)),
        ({"additionalProperties": ITEM}, {"a": {"account": "7"}, "b": {"account": "8"}},
         ("not-owner-of-answer response.body/b/account",)),
    ],
)  # fmt: skip
def test_owner_in_the_answer(schema: Any, answer: Any, reasons: tuple[str, ...]) -> None:
    seen = stage({"get": operation(schema)}).ask(ADA, "GET /o/1", answer=answer)
    assert seen.reasons == reasons
    assert seen.status == (404 if reasons else 200)


@pytest.mark.parametrize(
    ("answer", "more", "status"),
    [
        (b"{", {"returns": JSON}, 404),
        (b"name", {"returns": (("content-type", "text/html"),)}, 404),
        (b"name", {"returns": ()}, 404),
        (b'{"a":1}', {"returns": (("content-type", "application/vnd.x+json"),)}, 404),
        (gzip.compress(b'{"account":"7"}'), {"returns": (*JSON, ("content-encoding", "gzip"))}, 200),
        (gzip.compress(b'{"account":"8"}'), {"returns": (*JSON, ("content-encoding", "gzip"))}, 404),
        (b"?", {"returns": (*JSON, ("content-encoding", "br"))}, 404),
        (b"data: x", {"returns": (("content-type", "text/event-stream"),)}, 404),
        (b"\x89PNG", {"returns": (("content-type", "image/png"),)}, 404),
        (b"[]" + b" " * 2000000, {"returns": JSON}, 404),
        (b"", {"status": 204, "returns": ()}, 204),
        (b"", {"status": 200, "returns": JSON}, 200),
        (b"not found", {"status": 404, "returns": (("content-type", "text/plain"),)}, 404),
        (b"wait", {"status": 503, "returns": (("content-type", "text/plain"),)}, 503),
        (b'{"account":"7"}', {"status": 201, "returns": JSON}, 404),
    ],
)
def test_what_else_may_be_answered(answer: bytes, more: dict[str, Any], status: int) -> None:
    scene = stage({"get": operation(ITEM)}, "response-schema: {mode: off}, error-leakage: {mode: off}")
    assert scene.ask(ADA, "GET /o/1", answer=answer, **more).status == status


def test_a_stream_that_should_name_owners_is_refused() -> None:
    scene = stage({"get": operation((("text/event-stream", ITEM),))})
    returns = (("content-type", "text/event-stream"),)
    assert scene.ask(ADA, "GET /o/1", answer=b"data: {}", returns=returns).status == 404


def test_where_the_request_named_the_owner_an_answer_need_not() -> None:
    owned = [at("path.id", **{"x-garrison-owner": "account"})]
    scene = stage({"get": operation(LIST, parameters=owned)})
    assert scene.ask(ADA, "GET /o/7", answer={"next": "x"}).status == 200
    assert scene.ask(ADA, "GET /o/7", answer={"items": [{"account": "8"}]}).status == 404
    assert scene.ask(ADA, "GET /o/8", answer={"items": []}).status == 403


def test_an_optional_parameter_may_be_left_out_where_the_answer_is_looked_at() -> None:
    owned = [at("query.account", schema=OWNER)]
    scene = stage({"get": operation(LIST, parameters=owned)})
    assert scene.ask(ADA, "GET /o/7", answer={"items": [{"account": "7"}]}).status == 200
    assert scene.ask(ADA, "GET /o/7", answer={"items": [{"account": "8"}]}).status == 404
    assert scene.ask(ADA, "GET /o/7", answer={"next": "x"}).status == 404


def test_monitor_mode_changes_nothing() -> None:
    scene = stage({"get": operation(ITEM)}, "object-access: {mode: monitor}")
    seen = scene.ask(ADA, "GET /o/1", answer={"account": "8"})
    assert (seen.status, seen.value) == (200, {"account": "8"})
    assert [each.id for each in seen.event.observed] == ["not-owner-of-answer"]


# -- by the settings

SETTINGS = """
operations:
  - match: getThing
    controls:
      object-access:
        owners:
          - {parameter: query.by, claim: account}
          - {answer: "/things/*/account", claim: account}
          - {answer: "/of~1x", claim: sub}
  - match: putThing
    controls: {object-access: {owners: [{field: /who/0/id, claim: account}]}}
"""


def test_owners_of_the_settings() -> None:
    paths = {
        "/t": {
            "get": operation({}, parameters=[at("query.by")], operationId="getThing"),
            "put": operation(body={}, operationId="putThing"),
        }
    }
    scene = Stage(api(paths), "request-schema: {mode: off}", SETTINGS)
    whole = {"things": [{"account": "7"}], "of/x": "ada"}
    assert scene.ask(ADA, "GET /t?by=7", answer=whole).status == 200
    assert scene.ask(ADA, "GET /t?by=8", answer=whole).status == 403
    wrongs: list[Any] = [
        {**whole, "of/x": "bob"},
        {"things": []},
        {**whole, "things": [{}]},
        {**whole, "things": 1},
        [],
        b"null",
    ]
    for wrong in wrongs:
        assert scene.ask(ADA, "GET /t?by=7", answer=wrong).status == 404, wrong
    assert scene.ask(ADA, "PUT /t", {"who": [{"id": "7"}]}).status == 200
    assert scene.ask(ADA, "PUT /t", {"who": [{"id": "8"}]}).reasons == ("not-owner body/who/0/id",)
    assert scene.ask(ADA, "PUT /t", {"who": []}).reasons == ("owner-unknown body",)


@pytest.mark.parametrize("exempt", [principal("s", scopes="a support"), principal("s", roles="agent")])
def test_exemptions(exempt: Any) -> None:
    controls = "object-access: {unless-scopes: [support], unless-roles: [agent]}"
    owned = [at("path.id", **{"x-garrison-owner": "account"})]
    scene = stage({"post": operation(ITEM, BODY, parameters=owned)}, controls)
    assert scene.ask(exempt, "POST /o/8", {"from": {"account": "9"}}, {"account": "1"}).status == 200
    assert scene.ask(exempt, "POST /o/8", {"from": {"account": "9"}}, {"account": "9"}).status == 200
    assert scene.ask(ADA, "POST /o/8", {}, {}).status == 403
    assert scene.ask(ADA, "POST /o/7", {"from": {"account": "7"}}, {"account": "9"}).status == 404


def test_a_table_says_what_belongs_to_whom() -> None:
    controls = "object-access: {tables: {sold: {file: sold.csv}}}"
    marked = {**TEXT, "x-garrison-owner": {"claim": "dealer", "table": "sold"}}
    scene = stage({"get": operation({"properties": {"vin": marked}})}, controls)
    scene.state.tables = {"sold.csv": {"acme": frozenset({"V1", "V2"}), "bolt": frozenset({"V3"})}}

    def status(vin: str, **claims: Any) -> int:
        return scene.ask(principal("d", **claims), "GET /o/1", answer={"vin": vin}).status

    assert status("V1", dealer="acme") == 200
    assert status("V3", dealer="acme") == 404
    assert status("V3", dealer=["acme", "bolt"]) == 200
    assert status("acme", dealer="acme") == 404
    assert status("V1", dealer="nobody") == 404
    assert status("V1") == 404
    scene.state.tables = {}
    assert status("V1", dealer="acme") == 404


def test_a_table_that_the_settings_do_not_have_lets_nobody() -> None:
    marked = {**TEXT, "x-garrison-owner": {"claim": "dealer", "table": "sold"}}
    scene = stage({"get": operation({"properties": {"vin": marked}})})
    assert scene.ask(principal(dealer="V1"), "GET /o/1", answer={"vin": "V1"}).status == 404


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ({"sub": "agent"}, True),
        ({"sub": "agent", "act": {"sub": "mallory"}}, True),
        ({"sub": "mallory", "act": {"sub": "agent"}}, False),
        ({}, False),
        ("agent", False),
        ([{"sub": "agent"}], False),
        (None, False),
    ],
)
def test_who_may_act_for_an_owner(act: Any, allowed: bool) -> None:
    scene = stage({"get": operation()}, "object-access: {actors: [agent]}")
    assert scene.ask(ADA, "GET /o/7").status == 200
    token, key = principal(act=act), principal("program")
    for who in (token, replace(key, parts=(key, token))):
        seen = scene.ask(who, "GET /o/7")
        assert [each.partition(" ")[0] for each in seen.reasons] == ([] if allowed else ["actor-not-allowed"])


# -- a decision point elsewhere

POINT = "object-access: {decision-point: {url: 'https://pdp.example/access/v1/evaluation'}}"


def answered(body: bytes, status: int = 200) -> Answer:
    return Answer(status, "application/json", body)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answered(b'{"decision": true}'), None),
        (answered(b'{"decision": true, "context": {"id": "0"}}'), None),
        (answered(b'{"decision": false}'), "decision-denied"),
        (answered(b'{"decision": "true"}'), "decision-unavailable"),
        (answered(b'{"decision": 1}'), "decision-unavailable"),
        (answered(b'{"decision": null}'), "decision-unavailable"),
        (answered(b"{}"), "decision-unavailable"),
        (answered(b"[true]"), "decision-unavailable"),
        (answered(b"true"), "decision-unavailable"),
        (answered(b""), "decision-unavailable"),
        (answered(b'\xff{"decision": true}'), "decision-unavailable"),
        (answered(b"[" * 100000), "decision-unavailable"),
        (answered(b'{"decision": true}', 500), "decision-unavailable"),
        (answered(b'{"decision": true}', 201), "decision-unavailable"),
        (UNANSWERED, "decision-unavailable"),
    ],
)
def test_a_decision_point_must_say_true(answer: Answer, expected: str | None) -> None:
    scene = stage({"get": operation()}, POINT)
    scene.answers = [answer]
    seen = scene.ask(ADA, "GET /o/7")
    assert seen.reasons == ((expected,) if expected else ())
    assert seen.status == {None: 200, "decision-denied": 403, "decision-unavailable": 503}[expected]


def test_what_a_decision_point_is_asked() -> None:
    parameter = at("path.id", **{"x-garrison-object": "customer"})
    scene = stage({"get": operation(parameters=[parameter], operationId="getOne")}, POINT)
    scene.answers = [answered(b'{"decision": true}')]
    (question,) = scene.ask(principal("ada", "read write", "clerk", tenant="t"), "GET /o/7?").asked
    assert (question.service, question.content_type) == ("decision-point", "application/json")
    assert json.loads(question.body) == {
        "subject": {
            "type": "principal",
            "id": "r:ada",
            "properties": {
                "realm": "r",
                "subject": "ada",
                "client": "app",
                "scopes": ["read", "write"],
                "roles": ["clerk"],
                "claims": {"tenant": "t"},
            },
        },
        "action": {"name": "getOne", "properties": {"method": "GET"}},
        "resource": {"type": "customer", "id": "7", "properties": {"path": "/o/7", "parameters": {"id": "7"}}},
        "context": {"time": 1.0, "peer": "192.0.2.1"},
    }


def test_a_decision_point_is_not_asked_about_what_is_refused_anyhow() -> None:
    owned = [at("path.id", **{"x-garrison-owner": "account"})]
    scene = stage({"get": operation(parameters=owned)}, POINT)
    assert scene.ask(ADA, "GET /o/8").asked == ()


def test_exempt_from_owners_is_not_exempt_from_the_decision_point() -> None:
    owned = [at("path.id", **{"x-garrison-owner": "account"})]
    controls = POINT.replace("{decision", "{unless-roles: [agent], decision")
    scene = stage({"get": operation(parameters=owned)}, controls)
    scene.answers = [answered(b'{"decision": false}')]
    assert scene.ask(principal(roles="agent"), "GET /o/8").reasons == ("decision-denied",)


def test_undescribed_requests_are_asked_about_as_well() -> None:
    scene = stage({"get": operation()}, f"{POINT}, inventory: {{unsafe-allow-undescribed: true}}")
    scene.answers = [answered(b'{"decision": false}')]
    assert scene.ask(ADA, "DELETE /elsewhere").reasons == ("decision-denied",)
