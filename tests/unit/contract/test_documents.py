from typing import Any

import pytest
from tests.unit.contract.describing import MAIN, described, files, find, judged

from garrison.contract import CompiledOperation, Contract, Match, load
from garrison.contract.documents import join
from garrison.core.errors import DescriptionError


@pytest.mark.parametrize(
    ("base", "address", "joined"),
    [
        ("spec/api.yaml", "other.yaml", "spec/other.yaml"),
        ("spec/api.yaml", "./a/b.yaml", "spec/a/b.yaml"),
        ("spec/api.yaml", "../up.yaml", "up.yaml"),
        ("/etc/api.yaml", "other%20one.yaml", "/etc/other one.yaml"),
        ("api.yaml", "other.yaml", "other.yaml"),
        ("/a/api.yaml", "/b/c.yaml", "/b/c.yaml"),
        ("/a/api.yaml", "file:///b/c%20d.yaml", "/b/c d.yaml"),
        ("/a/api.yaml", "https://x.example/c.yaml", "https://x.example/c.yaml"),
        ("https://x.example/a/api.yaml", "../c.yaml", "https://x.example/c.yaml"),
        ("https://x.example/a/api.yaml", "/c.yaml", "https://x.example/c.yaml"),
    ],
)
def test_relative_references(base: str, address: str, joined: str) -> None:
    assert join(base, address) == joined


def operation(contract: Contract, method: str, path: str) -> CompiledOperation:
    found = find(contract, method, path)
    assert isinstance(found, Match)
    return found.operation


def json_body(contract: Contract) -> Any:
    return operation(contract, "POST", "/a").request_body("application/json")


def post(schema: Any) -> dict[str, Any]:
    return {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}}}


def test_references_across_files_and_formats() -> None:
    contract = described(
        post({"$ref": "schemas/pet.yaml"}),
        others={
            "spec/schemas/pet.yaml": b"type: object\nproperties:\n  owner: {$ref: '../more.json#/defs/a~1b'}",
            "spec/more.json": {"defs": {"a/b": {"type": "integer"}}},
        },
    )
    assert contract.problems == ()
    assert judged(json_body(contract), {"owner": "x"}) == [("body/owner", "type")]
    assert judged(json_body(contract), {"owner": 1}) == []


def test_files_may_refer_to_each_other_in_a_circle() -> None:
    contract = described(
        post({"$ref": "a.json"}),
        others={
            "spec/a.json": {"type": "object", "properties": {"b": {"$ref": "b.json"}}},
            "spec/b.json": {"type": "object", "properties": {"a": {"$ref": "a.json"}, "n": {"type": "integer"}}},
        },
    )
    assert contract.problems == ()
    assert judged(json_body(contract), {"b": {"a": {"b": {"n": "x"}}}}) == [("body/b/a/b/n", "type")]


def test_path_items_operations_parameters_and_bodies_by_reference() -> None:
    contract = described(
        {"/a": {"$ref": "path.json"}},
        others={
            "spec/path.json": {
                "parameters": [{"$ref": "#/x-parts/limit"}],
                "post": {"$ref": "#/x-parts/post"},
                "x-parts": {
                    "limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/x-parts/small"}},
                    "small": {"type": "integer", "maximum": 5},
                    "body": {"content": {"application/json": {"schema": {"type": "string"}}}},
                    "post": {
                        "requestBody": {"$ref": "#/x-parts/body"},
                        "responses": {"200": {"$ref": f"{MAIN.removeprefix('spec/')}#/components/responses/Ok"}},
                    },
                },
            }
        },
        components={"responses": {"Ok": {"description": "", "content": {"text/plain": {}}}}},
    )
    assert contract.problems == ()
    found = operation(contract, "POST", "/a")
    assert found.operation.pointer == "$.paths['/a'].post"
    assert [each.name for each in found.operation.parameters] == ["limit"]
    assert judged(json_body(contract), 1) == [("body", "type")]
    response = found.response(200)
    assert response is not None
    assert response.has_body


def test_beside_a_path_items_reference_its_own_fields_stay() -> None:
    contract = described(
        {"/a": {"$ref": "#/components/pathItems/P", "get": {"operationId": "mine", "responses": {}}}},
        components={"pathItems": {"P": {"put": {"operationId": "theirs", "responses": {}}}}},
    )
    assert {each.operation.id for each in contract.catalogue.operations} == {"mine", "theirs"}


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/schemas/Missing",
        "missing.json",
        "missing.json#/a",
        "#nothing",
        "broken.json",
        "x\0y.json",
        "http://[",
        "//[",
        "file://[",
    ],
)
def test_what_a_reference_does_not_lead_to_is_a_problem_with_its_place(reference: str) -> None:
    contract = described(
        {**post({"type": "object", "properties": {"p": {"$ref": reference}}}), "/b": {"get": {"responses": {}}}},
        others={"spec/broken.json": b"{"},
    )
    (uncompiled,) = contract.uncompiled
    assert (uncompiled.method, uncompiled.template) == ("POST", "/a")
    place = "$.paths['/a'].post.requestBody.content['application/json'].schema.properties.p"
    assert place in [problem.path for problem in uncompiled.problems]
    assert place in [problem.path for problem in contract.problems]
    assert operation(contract, "GET", "/b").operation.path == "/b"


def test_anchors_and_identified_schemas() -> None:
    contract = described(
        post({"$ref": "https://schemas.example/pet"}),
        components={
            "schemas": {
                "Pet": {
                    "$id": "https://schemas.example/pet",
                    "type": "object",
                    "properties": {"tag": {"$ref": "#tag"}, "toy": {"$ref": "toy"}, "n": {"$ref": "#/$defs/n"}},
                    "$defs": {"t": {"$anchor": "tag", "type": "string"}, "n": {"type": "null"}},
                },
                "Toy": {"$id": "https://schemas.example/toy", "type": "integer"},
            }
        },
    )
    assert contract.problems == ()
    assert judged(json_body(contract), {"tag": 1, "toy": "x", "n": 0}) == [
        ("body/tag", "type"),
        ("body/toy", "type"),
        ("body/n", "type"),
    ]


def test_a_document_knows_its_own_uri() -> None:
    contract = described(
        post({"$ref": "https://api.example/v1/openapi.json#/components/schemas/N"}),
        openapi="3.2.0",
        self="https://api.example/v1/openapi.json",
        components={"schemas": {"N": {"$ref": "more.json"}}},
        others={"https://api.example/v1/more.json": {"type": "integer"}},
    )
    assert contract.problems == ()
    assert judged(json_body(contract), "x") == [("body", "type")]


def test_a_remote_description_may_not_read_local_files() -> None:
    asked: list[str] = []
    document = {"openapi": "3.1.0", "info": {}, "paths": post({"$ref": "file:///etc/passwd"})}
    inner = files({"https://x.example/api.json": document})

    def read(file: str) -> bytes:
        asked.append(file)
        return bytes(inner(file))

    contract = load("https://x.example/api.json", read=read)
    assert asked == ["https://x.example/api.json"]
    assert any("may not refer to the local file" in problem.message for problem in contract.problems)
    assert len(contract.uncompiled) == 1


def test_what_cannot_be_read_is_a_description_error() -> None:
    with pytest.raises(DescriptionError, match="cannot be read: no such file"):
        load("nothing.yaml", read=files({}))


def test_what_the_system_says_is_told_in_small_letters() -> None:
    def read(place: str) -> bytes:
        raise IsADirectoryError(21, "Is a directory", place)

    with pytest.raises(DescriptionError) as caught:
        load("folder", read=read)
    assert [each.message for each in caught.value.problems] == ["cannot be read: is a directory"]


def test_references_that_lead_round_in_a_circle() -> None:
    ring = {"A": {"$ref": "#/components/responses/B"}, "B": {"$ref": "#/components/responses/A"}}
    contract = described(
        {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/A"}}}}}, components={"responses": ring}
    )
    assert [problem.message for problem in contract.problems][:1] == ["the references lead round in a circle"]
    assert len(contract.uncompiled) == 1
