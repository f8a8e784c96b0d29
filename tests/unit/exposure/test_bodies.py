"""Subjects in every form of answer: nested, in lists, GraphQL, lines of JSON, tables; and where settings name them."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.acting import JSON, Seen, Stage, api, operation, principal

from garrison.core.exposure import Attribution

ADA = principal("ada", account="1")
NUMBER = {"type": "string", "x-garrison-subject": "customer"}
PERSON = {
    "type": "object",
    "properties": {
        "number": NUMBER,
        "name": {"type": "string", "x-garrison-type": "name"},
        "email": {"type": "string", "x-garrison-type": "email"},
    },
}
LINES, CSV = "application/x-ndjson", "text/csv"


def stage(schema: Any, own: str = "infer: false", more: str = "response-schema: {mode: off}", **rest: Any) -> Stage:
    controls = f"exposure: {{{own}}}, {more}" if more else f"exposure: {{{own}}}"
    return Stage(api({"/people": {"get": operation(schema, **rest)}}), controls)


def told(scene: Stage, seen: Seen, *candidates: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    """Names of the subjects exposed, of those that may be, and their types."""
    names = {scene.state.pseudonyms.digest(kind, name): f"{kind} {name}" for kind, name in candidates}
    return {names[one]: each.types for each in seen.event.exposed for one in each.subjects}


def customers(*names: str) -> list[tuple[str, str]]:
    return [("customer", name) for name in names]


def answered(media_type: str, *, charset: str = "") -> tuple[tuple[str, str], ...]:
    return (("content-type", media_type + charset),)


def test_what_no_object_claims_is_of_those_within_the_object_around_it() -> None:
    order = {"properties": {"customer": PERSON, "iban": {"x-garrison-type": "iban"}}}
    scene = stage({"properties": {"orders": {"type": "array", "items": order}, "by": {"x-garrison-type": "health"}}})
    answer = {"orders": [{"customer": {"number": "1"}, "iban": "x"}, {"customer": {"number": "2"}}], "by": "y"}
    seen = scene.ask(ADA, "GET /people", answer=answer)
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("health", "iban"), "customer 2": ("health",)}


def test_subjects_of_several_kinds_in_one_answer() -> None:
    car = {
        "properties": {
            "vin": {"x-garrison-subject": "vehicle"},
            "owner": PERSON,
            "place": {"x-garrison-type": "position"},
        }
    }
    scene = stage({"properties": {"cars": {"items": car}}})
    answer = {"cars": [{"vin": "A", "owner": {"number": "1", "name": "N"}, "place": "x"}, {"vin": "B", "owner": None}]}
    seen = scene.ask(ADA, "GET /people", answer=answer)
    known = [("vehicle", "A"), ("vehicle", "B"), ("customer", "1")]
    assert told(scene, seen, *known) == {"vehicle A": ("position",), "vehicle B": (), "customer 1": ("name",)}


def test_aliases_of_a_graphql_answer_are_each_seen() -> None:
    envelope = {"properties": {"data": {"additionalProperties": PERSON}, "errors": {}}}
    scene = stage(envelope)
    data = {"a": {"number": "1", "name": "A"}, "b": {"number": "2", "email": "b@example.com"}, "c": None}
    seen = scene.ask(ADA, "GET /people", answer={"data": data, "errors": []})
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("name",), "customer 2": ("email",)}


def test_data_of_a_person_who_is_not_named_is_nobodys_and_known_to_be() -> None:
    scene = stage({"properties": {"data": {"additionalProperties": PERSON}}}, "mode: enforce, infer: false")
    seen = scene.ask(ADA, "GET /people", answer={"data": {"a": {"number": "1"}, "b": {"email": "b@example.com"}}})
    assert (seen.status, seen.reasons) == (502, ("subjects-unreadable response",))
    watching = stage({"properties": {"data": {"additionalProperties": PERSON}}})
    event = watching.ask(ADA, "GET /people", answer={"data": {"a": {"number": "1"}, "b": {"email": "x"}}}).event
    assert (event.attribution, len(event.exposed)) == (Attribution.UNKNOWN, 1)


def test_who_is_named_within_somebody_who_is_not_named_is_somebody_else() -> None:
    friend = {"properties": {"number": NUMBER}}
    person = {"properties": {**PERSON["properties"], "friend": friend}}  # type: ignore[dict-item]
    answer = [
        {"email": "a@example.com", "friend": {"number": "1"}},
        {"email": "b@example.com", "friend": {"number": "1"}},
    ]
    for schema, value in (({"type": "array", "items": person}, answer), (person, answer[0])):
        seen = stage(schema, "mode: enforce, infer: false").ask(ADA, "GET /people", answer=value)
        assert seen.reasons == ("subjects-unreadable response",)
    car = {
        "properties": {"vin": {"x-garrison-subject": "vehicle"}, "place": {"x-garrison-type": "position"}, "of": friend}
    }
    scene = stage({"type": "array", "items": car}, "mode: enforce, infer: false")
    seen = scene.ask(ADA, "GET /people", answer=[{"place": "x", "of": {"number": "1"}}])
    assert told(scene, seen, *customers("1")) == {"customer 1": ("position",)}


PAGE = {"type": "object", "properties": {"people": {"type": "array", "items": PERSON}}}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (PERSON, [{"number": "1"}, {"number": "2"}]),  # of `/people/1,2`
        (PERSON, [[]]),
        (PAGE, [{"people": [{"number": "1"}]}, {"people": [{"number": "2"}]}]),  # of several questions at once
        (PAGE, {"people": {"number": "1"}}),
        ({"type": "array", "items": PERSON}, {"data": [{"number": "1"}]}),
        ({"type": "array", "items": PERSON}, [[{"number": "1"}]]),
        ({"type": "object", "additionalProperties": PERSON}, [{"number": "1"}]),
        (PERSON, {"number": {"$oid": "1"}}),
        ({"type": "array", "items": NUMBER}, [[["1", "2"]]]),
        ({"type": "array", "x-garrison-subject": "customer", "items": {}}, ["1", ["2"]]),
    ],
)
def test_people_where_nobody_looks_for_them_are_not_known(schema: Any, answer: Any) -> None:
    asked = [{"name": "number", "in": "query", "schema": NUMBER}]
    scene = stage(schema, "mode: enforce, infer: false", parameters=asked)
    for line in ("GET /people", "GET /people?number=1,2"):
        assert scene.ask(ADA, line, answer=answer).reasons == ("subjects-unreadable response",)
    assert stage(schema).ask(ADA, "GET /people", answer=answer).event.attribution is Attribution.UNKNOWN


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (PERSON, []),
        (PAGE, {"people": {}}),
        (PAGE, {"people": None}),
        ({"oneOf": [PERSON, {"type": "array"}]}, [[1]]),
        ({"oneOf": [{"type": "array", "items": PERSON}, {"properties": {"error": {}}}]}, {"error": "x"}),
        ({"properties": {"other": {"properties": {"a": {"x-garrison-type": "name"}}}, "p": PERSON}}, {"other": ["x"]}),
    ],
)
def test_of_other_forms_of_answers_it_is_known_that_they_name_nobody(schema: Any, answer: Any) -> None:
    seen = stage(schema, "mode: enforce, infer: false").ask(ADA, "GET /people", answer=answer)
    assert (seen.status, seen.event.exposed, seen.event.attribution) == (200, (), Attribution.ANNOTATED)


@pytest.mark.parametrize("schema", [PERSON, {"type": "array", "items": PERSON}])
def test_lines_of_json_are_read_where_they_are_annotated(schema: Any) -> None:
    scene = stage(((LINES, schema),))
    body = b'{"number":"1","name":"A"}\n\n{"number":"2"}\n'
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(LINES))
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("name",), "customer 2": ()}
    assert (seen.event.attribution, seen.event.uninspected) == (Attribution.ANNOTATED, ())
    assert seen.value == body


def test_records_that_a_separator_begins_are_lines() -> None:
    scene = stage((("application/json-seq", PERSON),))
    seen = scene.ask(ADA, "GET /people", answer=b'\x1e{"number":"1"}\n', returns=answered("application/json-seq"))
    assert told(scene, seen, *customers("1")) == {"customer 1": ()}


def test_a_default_answer_names_people_whatever_other_answers_are_declared() -> None:
    content = {"application/json": {"schema": PERSON}}
    responses = {"204": {"description": ""}, "default": {"description": "", "content": content}}
    scene = Stage(api({"/people": {"get": operation(responses=responses)}}), "response-schema: {mode: off}")
    seen = scene.ask(ADA, "GET /people", answer={"number": "1", "name": "A"})
    assert told(scene, seen, *customers("1")) == {"customer 1": ("name",)}


def test_lines_that_nothing_is_said_of_pass_as_a_stream() -> None:
    bare = {"properties": {"customerId": {"type": "string"}}}
    seen = stage(((LINES, bare),), "mode: enforce").ask(ADA, "GET /people", answer=b"{", returns=answered(LINES))
    assert (seen.status, seen.event.attribution) == (200, Attribution.NOTHING)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"number,name\r\n1,A\r\n2,\r\n", CSV),
        (b'\xef\xbb\xbfname,number\n"A, B",1\n,2\n', CSV),
        (b"name;number\nA;1\n;2\n", CSV),
        ("number,name\r\n1,A\u20283\x0c4\x85\r2,\n".encode(), CSV),
        (b"number\tname\n1\tA\n2\n", "text/tab-separated-values"),
    ],
)
def test_the_head_line_names_the_columns_of_a_table(body: bytes, media_type: str) -> None:
    scene = stage(((media_type, {"type": "array", "items": PERSON}),))
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(media_type, charset="; charset=utf-8"))
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("name",), "customer 2": ()}


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"number":"1"}\n{', LINES),
        (b"1,A\n2,B\n", CSV),  # no head line: which column is which nobody knows
        (b"number,name\n1,A,x\n", CSV),
        (b"number,number\n1,2\n", CSV),
        (b'number,name\n"1,A\n', CSV),
        (b"number\n\xff\n", CSV),
        (b"number\n1\n", "application/pdf"),
    ],
)
def test_what_cannot_be_read_is_refused_where_that_is_enforced(body: bytes, media_type: str) -> None:
    scene = stage(((LINES, PERSON), (CSV, PERSON)), "mode: enforce, infer: false")
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(media_type))
    assert (seen.status, seen.reasons) == (502, ("subjects-unreadable response",))


@pytest.mark.parametrize(
    ("body", "media_type", "span", "exposed"),
    [
        (b'"A"', "application/json", "bytes 22-24/26", None),
        (b"1,number\n2,3\n", CSV, "bytes 12-24/25", None),
        (b'[{"number":"1"}]', "application/json", "bytes 0-15/17", None),
        (b'[{"number":"1"}]', "application/json", "Bytes */17", None),
        (b'[{"number":"1"}]', "application/json", "bytes 0-15/16", {"customer 1": ()}),
        (b'[{"number":"1"}]', "application/json", "0-0/7", {"customer 1": ()}),
    ],
)
def test_of_a_range_of_bytes_nobody_knows_whom_it_is_about(
    body: bytes, media_type: str, span: str, exposed: dict[str, tuple[str, ...]] | None
) -> None:
    people = {"type": "array", "items": PERSON}
    content = {each: {"schema": people} for each in ("application/json", CSV)}
    paths = {"/people": {"get": operation(responses={"2XX": {"description": "", "content": content}})}}
    scene = Stage(api(paths), "exposure: {mode: enforce, infer: false}, response-schema: {mode: off}")
    returns = (*answered(media_type), ("content-range", span))
    seen = scene.ask(ADA, "GET /people", answer=body, returns=returns, status=206)
    assert (seen.status, told(scene, seen, *customers("1"))) == ((502, {}) if exposed is None else (206, exposed))


def test_a_larger_answer_than_is_inspected_is_refused_where_that_is_enforced() -> None:
    scene = stage(((LINES, PERSON),), "mode: enforce", "response-schema: {mode: off, inspected-bytes: 20}")
    body = b'{"number":"1"}\n{"number":"2"}\n'
    assert scene.ask(ADA, "GET /people", answer=body, returns=answered(LINES)).status == 502


def test_a_document_about_one_who_was_asked_for_need_not_be_read() -> None:
    path = {"name": "number", "in": "path", "required": True, "schema": NUMBER}
    paths = {"/people/{number}/bill": {"parameters": [path], "get": operation((("application/pdf", {}),))}}
    scene = Stage(api(paths), "exposure: {mode: enforce}, response-schema: {mode: off}")
    seen = scene.ask(ADA, "GET /people/7/bill", answer=b"%PDF", returns=answered("application/pdf"))
    assert told(scene, seen, *customers("7")) == {"customer 7": ()}
    assert seen.event.attribution is Attribution.ANNOTATED


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        (CSV, {"type": "string"}),
        (CSV, None),
        ("application/pdf", {"type": "string", "format": "binary"}),
        ("application/xml", {"type": "array", "items": {"properties": {"number": {"type": "string"}}}}),
        ("application/vnd.people+json", None),
        (LINES, None),
        ("text/*", None),
    ],
)
def test_who_chooses_a_media_type_of_which_nothing_is_said_is_not_shown_nobody(media_type: str, schema: Any) -> None:
    """The same answer names people in another media type, so that this one is about people as well."""
    content = (("application/json", {"type": "array", "items": PERSON}), (media_type, schema))
    asked = [{"name": "number", "in": "query", "schema": NUMBER}]
    returns = answered(media_type.replace("*", "x"))
    scene = stage(content, "mode: enforce", parameters=asked)
    seen = scene.ask(ADA, "GET /people", answer=b'[{"number":"1"}]', returns=returns)
    assert (seen.status, seen.reasons) == (502, ("subjects-unreadable response",))
    seen = scene.ask(ADA, "GET /people?number=7", answer=b'[{"number":"1"}]', returns=returns)
    assert told(scene, seen, *customers("1", "7")) == {"customer 7": ()}
    watched = stage(content).ask(ADA, "GET /people", answer=b'[{"number":"1"}]', returns=returns)
    assert (watched.status, watched.event.attribution) == (200, Attribution.UNKNOWN)


def test_an_answer_that_is_said_to_name_nobody_names_nobody() -> None:
    total = {"properties": {"total": {"type": "integer"}}}
    content = (("application/json", {"type": "array", "items": PERSON}), ("application/vnd.total+json", total))
    seen = stage(content, "mode: enforce").ask(
        ADA, "GET /people", answer={"total": 3}, returns=answered("application/vnd.total+json")
    )
    assert (seen.status, seen.event.exposed, seen.event.attribution) == (200, (), Attribution.ANNOTATED)


@pytest.mark.parametrize("answer", [[], {}, None, ""])
def test_an_answer_that_holds_nothing_discloses_nobody_who_was_asked_for(answer: Any) -> None:
    asked = {"name": "number", "in": "query", "schema": NUMBER}
    scene = stage({}, parameters=[asked])
    assert scene.ask(ADA, "GET /people?number=7", answer=answer).event.exposed == ()
    assert len(scene.ask(ADA, "GET /people?number=7", answer=[0]).event.exposed) == 1


def test_who_is_asked_for_in_a_body_counts_whatever_the_case_of_names() -> None:
    paths = {"/find": {"post": operation({"properties": {"plan": {}}}, body={"properties": {"number": NUMBER}})}}
    scene = Stage(api(paths), "response-schema: {mode: off}, request-schema: {mode: off}")
    seen = scene.ask(ADA, "POST /find", body={"NUMBER": 7}, answer={"plan": "x"})
    assert told(scene, seen, *customers("7")) == {"customer 7": ()}


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("POST /find", b'{"number":7.0}'),
        ("POST /find", b'{"number":70e-1}'),
        ("POST /find", b'{"more":[7.0]}'),
        ("GET /plan?number=7.0", None),
        ("GET /plan?number=7e0", None),
    ],
)
def test_a_number_names_the_same_person_however_it_is_written(line: str, body: bytes | None) -> None:
    whole = {"type": "integer", "x-garrison-subject": "customer"}
    asked = {"properties": {"number": whole, "more": {"type": "array", "items": whole}}}
    number = {"name": "number", "in": "query", "schema": {"type": "number", "x-garrison-subject": "customer"}}
    plan = {"properties": {"plan": {}, "number": whole}}
    paths = {"/find": {"post": operation(plan, body=asked)}, "/plan": {"get": operation(plan, parameters=[number])}}
    scene = Stage(api(paths), "exposure: {mode: enforce}, response-schema: {mode: off}")
    seen = scene.ask(ADA, line, body=body, answer={"plan": "x"})
    assert told(scene, seen, *customers("7")) == {"customer 7": ()}
    seen = scene.ask(ADA, line, body=body, answer=b'{"plan":"x","number":8.0}')
    assert told(scene, seen, *customers("7", "8")) == {"customer 8": ()}


def test_a_number_that_may_be_several_is_none_of_them() -> None:
    number = {"type": "integer", "x-garrison-subject": {"kind": "customer", "claim": "account"}}
    paths = {"/find": {"post": operation({"properties": {"plan": {}}}, body={"properties": {"number": number}})}}
    who = principal("ada", account=str(2**53))
    event = Stage(api(paths)).ask(who, "POST /find", body=b'{"number":9007199254740993.0}', answer={"plan": "x"}).event
    assert [each.own for each in event.exposed] == [False]


# -- settings


@pytest.mark.parametrize(
    ("entry", "line", "answer", "expected"),
    [
        ("answer: /rows/*/id", "GET /people", {"rows": [{"id": 1}, {"id": "2"}]}, {"1", "2"}),
        ("answer: '/*'", "GET /people", ["1", "2"], {"1", "2"}),
        ("answer: /a~1b/~0", "GET /people", {"a/b": {"~": "1"}}, {"1"}),
        ("parameter: who", "GET /people?who=1", {"x": 1}, {"1"}),
        ("parameter: query.who", "GET /people?who=1", {"x": 1}, {"1"}),
    ],
)
def test_settings_name_subjects_as_the_contract_does(entry: str, line: str, answer: Any, expected: set[str]) -> None:
    own = f"subjects: [{{match: GET /people, kind: customer, claim: account, {entry}}}]"
    scene = stage({}, own, parameters=[{"name": "who", "in": "query", "schema": {"type": "string"}}])
    event = scene.ask(ADA, line, answer=answer).event
    found = {one: each.own for each in event.exposed for one in each.subjects}
    digest = scene.state.pseudonyms.digest
    assert found == {digest("customer", name): name == "1" for name in expected}
    assert event.attribution is Attribution.ANNOTATED


def test_settings_name_subjects_in_bodies_of_requests() -> None:
    paths = {"/find": {"post": operation({}, body={})}}
    own = "exposure: {subjects: [{match: POST /find, kind: customer, field: /who/*}]}, response-schema: {mode: off}"
    scene = Stage(api(paths), own)
    seen = scene.ask(ADA, "POST /find", body={"who": [1, 2]}, answer={"plan": "x"})
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": (), "customer 2": ()}


# -- what was taken out


def test_fields_that_are_taken_out_are_disclosed_to_nobody() -> None:
    secret = {"x-garrison-read-scope": "boss"}
    person = {
        "properties": {
            "number": NUMBER,
            "name": {"x-garrison-type": "name"},
            "email": {"x-garrison-type": "email", **secret},
            "boss": {"properties": {"number": {**NUMBER, **secret}}},
        }
    }
    scene = stage(person)
    answer = {"number": "1", "name": "A", "email": "a@example.com", "boss": {"number": "2"}}
    seen = scene.ask(ADA, "GET /people", answer=answer)
    assert seen.value == {"number": "1", "name": "A", "boss": {}}
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("name",)}
    seen = scene.ask(principal("bo", "boss"), "GET /people", answer=answer)
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ("email", "name"), "customer 2": ()}


def test_what_the_contract_does_not_declare_and_is_stripped_is_disclosed_to_nobody() -> None:
    own = "infer: false, subjects: [{match: GET /people, kind: customer, answer: /other}]"
    scene = stage(PERSON, own, "response-schema: {mode: enforce, action: strip}")
    seen = scene.ask(ADA, "GET /people", answer={"number": "1", "other": "2"}, returns=JSON)
    assert seen.value == {"number": "1"}
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": ()}


def test_an_answer_that_nests_without_end_is_not_attributed() -> None:
    paths = {"/people": {"get": operation({"$ref": "#/components/schemas/Tree"})}}
    tree = {"properties": {"number": NUMBER, "inner": {"$ref": "#/components/schemas/Tree"}}}
    scene = Stage(api(paths, schemas={"Tree": tree}), "exposure: {mode: enforce}, response-schema: {mode: off}")
    answer: dict[str, Any] = {"number": "1"}
    for _ in range(300):
        answer = {"inner": answer}
    assert scene.ask(ADA, "GET /people", answer=answer).reasons == ("subjects-unreadable response",)


def test_a_list_that_is_cut_and_stripped_discloses_what_is_left() -> None:
    person = {"properties": {"number": NUMBER, "email": {"x-garrison-type": "email", "x-garrison-read-scope": "boss"}}}
    budget = "budgets: [{name: few, limit: 2}]"
    scene = stage({"type": "array", "items": person}, f"mode: enforce, infer: false, lists: cut, {budget}")
    answer = [{"number": name, "email": "x"} for name in "123"]
    seen = scene.ask(ADA, "GET /people", answer=answer)
    assert seen.value == [{"number": "1"}, {"number": "2"}]
    assert told(scene, seen, *customers("1", "2", "3")) == {"customer 1": (), "customer 2": ()}


def test_lines_are_not_cut_but_refused() -> None:
    own = "mode: enforce, infer: false, lists: cut, budgets: [{name: few, limit: 1}]"
    scene = stage(((LINES, PERSON),), own)
    body = b'{"number":"1"}\n{"number":"2"}\n'
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(LINES))
    assert (seen.status, seen.reasons) == (403, ("budget-exceeded response",))


def test_each_item_of_a_sequence_has_a_schema_of_its_own() -> None:
    answer = {"description": "", "content": {LINES: {"itemSchema": PERSON}}}
    paths = {"/people": {"get": {"responses": {"200": answer}}}}
    scene = Stage(api(paths, openapi="3.2.0"), "exposure: {infer: false}")
    seen = scene.ask(ADA, "GET /people", answer=b'{"number":"1"}\n{"number":"2"}\n', returns=answered(LINES))
    assert told(scene, seen, *customers("1", "2")) == {"customer 1": (), "customer 2": ()}


@pytest.mark.parametrize("media_type", [LINES, CSV])
def test_other_controls_see_lines_and_tables_as_before(media_type: str) -> None:
    enforced = "response-schema: {mode: enforce, action: strip}, exposure: {mode: enforce, infer: false}"
    person = {**PERSON, "required": ["plan"], "additionalProperties": False}
    scene = Stage(api({"/people": {"get": operation(((media_type, person),))}}), enforced)
    body = b'{"number":"1"}\n' if media_type == LINES else b"number\n1\n"
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(media_type))
    assert (seen.status, seen.value, seen.event.reasons) == (200, body if media_type == CSV else {"number": "1"}, ())
    secret = {"properties": {"number": NUMBER, "note": {"x-garrison-read-scope": "boss"}}}
    scene = Stage(api({"/people": {"get": operation(((media_type, secret),))}}), enforced)
    seen = scene.ask(ADA, "GET /people", answer=body, returns=answered(media_type))
    assert seen.reasons == ("fields-unreadable response.body",)  # it takes fields out of one JSON value only


def watched() -> Stage:
    people = {"get": operation({"type": "array", "items": PERSON})}
    return Stage(api({"/people": people}), "exposure: {infer: false}", mode="monitor")


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_who_left_before_an_answer_broke_off_is_exposed(cut: int) -> None:
    scene = watched()
    whole = msgspec.json.encode([{"number": str(each), "name": "N"} for each in range(1, 4)])
    seen = scene.ask(ADA, "GET /people", answer=whole[:-cut], broke_off=True)
    assert set(told(scene, seen, *customers("1", "2", "3"))) == {
        f"customer {each}" for each in range(1, 4) if f'"{each}"'.encode() in whole[:-cut]
    }
    assert (seen.event.disposition, seen.event.attribution) == ("aborted", "annotated")
    assert seen.event.uninspected == ("response-body: broke off",)


def test_of_a_beginning_that_says_nothing_it_is_not_known_whose_it_is() -> None:
    seen = watched().ask(ADA, "GET /people", answer=b"nonsense", broke_off=True)
    assert (seen.event.exposed, seen.event.attribution) == ((), Attribution.UNKNOWN)
