from typing import Any

import pytest
from tests.unit.contract.describing import described, find, only, places

from garrison.contract import Match, Miss


def get(name: str) -> Any:
    return {"get": {"operationId": name, "responses": {}}}


def test_a_match_has_the_operation_and_its_arguments() -> None:
    contract = described({"/pets/{id}": get("pet"), "/pets/mine": get("mine")})
    found = find(contract, "GET", "/pets/7")
    assert isinstance(found, Match)
    assert (found.operation.operation.id, found.arguments) == ("pet", ("7",))
    assert [each.index for each in contract.catalogue.operations] == [0, 1]


def test_a_miss_has_the_methods_of_the_path() -> None:
    contract = described({"/pets": {"get": {"responses": {}}, "post": {"responses": {}}}})
    assert find(contract, "DELETE", "/pets") == Miss(("GET", "POST"))
    assert find(contract, "HEAD", "/pets") == Miss(("GET", "POST"))
    assert find(contract, "GET", "/other") == Miss()
    assert find(contract, "get", "/pets") == Miss(("GET", "POST"))


def test_methods_of_32() -> None:
    paths = {"/a": {"query": {"responses": {}}, "additionalOperations": {"COPY": {"responses": {}}}}}
    contract = described(paths, openapi="3.2.0")
    assert isinstance(find(contract, "QUERY", "/a"), Match)
    copy = find(contract, "COPY", "/a")
    assert isinstance(copy, Match)
    assert copy.operation.operation.pointer == "$.paths['/a'].additionalOperations.COPY"


def test_a_request_for_an_uncompiled_operation_matches_nothing_else() -> None:
    broken = {"get": {"operationId": "broken", "parameters": [3], "responses": {}}}
    contract = described({"/pets/{id}": get("pet"), "/pets/mine": broken})
    miss = find(contract, "GET", "/pets/mine")
    assert isinstance(miss, Miss)
    assert miss.uncompiled is not None
    assert miss.uncompiled.id == "broken"
    assert miss.uncompiled.problems[0].path == "$.paths['/pets/mine'].get.parameters[0]"
    assert contract.uncompiled == (miss.uncompiled,)
    assert contract.catalogue.uncompiled == contract.uncompiled
    assert isinstance(find(contract, "GET", "/pets/7"), Match)


@pytest.mark.parametrize(("path", "request_path"), [("/pets/{a}{b}", "/pets/7"), ("/pets/mine#x", "/pets/mine")])
def test_a_request_for_a_faulty_template_matches_nothing_else(path: str, request_path: str) -> None:
    contract = described({"/{kind}/{id}": get("any"), path: get("faulty")})
    miss = find(contract, "GET", request_path)
    assert isinstance(miss, Miss)
    assert miss.uncompiled is not None
    assert miss.uncompiled.id == "faulty"


def test_templates_that_differ_only_in_names() -> None:
    contract = described({"/pets/{id}": get("first"), "/pets/{name}": get("second")})
    found = find(contract, "GET", "/pets/7")
    assert isinstance(found, Match)
    assert found.operation.operation.id == "first"
    assert [each.id for each in contract.uncompiled] == ["second"]
    clashes = [problem for problem in contract.problems if "the same requests" in problem.message]
    assert {problem.path for problem in clashes} == {"$.paths['/pets/{id}'].get", "$.paths['/pets/{name}'].get"}


def test_templates_that_differ_in_names_and_methods_are_both_served() -> None:
    contract = described(
        {"/pets/{id}": get("first"), "/pets/{name}": {"put": {"operationId": "second", "responses": {}}}}
    )
    assert contract.uncompiled == ()
    found = find(contract, "PUT", "/pets/7")
    assert isinstance(found, Match)
    assert found.operation.operation.id == "second"


def test_operation_ids_are_unique() -> None:
    contract = described({"/a": get("same"), "/b": get("same"), "/c": {"get": {"responses": {}}}})
    assert [each.operation.id for each in contract.catalogue.operations] == ["same", "GET /b", "GET /c"]
    (problem,) = contract.problems
    assert problem.path == "$.paths['/b'].get.operationId"


def test_declared_facts() -> None:
    contract = described(
        {
            "/a": {
                "x-inherited": 1,
                "x-both": "path",
                "post": {
                    "operationId": "a",
                    "tags": ["t", "u"],
                    "deprecated": True,
                    "security": [{"oauth": ["read"]}, {}],
                    "x-both": "operation",
                    "requestBody": {"required": True, "content": {"Application/JSON; v=1": {}}},
                    "responses": {
                        "200": {
                            "description": "",
                            "headers": {"X-Rate": {"schema": {"type": "integer"}}, "Content-Type": {}},
                            "content": {"text/plain": {}},
                        },
                        "4xx": {"description": ""},
                    },
                },
            }
        },
        security=[{"key": []}],
    )
    operation = only(contract).operation
    assert operation.tags == ("t", "u")
    assert operation.deprecated
    assert operation.security == ({"oauth": ("read",)}, {})
    assert operation.extensions == {"x-inherited": 1, "x-both": "operation"}
    assert operation.request_media_types == ("application/json",)
    assert operation.body_required
    assert [(each.status, each.headers) for each in operation.responses] == [("200", ("x-rate",)), ("4XX", ())]
    assert operation.path == "/a"
    assert operation.pointer == "$.paths['/a'].post"


def test_security_of_the_description_is_inherited() -> None:
    contract = described({"/a": get("a"), "/b": {"get": {"security": [], "responses": {}}}}, security=[{"key": []}])
    assert [each.operation.security for each in contract.catalogue.operations] == [({"key": ()},), ()]
    assert described({"/a": get("a")}).catalogue.operations[0].operation.security is None


@pytest.mark.parametrize("flag", ["other", [], {}, None, 7])
def test_an_unknown_way_to_stream_is_a_problem(flag: Any) -> None:
    contract = described({"/a": {"post": {"x-garrison-stream": flag, "responses": {}}}})
    assert [problem.path for problem in contract.problems] == ["$.paths['/a'].post.x-garrison-stream"]
    assert not contract.catalogue.operations[0].streams_request


def responding(responses: Any) -> Any:
    return only(described({"/a": {"get": {"responses": responses}}}))


def test_responses_exactly_by_range_and_by_default() -> None:
    operation = responding({"200": {"description": ""}, "2XX": {"description": ""}, "default": {"description": ""}})
    assert operation.response(200).status == "200"
    assert operation.response(201).status == "2XX"
    assert operation.response(404).status == "default"
    assert responding({"200": {"description": ""}}).response(404) is None


def test_bodies_of_responses() -> None:
    content = {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {}}
    response = responding({"200": {"description": "", "content": content}}).response(200)
    assert response.has_body
    assert response.streams
    assert response.body("application/json").kind == "json"
    assert response.body("text/event-stream").kind == "stream"
    assert response.body("text/plain") is None
    bare = responding({"204": {"description": ""}}).response(204)
    assert not bare.has_body
    assert bare.body("application/json") is None


def test_headers_of_responses() -> None:
    headers = {
        "X-Rate": {"required": True, "schema": {"type": "integer"}},
        "X-Tags": {"schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
        "X-Any": {},
    }
    response = responding({"200": {"description": "", "headers": headers}}).response(200)
    assert response.header_violations((("x-rate", "5"), ("x-tags", "a, b"), ("other", "x"))) == ()
    assert sorted(places(response.header_violations((("x-tags", "a,c"),)))) == [
        ("header.x-rate", "required"),
        ("header.x-tags/1", "enum"),
    ]
    assert places(response.header_violations((("x-rate", "x"),))) == [("header.x-rate", "type")]
    assert responding({"200": {"description": ""}}).response(200).header_violations((("a", "b"),)) == ()


@pytest.mark.parametrize(
    ("operation", "flags"),
    [
        ({"responses": {}}, (False, False, False)),
        ({"x-garrison-stream": True, "responses": {}}, (True, True, False)),
        ({"x-garrison-stream": "sse", "responses": {}}, (False, True, False)),
        ({"x-garrison-stream": "grpc", "responses": {}}, (True, True, False)),
        ({"x-garrison-stream": "websocket", "responses": {}}, (False, False, True)),
        ({"responses": {"101": {"description": ""}}}, (False, False, True)),
        ({"responses": {"200": {"description": "", "content": {"text/event-stream": {}}}}}, (False, False, False)),
        ({"requestBody": {"content": {"application/x-ndjson": {}}}, "responses": {}}, (False, False, False)),
        ({"x-garrison-stream": False, "responses": {}}, (False, False, False)),
    ],
)
def test_operations_that_stream_as_a_whole(operation: Any, flags: tuple[bool, bool, bool]) -> None:
    found = only(described({"/a": {"post": operation}}))
    assert (found.streams_request, found.streams_response, found.upgrades) == flags
