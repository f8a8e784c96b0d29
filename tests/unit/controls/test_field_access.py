"""Some fields are for some principals only, however the body is made."""

import gzip
from typing import Any

import pytest
from tests.unit.controls.acting import JSON, Stage, api, operation, principal

TEXT = {"type": "string"}
PII = {"x-garrison-read-scope": "pii"}
ADA, CLERK = principal("ada", "read"), principal("clerk", "read pii")
PERSON = {
    "type": "object",
    "required": ["name", "birth"],
    "properties": {
        "name": TEXT,
        "birth": {**TEXT, **PII},
        "home": {"type": "object", "properties": {"city": TEXT, "street": {**TEXT, **PII}}},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
        "score": {"type": "number", "x-garrison-read-scope": ["risk", "audit"]},
    },
}
REF = {"$ref": "#/components/schemas/Person"}
WHOLE = {
    "name": "A",
    "birth": "1970-01-01",
    "home": {"city": "B", "street": "C 1"},
    "friends": [{"name": "D", "birth": "1980-01-01", "score": 1.5}],
    "score": 2,
}
BARE = {"name": "A", "home": {"city": "B"}, "friends": [{"name": "D"}]}


def stage(operations: dict[str, Any], controls: str = "", **components: Any) -> Stage:
    return Stage(api({"/p": operations}, schemas={"Person": PERSON, **components}), controls)


def test_what_may_not_be_read_is_taken_out() -> None:
    scene = stage({"get": operation(REF)})
    assert scene.ask(ADA, "GET /p", answer=WHOLE).value == BARE
    seen = scene.ask(ADA, "GET /p", answer=WHOLE)
    assert (seen.status, seen.event.disposition) == (200, "rewritten")
    assert [each.id for each in seen.event.reasons] == ["field-not-readable"]
    assert scene.ask(None, "GET /p", answer=WHOLE).value == BARE


def test_each_scope_gives_back_its_fields() -> None:
    scene = stage({"get": operation(REF)})
    assert scene.ask(CLERK, "GET /p", answer=WHOLE).value == {
        "name": "A",
        "birth": "1970-01-01",
        "home": {"city": "B", "street": "C 1"},
        "friends": [{"name": "D", "birth": "1980-01-01"}],
    }
    for scope in ("risk", "audit"):
        every = principal("x", f"pii {scope}")
        assert scene.ask(every, "GET /p", answer=WHOLE).value == WHOLE
        assert scene.ask(every, "GET /p", answer=WHOLE).event.disposition == "allowed"


def test_what_one_may_read_the_next_may_not() -> None:
    scene = stage({"get": operation(REF)})
    assert scene.ask(principal("x", "pii risk"), "GET /p", answer=WHOLE).value == WHOLE
    assert scene.ask(ADA, "GET /p", answer=WHOLE).value == BARE


def test_an_answer_without_such_fields_is_left_as_it_is() -> None:
    seen = stage({"get": operation(REF)}, "response-schema: {mode: off}").ask(ADA, "GET /p", answer=b'{ "name": "A" }')
    assert (seen.value, seen.event.disposition) == ({"name": "A"}, "allowed")


def test_refused_where_the_settings_say_so() -> None:
    scene = stage({"get": operation(REF)}, "field-access: {action: refuse}")
    seen = scene.ask(ADA, "GET /p", answer=WHOLE)
    assert seen.status == 403
    assert [each.partition(" ")[0] for each in seen.reasons] == ["field-not-readable"]
    assert scene.ask(ADA, "GET /p", answer=BARE).status == 200


@pytest.mark.parametrize(
    ("schema", "answer", "left"),
    [
        ({"type": "array", "items": REF}, [WHOLE, BARE], [BARE, BARE]),
        ({"additionalProperties": PII}, {"a": 1, "b": 2}, {}),
        ({"properties": {"a": {"items": PII}}}, {"a": [1, 2]}, {"a": [None, None]}),
        ({"oneOf": [{"properties": {"a": PII}}, {"properties": {"a": TEXT}}]}, {"a": "x"}, {}),
        ({"properties": {"a/b": PII, "~": PII}}, {"a/b": 1, "~": 2, "c": 3}, {"c": 3}),
        ({"properties": {"a": PII}}, {"a": {"b": [1]}, "c": None}, {"c": None}),
    ],
)
def test_wherever_it_stands(schema: Any, answer: Any, left: Any) -> None:
    assert stage({"get": operation(schema)}).ask(ADA, "GET /p", answer=answer).value == left


@pytest.mark.parametrize(
    ("schema", "answer", "left"),
    [
        (REF, [WHOLE, BARE, 1], [BARE, BARE, 1]),
        (REF, {"data": WHOLE, "total": 1}, {"data": BARE, "total": 1}),
        (REF, {"data": [{"person": WHOLE}]}, {"data": [{"person": BARE}]}),
        ({"type": "array", "items": REF}, {"items": [WHOLE], "next": None}, {"items": [BARE], "next": None}),
        ({"type": "array", "items": REF}, WHOLE, BARE),
        (REF, {**WHOLE, "home": [WHOLE["home"]], "friends": {"D": WHOLE}}, {**BARE, "home": [{"city": "B"}],
                                                                           "friends": {"D": BARE}}),
        (REF, {"name": "A", "street": "C 1"}, {"name": "A"}),
        ({"properties": {"tags": {"items": PII}}}, [{"tags": ["x"], "a": 1}], [{"a": 1}]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("response_schema", ["monitor", "off"])
def test_what_stands_elsewhere_than_the_contract_says_is_known_by_its_name(
    schema: Any, answer: Any, left: Any, response_schema: str
) -> None:
    scene = stage({"get": operation(schema)}, f"response-schema: {{mode: {response_schema}}}")
    assert scene.ask(ADA, "GET /p", answer=answer).value == left
    every = principal("x", "pii risk")
    assert scene.ask(every, "GET /p", answer=answer).value == answer


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ({"properties": {"birth": PII, "home": {"properties": {"birth": TEXT}}}}, {"home": {"birth": "x"}}),
        ({"properties": {"birth": PII}, "additionalProperties": {"properties": {"birth": TEXT}}}, {"a": {"birth": 1}}),
        ({"properties": {"home": {"properties": {"birth": PII}}, "birth": TEXT}}, {"birth": "x"}),
    ],
)
def test_what_the_contract_describes_is_not_taken_for_another_by_its_name(schema: Any, answer: Any) -> None:
    scene = stage({"get": operation(schema)}, "response-schema: {mode: off}")
    assert scene.ask(ADA, "GET /p", answer=answer).value == answer


def test_another_form_of_what_has_no_name_is_refused() -> None:
    scene = stage({"get": operation({"type": "array", "items": PII})}, "response-schema: {mode: off}")
    seen = scene.ask(ADA, "GET /p", answer={"data": ["x"]})
    assert seen.status == 502
    assert seen.reasons == ("fields-unreadable response.body",)
    assert scene.ask(ADA, "GET /p", answer={}).status == 200


def test_a_body_of_which_nothing_may_be_read_is_refused() -> None:
    assert stage({"get": operation({**TEXT, **PII})}).ask(ADA, "GET /p", answer="x").status == 403


OFF = "response-schema: {mode: off}, error-leakage: {mode: off}"


@pytest.mark.parametrize(
    ("answer", "more", "status"),
    [
        (b"{", {"returns": JSON}, 502),
        (b"<p>", {"returns": (("content-type", "text/html"),)}, 502),
        (b"x", {"returns": ()}, 502),
        (gzip.compress(b'{"name":"A","birth":"x"}'), {"returns": (*JSON, ("content-encoding", "gzip"))}, 200),
        (b"?", {"returns": (*JSON, ("content-encoding", "br"))}, 502),
        (b"{}" + b" " * 2000000, {"returns": JSON}, 502),
        (b"data: x", {"returns": (("content-type", "text/event-stream"),)}, 502),
        (b'{"birth":"x"}', {"returns": JSON, "status": 206}, 502),
        (b"no", {"returns": (("content-type", "text/plain"),), "status": 404}, 404),
        (b"", {"returns": (), "status": 204}, 204),
        (b"", {"returns": JSON, "status": 200}, 200),
    ],
)
def test_what_cannot_be_read_is_only_for_those_who_may_read_all(
    answer: bytes, more: dict[str, Any], status: int
) -> None:
    scene = stage({"get": operation(REF)}, OFF)
    seen = scene.ask(ADA, "GET /p", answer=answer, **more)
    assert seen.status == status
    assert ("fields-unreadable response.body" in seen.reasons) is (status == 502)
    assert scene.ask(principal("x", "pii risk"), "GET /p", answer=answer, **more).status == more.get("status", 200)


@pytest.mark.parametrize("media_type", ["text/event-stream", "application/pdf", "text/plain"])
def test_annotated_bodies_of_other_kinds_are_only_for_those_who_may_read_all(media_type: str) -> None:
    scene = stage({"get": operation(((media_type, REF),))}, OFF)
    returns = (("content-type", media_type),)
    assert scene.ask(ADA, "GET /p", answer=b"birth", returns=returns).status == 502
    assert scene.ask(principal("x", "pii risk"), "GET /p", answer=b"birth", returns=returns).status == 200


def test_what_is_taken_out_is_not_missed_by_the_response_schema() -> None:
    strict = stage({"get": operation(REF)}, "response-schema: {mode: enforce}")
    assert strict.ask(ADA, "GET /p", answer=WHOLE).value == BARE
    both = stage({"get": operation(REF)}, "response-schema: {mode: enforce, action: strip}")
    seen = both.ask(ADA, "GET /p", answer={**WHOLE, "hash": "$2b$"})
    assert seen.value == BARE
    assert [each.id for each in seen.event.reasons] == ["undeclared-property", "field-not-readable"]
    assert both.ask(principal("x", "pii risk"), "GET /p", answer={**WHOLE, "hash": "$2b$"}).value == WHOLE


def test_monitor_mode_changes_nothing() -> None:
    seen = stage({"get": operation(REF)}, "field-access: {mode: monitor}").ask(ADA, "GET /p", answer=WHOLE)
    assert seen.value == WHOLE
    assert [each.id for each in seen.event.observed] == ["field-not-readable"]


# -- writing

ROLE = {**TEXT, "x-garrison-write-scope": ["admin", "owner"]}
UPDATE = {"type": "object", "properties": {"name": TEXT, "role": ROLE, "more": {"additionalProperties": ROLE}}}
ADMIN = principal("root", "admin")


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({"name": "A"}, ()),
        ({"role": "x"}, ("field-not-writable body/role",)),
        ({"role": None}, ("field-not-writable body/role",)),
        ({"Role": "x"}, ("field-not-writable body/Role",)),
        ({"ROLE": "x", "role": "y"}, ("field-not-writable body/ROLE", "field-not-writable body/role")),
        ({"more": {"a": "x"}}, ("field-not-writable body/more/a",)),
        ({"more": {}}, ()),
        ({"name": {"role": "x"}}, ()),
        ([], ()),
    ],
)
def test_writing(body: Any, reasons: tuple[str, ...]) -> None:
    scene = stage({"patch": operation(body=UPDATE)}, "request-schema: {mode: off}")
    seen = scene.ask(ADA, "PATCH /p", body)
    assert sorted(seen.reasons) == sorted(reasons)
    assert seen.status == (403 if reasons else 200)
    assert scene.ask(ADMIN, "PATCH /p", body).status == 200


def test_writing_by_forms() -> None:
    url, parts = "application/x-www-form-urlencoded", "multipart/form-data"
    scene = stage({"post": operation(body=((url, UPDATE), (parts, UPDATE)))})
    form = (("content-type", url),)
    multipart = (("content-type", f"{parts}; boundary=b"),)
    part = b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\nx\r\n--b--\r\n'
    assert scene.ask(ADA, "POST /p", b"name=x", sends=form).status == 200
    assert scene.ask(ADA, "POST /p", b"name=x&role=y", sends=form).reasons == ("field-not-writable body/role",)
    assert scene.ask(ADA, "POST /p", part % b"name", sends=multipart).status == 200
    assert scene.ask(ADA, "POST /p", part % b"role", sends=multipart).reasons == ("field-not-writable body/role",)
    assert scene.ask(ADMIN, "POST /p", part % b"role", sends=multipart).status == 200


@pytest.mark.parametrize(
    ("body", "sends"),
    [
        (b"{", JSON),
        (b'{"role":"x"}', (("content-type", "text/plain"),)),
        (b'{"role":"x"}', ()),
        (b"?", (*JSON, ("content-encoding", "br"))),
        (b'{"name":"a","role":"x","name":"b"}', JSON),
    ],
)
def test_a_body_that_cannot_be_read_is_only_for_those_who_may_write_all(body: bytes, sends: Any) -> None:
    off = ", ".join(f"{name}: {{mode: off}}" for name in ("canonical-form", "media-type", "request-schema"))
    scene = stage({"patch": operation(body=UPDATE)}, off)
    seen = scene.ask(ADA, "PATCH /p", body, sends=sends)
    assert [each.partition(" ")[0] for each in seen.reasons] == ["fields-unwritable"]
    assert scene.ask(ADMIN, "PATCH /p", body, sends=sends).status == 200


def test_parameters_that_write() -> None:
    parameter = {"name": "role", "in": "query", "schema": TEXT, "x-garrison-write-scope": "admin"}
    scene = stage({"post": operation(parameters=[parameter])})
    assert scene.ask(ADA, "POST /p").status == 200
    assert scene.ask(ADA, "POST /p?role=x").reasons == ("field-not-writable query.role",)
    assert scene.ask(ADMIN, "POST /p?role=x").status == 200


def test_read_only_properties_are_refused_by_the_request_schema_already() -> None:
    body = {"type": "object", "properties": {"id": {**TEXT, "readOnly": True}, "name": TEXT}}
    scene = stage({"patch": operation(body=body)})
    assert scene.ask(ADMIN, "PATCH /p", {"id": "1"}).reasons == ("body-invalid body/id",)
