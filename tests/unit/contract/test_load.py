"""Loading as a whole: versions, what cannot be used, and that nothing else is ever raised."""

import copy
import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.contract.describing import described, files

from garrison.contract import Contract, load
from garrison.core.document import Document, FormDocument, JsonDocument, MultipartDocument, Part, TextDocument
from garrison.core.errors import DescriptionError


def load_bytes(data: bytes) -> Contract:
    return load("api.yaml", read=lambda _: data)


@pytest.mark.parametrize(
    ("version", "found"),
    [("3.0.0", "3.0.0"), ("3.0.3", "3.0.3"), ("3.1.1", "3.1.1"), ("3.2.0", "3.2.0"), (3.1, "3.1"), ("3.1", "3.1")],
)
def test_versions(version: Any, found: str) -> None:
    document = {"openapi": version, "info": {"title": "t", "version": "2"}, "paths": {}}
    contract = load("a.json", read=files({"a.json": document}))
    assert (contract.openapi, contract.title, contract.version, contract.source) == (found, "t", "2", "a.json")
    assert contract.problems == ()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"swagger": "2.0"}, "Swagger `2.0` is not supported"),
        ({"openapi": "2.0"}, "OpenAPI `2.0` is not supported"),
        ({"openapi": "3.3.0"}, "OpenAPI `3.3.0` is not supported"),
        ({"openapi": "3.10"}, "OpenAPI `3.10` is not supported"),
        ({"openapi": None}, "`openapi` is missing"),
        ({"openapi": []}, "is not supported"),
        ({"openapi": True}, "is not supported"),
        ({}, "`openapi` is missing"),
        ([], "must be an object"),
        (None, "is empty"),
    ],
)
def test_what_is_not_openapi_3_is_a_description_error(document: Any, words: str) -> None:
    with pytest.raises(DescriptionError, match=words):
        load("a.json", read=files({"a.json": document}))


@pytest.mark.parametrize(
    "paths", [None, {}, [], 3, "x", {"/a": 3}, {"/a": {"get": 3}}, {"/a": {"get": None}}, {"x-a": 3}]
)
def test_paths_of_the_wrong_kind(paths: Any) -> None:
    contract = described(paths)
    assert contract.catalogue.operations == ()
    expected = 0 if paths in (None, {}, {"x-a": 3}) else 1
    assert len(contract.problems) == expected


def test_webhooks_and_components_alone_are_a_contract_without_operations() -> None:
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "webhooks": {"x": {"post": {}}}}
    assert load("a.json", read=files({"a.json": document})).catalogue.operations == ()


def test_problems_have_their_lines() -> None:
    contract = load_bytes(
        b"openapi: 3.0.3\n"
        b"info: {title: t, version: 1}\n"
        b"paths:\n"
        b"  /a:\n"
        b"    get:\n"
        b"      parameters:\n"
        b"        - name: n\n"
        b"          in: query\n"
        b"          schema:\n"
        b"            type: strng\n"
        b"      responses: {}\n"
        b"  /a:\n"
        b"    get:\n"
        b"      parameters:\n"
        b"        - name: n\n"
        b"          in: nowhere\n"
        b"      responses: {}\n"
    )
    assert [(problem.path, problem.line) for problem in contract.problems] == [
        ("$.paths['/a']", 12),
        ("$.paths['/a'].get.parameters[0]", 7),
    ]


def test_hostile_schemas_neither_hang_nor_crash() -> None:
    deep: Any = {"type": "string"}
    for _ in range(150):
        deep = {"properties": {"a": deep}}
    names = [f"S{index}" for index in range(3000)]
    chain: dict[str, Any] = {
        name: {"properties": {"a": {"$ref": f"#/components/schemas/{after}"}}}
        for name, after in itertools.pairwise(names)
    }
    chain[names[-1]] = {}

    def post(schema: Any) -> Any:
        return {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}}

    contract = described(
        {
            "/deep": post(deep),
            "/chain": post({"$ref": "#/components/schemas/S0"}),
            "/fine": post({"$ref": "#/components/schemas/S2999"}),
            "/enum": post({"enum": [f"v{index}" for index in range(20_000)]}),
            "/regex": post({"pattern": "(" * 300 + ")" * 300}),
            "/huge": post({"pattern": "((a{1000}){1000}){1000}"}),
        },
        components={"schemas": chain},
    )
    uncompiled = {each.template: each.problems[0].message for each in contract.uncompiled}
    assert "nests deeper" in uncompiled["/deep"]
    assert "in a row" in uncompiled["/chain"]
    assert {each.operation.path for each in contract.catalogue.operations} >= {"/fine", "/enum"}
    assert "/huge" in uncompiled


BASE: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "https://{h}/v1", "variables": {"h": {"default": "x.example", "enum": ["x.example"]}}}],
    "security": [{"key": []}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "operationId": "getPet",
                "tags": ["a"],
                "parameters": [
                    {"name": "o", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}},
                    {"name": "f", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
                    {"name": "c", "in": "cookie", "schema": {"type": "array", "items": {"type": "integer"}}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "headers": {"X-A": {"schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    },
                    "default": {"$ref": "#/components/responses/Error"},
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}},
                            "encoding": {"f": {"contentType": "image/png"}},
                        },
                        "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Cat"}},
                        "text/plain": {"schema": {"type": "string"}},
                    },
                },
                "responses": {"204": {"description": ""}},
            },
        }
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}},
        "responses": {"Error": {"description": "", "content": {"application/problem+json": {}}}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}},
        "schemas": {
            "Pet": {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
            },
            "Cat": {
                "type": "object",
                "required": ["kind", "id"],
                "properties": {
                    "kind": {"type": "string"},
                    "id": {"type": "integer", "readOnly": True, "minimum": 0, "exclusiveMinimum": True},
                    "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
                },
                "additionalProperties": False,
            },
            "Dog": {"allOf": [{"$ref": "#/components/schemas/Cat"}, {"nullable": True, "pattern": "^a"}]},
        },
    },
}


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += _places(item, (*way, key))
    return found


PLACES = _places(BASE)
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None, True, False, 0, -1, 1.5, 10**400, "", "x", "3.1.0", "#/", "#/paths", "#/components/schemas/Pet", "{",
        "\0", "/{a}{b}", "http://[", "file://[/", {"$ref": "//["}, {"$id": "http://["}, {"$ref": "http://["},
        [], [None], [[]], {}, {"$ref": "#"}, {"$ref": 3}, {"$ref": "#/components/schemas/Dog"}, {"type": "object"},
        {"allOf": [{"$ref": "#/components/schemas/Cat"}]}, {"": {}}, {"x": None}, {"type": ["string", 3]}, {"type": {}},
        {"oneOf": []}, {"properties": {"a": True}}, {"$id": "x", "$anchor": "y"}, {"$dynamicRef": "#z"},
        {"pattern": "["},
    ]
)  # fmt: skip


def _mutated(changes: list[tuple[tuple[Any, ...], Any, str]], version: str) -> Any:
    document = copy.deepcopy(BASE)
    document["openapi"] = version
    for way, junk, how in changes:
        parent: Any = document
        for step in way[:-1]:
            try:
                parent = parent[step]
            except (KeyError, IndexError, TypeError):
                break
        else:
            _change(parent, way[-1], copy.deepcopy(junk), how)
    return document


def _change(parent: Any, last: Any, junk: Any, how: str) -> None:
    try:
        if how == "delete":
            del parent[last]
        elif how == "rename" and isinstance(parent, dict):
            parent[str(junk)] = parent.pop(last)
        else:
            parent[last] = junk
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change has taken the place away


CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), JUNK, st.sampled_from(["replace", "replace", "delete", "rename"])),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(CHANGES, st.sampled_from(["3.0.3", "3.1.0", "3.2.0"]))
def test_whatever_is_wrong_is_said_and_never_raised(
    changes: list[tuple[tuple[Any, ...], Any, str]], version: str
) -> None:
    document = _mutated(changes, version)
    try:
        contract = load("api.json", read=lambda _: msgspec.json.encode(document))
    except DescriptionError as error:
        _check(error)
        return
    for each in contract.uncompiled:
        assert each.problems
    _use_everything(contract)


def _check(error: DescriptionError) -> None:
    assert error.problems


def _use_everything(contract: Contract) -> None:
    """Whatever compiles must judge whatever comes without raising."""
    values: list[Any] = [None, 1, "x", [], {}, {"kind": "cat", "id": 1}, {"kind": "Dog", "friends": [{"kind": 1}]}]
    others: list[Document] = [
        FormDocument((("kind", "cat"),)),
        MultipartDocument((Part("f", b"\xff"),)),
        TextDocument("x"),
    ]
    for operation in contract.catalogue.operations:
        if operation.parameters is not None:
            operation.parameters.read(("7",) * 9, [("o[a]", "1"), ("f", "{}"), ("k", "")], {"x-a": "1"}, [("c", "1")])
        for media_type in (
            "application/json",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "text/plain",
        ):
            body = operation.request_body(media_type)
            for document in [*map(JsonDocument, values), *others] if body is not None else ():
                assert body is not None
                body.violations(document)
                body.undeclared(document)
        response = operation.response(200)
        if response is not None:
            response.header_violations((("x-a", "x"),))


@settings(max_examples=200)
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda text: ("openapi: 3.1.0\n" + text).encode(errors="replace"))
)
def test_any_bytes_are_a_contract_or_a_description_error(data: bytes) -> None:
    try:
        load_bytes(data)
    except DescriptionError as error:
        _check(error)
