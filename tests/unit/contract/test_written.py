"""Where a field stands in a description as it is written: behind references, in members, in lists, in other files."""

from typing import Any

import msgspec
import pytest

from garrison.contract.load import load
from garrison.contract.overlay import apply_overlay
from garrison.contract.place import Problems
from garrison.contract.written import Written, query


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


ROOT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/a/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "get": {
                "parameters": [{"name": "x y", "in": "query", "schema": {}}],
                "responses": {"2xx": {"$ref": "#/components/responses/A"}, "200": {"$ref": "other.json#/answer"}},
            },
        },
        "/b": {"$ref": "#/components/pathItems/b"},
    },
    "components": {
        "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "pathItems": {"b": {"get": {"responses": {"200": {"$ref": "#/components/responses/A"}}}}},
        "responses": {"A": {"description": "", "content": {"application/json": {"schema": ref("A")}}}},
        "schemas": {
            "A": {"allOf": [{"properties": {"id": {}, "it's-far": {"$ref": "other.json#/far"}}}, ref("B")]},
            "B": {
                "properties": {"id": {}, "list": {"items": {"properties": {"c-d": {}}}}, "self": ref("B")},
                "additionalProperties": {"properties": {"in": {}}},
            },
        },
    },
}  # fmt: skip
OTHER = {"far": {"type": "object", "properties": {"deep": {}}}, "answer": {"description": "", "content": {}}}
FILES = {"/api.json": msgspec.json.encode(ROOT), "/other.json": msgspec.json.encode(OTHER)}
OPERATIONS = {
    each.operation.path: each.operation for each in load("/api.json", read=FILES.__getitem__).catalogue.operations
}
A = "$.components.schemas.A.allOf[0].properties"
B = "$.components.schemas.B"


def places(steps: str, path: str = "/b", status: str = "200") -> list[str]:
    written = Written("/api.json", (), FILES.__getitem__)
    found = written.answer(OPERATIONS[path], status, "application/json", tuple(steps.split("/")))
    return [query(tokens) for tokens in found]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("id", [f"{A}.id", f"{B}.properties.id"]),
        ("it's-far", [f"{A}['it\\'s-far']"]),
        ("it's-far/deep", []),  # in another file, which no overlay reaches
        ("list/*/c-d", [f"{B}.properties.list.items.properties['c-d']"]),
        ("self/self/id", [f"{B}.properties.id"]),
        ("*/in", [f"{B}.additionalProperties.properties.in"]),
        ("nothing", []),
    ],
)
def test_fields_of_answers(steps: str, expected: list[str]) -> None:
    assert sorted(places(steps)) == sorted(expected)


def test_responses_by_status() -> None:
    assert places("id", "/a/{id}", "2XX") == places("id")
    assert places("id", "/a/{id}", "200") == places("id", "/a/{id}", "404") == []


@pytest.mark.parametrize(
    ("place", "name", "expected"),
    [
        ("path", "id", ["$.components.parameters.id"]),
        ("query", "x y", ["$.paths['/a/{id}'].get.parameters[0]"]),
        ("query", "id", []),
    ],
)
def test_parameters(place: str, name: str, expected: list[str]) -> None:
    found = Written("/api.json", (), FILES.__getitem__).parameter(OPERATIONS["/a/{id}"], place, name)
    assert [query(tokens) for tokens in found] == expected


@pytest.mark.parametrize("name", ["a", "a-b", "it's", "back\\slash", "ü", '"', "", "0", "$ref"])
def test_a_query_selects_what_it_is_made_of(name: str) -> None:
    problems = Problems()
    overlay = {"overlay": "1.0.0", "actions": [{"target": query((name, "list", 1)), "update": {"found": True}}]}
    changed = apply_overlay({name: {"list": [{}, {}]}}, "o", overlay, problems)
    assert problems.all() == ()
    assert changed == {name: {"list": [{}, {"found": True}]}}
