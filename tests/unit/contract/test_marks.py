"""Where annotations stand in schemas, and what parts of a value those are."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.contract.describing import answer_of, body_of, described, with_parameters

from garrison.contract import marks as module
from garrison.contract.annotations import Owner
from garrison.contract.marks import View, survey
from garrison.core.errors import DescriptionError

SECRET = {"type": "string", "x-garrison-read-scope": "all"}


def view(schema: Any, name: str = "read-scope", **more: Any) -> View:
    marks = answer_of(schema, **more).marks
    assert marks is not None
    found = marks.view(name)
    assert found is not None
    return found


def found(schema: Any, value: Any, name: str = "read-scope", *, fold: bool = False, **more: Any) -> dict[str, Any]:
    """What is annotated in `value`, by pointer."""
    seen = survey(view(schema, name, **more), value, fold=fold)
    return {"/".join(map(str, way)): item for way, _, item in seen.found}


def test_a_schema_without_annotations_has_no_marks() -> None:
    assert answer_of({"type": "object", "properties": {"a": {"type": "string"}}}).marks is None
    assert body_of({"type": "string", "x-other": 1}).marks is None


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (SECRET, "s", {"": "s"}),
        ({"properties": {"a": SECRET, "b": {"type": "string"}}}, {"a": 1, "b": 2}, {"a": 1}),
        ({"properties": {"a": {"properties": {"b": SECRET}}}}, {"a": {"b": 1}}, {"a/b": 1}),
        ({"items": {"properties": {"a": SECRET}}}, [{"a": 1}, {}, {"a": 2}], {"0/a": 1, "2/a": 2}),
        ({"prefixItems": [{"type": "string"}, SECRET]}, ["x", "y"], {"0": "x", "1": "y"}),
        ({"additionalProperties": SECRET}, {"x": 1, "y": 2}, {"x": 1, "y": 2}),
        ({"properties": {"x": {}}, "additionalProperties": SECRET}, {"x": 1, "y": 2}, {"y": 2}),
        ({"properties": {"x": {}}, "unevaluatedProperties": SECRET}, {"x": 1, "y": 2}, {"y": 2}),
        ({"properties": {"x": {}}, "patternProperties": {"^x": SECRET}}, {"x": 1, "xy": 2}, {"x": 1, "xy": 2}),
        ({"unevaluatedItems": SECRET}, ["x"], {"0": "x"}),
        ({"allOf": [{"properties": {"a": SECRET}}, {"properties": {"a": {}}}]}, {"a": 1}, {"a": 1}),
        ({"oneOf": [{"properties": {"a": SECRET}}, {"properties": {"a": {}}}]}, {"a": 1}, {"a": 1}),
        ({"anyOf": [{"type": "null"}, {"properties": {"a": SECRET}}]}, {"a": 1}, {"a": 1}),
        ({"if": {"required": ["t"]}, "then": {"properties": {"a": SECRET}}}, {"a": 1}, {"a": 1}),
        ({"if": {"required": ["t"]}, "else": {"properties": {"a": SECRET}}}, {"a": 1}, {"a": 1}),
        ({"dependentSchemas": {"t": {"properties": {"a": SECRET}}}}, {"a": 1}, {"a": 1}),
        ({"properties": {"a": {"writeOnly": True, **SECRET}}}, {"a": 1}, {"a": 1}),
        ({"properties": {"a": {"writeOnly": True, "properties": {"b": SECRET}}}}, {"a": {"b": 1}}, {"a/b": 1}),
        ({"properties": {"a": {"writeOnly": True, "items": SECRET}}}, {"a": [1]}, {"a/0": 1}),
        ({"properties": {"a": SECRET}}, {"A": 1}, {}),
        ({"properties": {"a": SECRET}}, [{"a": 1}], {}),
        ({"properties": {"a": SECRET}}, None, {}),
        ({"not": {"properties": {"a": SECRET}}, "properties": {"b": SECRET}}, {"a": 1, "b": 2}, {"b": 2}),
    ],
)
def test_every_place(schema: Any, value: Any, expected: Mapping[str, Any]) -> None:
    assert found(schema, value) == expected


def test_references_are_followed() -> None:
    components = {
        "schemas": {"Secret": SECRET, "Outer": {"properties": {"a": {"$ref": "#/components/schemas/Secret"}}}}
    }
    outer = {"$ref": "#/components/schemas/Outer"}
    assert found({"items": outer}, [{"a": 1}], components=components) == {"0/a": 1}


def test_what_should_not_be_there_is_what_the_schema_says_that_it_refers_to() -> None:
    hidden = {"Hidden": {"writeOnly": True, **SECRET}, "Outer": {"properties": {"a": SECRET}}}
    one, other = {"$ref": "#/components/schemas/Hidden"}, {"allOf": [{"$ref": "#/components/schemas/Outer"}]}
    schema = {"properties": {"one": one, "other": {"writeOnly": True, **other}}}
    told = found(schema, {"one": 1, "other": {"a": 2}}, components={"schemas": hidden})
    assert told == {"one": 1, "other/a": 2}


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0", "3.2.0"])
def test_an_annotation_beside_a_reference_counts_in_every_dialect(openapi: str) -> None:
    components = {"schemas": {"Plain": {"type": "string"}}}
    beside = {"$ref": "#/components/schemas/Plain", "x-garrison-read-scope": "all"}
    assert found({"type": "object", "properties": {"a": beside}}, {"a": 1}, openapi=openapi, components=components) == {
        "a": 1
    }


def test_a_circle_of_schemas_is_walked_as_deep_as_the_value() -> None:
    tree = {"type": "object", "properties": {"s": SECRET, "next": {"$ref": "#/components/schemas/Tree"}}}
    value: Any = {}
    for depth in range(5000):  # no recursion, and no bound beneath which a field would pass
        value = {"s": depth, "next": value}
    seen = survey(view({"$ref": "#/components/schemas/Tree"}, components={"schemas": {"Tree": tree}}), value)
    assert sorted(item for _, _, item in seen.found) == list(range(5000))


def test_a_long_chain_of_schemas_is_no_recursion() -> None:
    schemas: dict[str, Any] = {
        f"S{index}": {"properties": {"n": {"$ref": f"#/components/schemas/S{index + 1}"}}} for index in range(900)
    }
    schemas["S900"] = SECRET
    value: Any = 1
    for _ in range(900):
        value = {"n": value}
    seen = survey(view({"$ref": "#/components/schemas/S0"}, components={"schemas": schemas}), value)
    assert [item for _, _, item in seen.found] == [1]


def test_what_leads_to_no_mark_is_left_out() -> None:
    schema = {"properties": {"a": SECRET, "b": {"properties": {"c": {"properties": {"d": {}}}}}}}
    assert list(view(schema).names) == ["a"]


def test_every_annotation_of_an_alternative_counts() -> None:
    one = {"properties": {"a": {"x-garrison-read-scope": "x"}}}
    other = {"properties": {"a": {"x-garrison-read-scope": ["y", "z"]}}}
    seen = survey(view({"oneOf": [one, other]}), {"a": 1})
    assert {mark for _, here, _ in seen.found for mark in here} == {("x",), ("y", "z")}


OWNED = {"properties": {"owner": {"x-garrison-owner": "sub"}, "name": {}}}


@pytest.mark.parametrize(
    ("schema", "value", "missing", "is_empty"),
    [
        (OWNED, {"owner": "a"}, [], False),
        (OWNED, {"owner": None}, ["owner"], False),
        (OWNED, {"name": "a"}, ["owner"], False),
        (OWNED, None, [], False),
        (OWNED, "text", [""], False),
        ({"items": OWNED}, [], [], True),
        ({"items": OWNED}, [{"owner": 1}, {}], ["1/owner"], False),
        ({"properties": {"list": {"items": OWNED}}}, {"list": []}, [], True),
        ({"properties": {"list": {"items": OWNED}}}, {"list": "x"}, ["list"], False),
        ({"properties": {"list": {"items": OWNED}}}, {}, [], False),
        ({"properties": {"owner": {"x-garrison-owner": "sub"}, "inner": OWNED}}, {"owner": 1, "inner": {}},
         ["inner/owner"], False),
        ({"oneOf": [OWNED, {"properties": {"by": {"x-garrison-owner": "sub"}}}]}, {"by": 1}, [], False),
        ({"oneOf": [OWNED, {"properties": {"by": {"x-garrison-owner": "sub"}}}]}, {"name": 1}, ["by"], False),
    ],
)  # fmt: skip
def test_what_should_be_there(schema: Any, value: Any, missing: list[str], is_empty: bool) -> None:
    seen = survey(view(schema, "owner"), value)
    assert ["/".join(map(str, way)) for way in seen.missing] == missing
    assert seen.is_empty is is_empty


def test_names_of_any_case_where_that_is_asked_for() -> None:
    schema = {"properties": {"role": SECRET}}
    assert found(schema, {"ROLE": 1, "role": 2, "rule": 3}, fold=True) == {"ROLE": 1, "role": 2}


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        ("x-garrison-owner", 1, "must be the name of a claim"),
        ("x-garrison-owner", "", "must be the name of a claim"),
        ("x-garrison-owner", {"claim": 7}, "must be the name of a claim"),
        ("x-garrison-owner", {"clam": "sub"}, "must be the name of a claim"),
        ("x-garrison-owner", {"claim": ""}, "must be the name of a claim"),
        ("x-garrison-object", ["a"], "must be the name of a kind"),
        ("x-garrison-read-scope", True, "must be a scope"),
        ("x-garrison-read-scope", [], "must be a scope"),
        ("x-garrison-write-scope", ["a", 1], "must be a scope"),
        ("x-garrison-read-scopes", "a", "is not known here"),
    ],
)
def test_a_wrong_annotation_makes_its_operation_unusable(annotation: str, value: Any, message: str) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}}
    responses = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    contract = described(
        {"/a": {"get": {"responses": responses}}}, components={"schemas": {"A": {"type": "string", annotation: value}}}
    )
    (problem,) = contract.problems
    assert problem.path == f"$.components.schemas.A.{annotation}"
    assert message in problem.message
    assert [each.id for each in contract.uncompiled] == ["GET /a"]


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ({"x-garrison-owner": "sub"}, "$.paths['/a'].get.x-garrison-owner"),
        (
            {"requestBody": {"content": {"a/b": {}}, "x-garrison-write-scope": "a"}},
            "$.paths['/a'].get.requestBody.x-garrison-write-scope",
        ),
        (
            {"responses": {"200": {"description": "", "x-garrison-read-scope": "a"}}},
            "$.paths['/a'].get.responses['200'].x-garrison-read-scope",
        ),
        (
            {"responses": {"200": {"description": "", "content": {"a/b": {"x-garrison-read-scope": "a"}}}}},
            "$.paths['/a'].get.responses['200'].content['a/b'].x-garrison-read-scope",
        ),
        (
            {"responses": {"200": {"description": "", "headers": {"X": {"x-garrison-read-scope": "a"}}}}},
            "$.paths['/a'].get.responses['200'].headers.X.x-garrison-read-scope",
        ),
        (
            {"responses": {"200": {"description": "", "headers": {"X": {"schema": {"x-garrison-subject": "a"}}}}}},
            "$.paths['/a'].get.responses['200'].headers.X.schema.x-garrison-subject",
        ),
    ],
)
def test_an_annotation_elsewhere_would_protect_nothing(where: dict[str, Any], path: str) -> None:
    contract = described({"/a": {"get": {"responses": {}, **where}}})
    assert [problem.path for problem in contract.problems] == [path]
    assert len(contract.uncompiled) == 1


def test_parameters_are_annotated_themselves_or_by_their_schema() -> None:
    number = {"type": "string", "x-garrison-object": "customer"}
    operation = with_parameters(
        {
            "name": "a",
            "in": "path",
            "required": True,
            "schema": number,
            "x-garrison-owner": {"claim": "x", "table": "t"},
        },
        {"name": "X-B", "in": "header", "schema": {"type": "array", "items": number}},
        {"name": "c", "in": "query", "schema": {"type": "string"}},
        path="/p/{a}",
    )
    assert operation.parameters is not None
    marks = operation.parameters.marks
    assert {key: sorted(each.views) for key, each in marks.items()} == {
        ("path", "a"): ["object", "owner"],
        ("header", "x-b"): ["object"],
    }
    owner = marks["path", "a"].view("owner")
    assert owner is not None
    assert owner.here == (Owner("x", "t"),)


@pytest.mark.parametrize("media_type", ["text/event-stream", "application/octet-stream", "text/plain", "image/png"])
def test_annotations_of_bodies_that_are_not_read_are_not_forgotten(media_type: str) -> None:
    assert body_of({"type": "object", "properties": {"a": SECRET}}, media_type=media_type).marks is not None


def test_too_many_places_are_an_error_of_the_description(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NODES", 3)
    with pytest.raises(DescriptionError, match="more than 3 places"):
        answer_of({"properties": {name: {"properties": {name: SECRET}} for name in "abcd"}})


def test_no_field_is_overlooked() -> None:
    """Random schemas and values: what a plain recursion along the schema finds is found."""
    dice = random.Random(4)
    for _ in range(300):
        schema = _random_schema(dice, 4)
        marks = answer_of({"allOf": [schema], "properties": {"z": SECRET}}).marks
        assert marks is not None
        own = marks.view("read-scope")
        assert own is not None
        value = _random_value(dice, 5)
        seen = {way for way, _, _ in survey(own, value).found}
        assert _expected(schema, value, ()) <= seen


def _random_schema(dice: random.Random, depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = dict(SECRET) if dice.random() < 0.2 else {}
    schema.pop("type", None)
    if depth and dice.random() < 0.8:
        schema["properties"] = {name: _random_schema(dice, depth - 1) for name in dice.sample("abc", 2)}
    if depth and dice.random() < 0.4:
        schema["items"] = _random_schema(dice, depth - 1)
    if depth and dice.random() < 0.3:
        schema["additionalProperties"] = _random_schema(dice, depth - 1)
    for keyword in ("allOf", "oneOf", "anyOf"):
        if depth and dice.random() < 0.2:
            schema[keyword] = [_random_schema(dice, depth - 1) for _ in range(2)]
    return schema


def _random_value(dice: random.Random, depth: int) -> Any:
    if not depth or dice.random() < 0.2:
        return 1
    if dice.random() < 0.3:
        return [_random_value(dice, depth - 1) for _ in range(2)]
    return {name: _random_value(dice, depth - 1) for name in dice.sample("abcd", 3)}


def _expected(schema: Any, value: Any, way: tuple[str | int, ...]) -> set[tuple[str | int, ...]]:
    out = {way} if "x-garrison-read-scope" in schema else set()
    if isinstance(value, dict):
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            out |= _expected(inner, item, (*way, name))
    if isinstance(value, list):
        for index, item in enumerate(value):
            out |= _expected(schema.get("items", {}), item, (*way, index))
    for keyword in ("allOf", "oneOf", "anyOf"):
        for member in schema.get(keyword, ()):
            out |= _expected(member, value, way)
    return out
