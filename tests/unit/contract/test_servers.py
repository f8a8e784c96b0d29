from typing import Any

import pytest
from tests.unit.contract.describing import described, find

from garrison.contract import Contract, Match, Miss, load
from garrison.contract.documents import Node
from garrison.contract.place import Place, Problems
from garrison.contract.servers import MAX_EXPANSIONS, served


def found(servers: Any, base: str = "spec/api.json") -> tuple[tuple[str, str], ...]:
    problems = Problems()
    result = served(Node(Place(base, ("servers",)), servers), base, problems)
    assert problems.all() == ()
    return result


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://API.example.com/v1", ("api.example.com", "/v1")),
        ("https://api.example.com:8443/v1/", ("api.example.com", "/v1")),
        ("https://api.example.com", ("api.example.com", "")),
        ("//api.example.com/v1", ("api.example.com", "/v1")),
        ("https://[2001:db8::1]/x", ("2001:db8::1", "/x")),
        ("/v1", ("", "/v1")),
        ("/", ("", "")),
        ("", ("", "")),
        (".", ("", "")),
        ("./v1/", ("", "/v1")),
        ("v1", ("", "/v1")),
        ("../v1", ("", "/v1")),
    ],
)
def test_urls(url: str, result: tuple[str, str]) -> None:
    assert found([{"url": url}]) == (result,)


def test_relative_urls_are_seen_from_the_description() -> None:
    assert found([{"url": "../v2"}], "https://x.example/docs/v1/api.json") == (("", "/docs/v2"),)
    assert found([{"url": ""}], "https://x.example/docs/v1/api.json") == (("", ""),)


def test_variables_stand_for_their_default_and_every_other_value() -> None:
    variables = {"region": {"default": "eu", "enum": ["eu", "us"]}, "base": {"default": "v2"}}
    servers = [{"url": "https://{region}.x.example/{base}", "variables": variables}]
    assert found(servers) == (("eu.x.example", "/v2"), ("us.x.example", "/v2"))


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (3, "must have a `url`"),
        ({}, "must have a `url`"),
        ({"url": "https://{x}/"}, "`x` has no default"),
        ({"url": "https://{x}/", "variables": 3}, "`x` has no default"),
        ({"url": "https://[x/"}, "is not a URL"),
        (
            {
                "url": "/{a}/{b}",
                "variables": {name: {"default": "0", "enum": [str(at) for at in range(50)]} for name in "ab"},
            },
            f"more than {MAX_EXPANSIONS} URLs",
        ),
    ],
)
def test_a_server_that_cannot_be_used_is_a_problem(server: Any, words: str) -> None:
    contract = described({"/a": {"get": {"responses": {}}}}, servers=[server])
    (problem,) = contract.problems
    assert words in problem.message
    assert problem.path == "$.servers[0]"
    assert len(contract.catalogue.operations) == 1


def served_at(contract: Contract, path: str, host: str = "") -> str | None:
    result = find(contract, "GET", path, host)
    return result.operation.operation.id if isinstance(result, Match) else None


def test_servers_of_description_path_and_operation() -> None:
    contract = described(
        {
            "/a": {"get": {"operationId": "a", "responses": {}}},
            "/b": {"servers": [{"url": "/two"}], "get": {"operationId": "b", "responses": {}}},
            "/c": {
                "servers": [{"url": "/two"}],
                "get": {"operationId": "c", "servers": [{"url": "/three"}], "responses": {}},
            },
        },
        servers=[{"url": "https://x.example/one"}, {"url": "https://y.example/uno"}, {"url": "https://z.example/one"}],
    )
    assert [served_at(contract, path) for path in ("/one/a", "/uno/a", "/two/b", "/three/c")] == ["a", "a", "b", "c"]
    assert [served_at(contract, path) for path in ("/a", "/two/a", "/one/b", "/two/c")] == [None] * 4
    assert [each.operation.template for each in contract.catalogue.operations] == ["/one/a", "/two/b", "/three/c"]
    assert served_at(contract, "/one/a", "anything") == "a"


def test_hosts_count_only_where_they_are_asked_for() -> None:
    paths = {
        "/a": {"get": {"operationId": "a", "responses": {}}},
        "/b": {"servers": [{"url": "/v1"}], "get": {"operationId": "b", "responses": {}}},
    }
    servers = [{"url": "https://x.example/v1"}]
    ignored = described(paths, servers=servers)
    assert served_at(ignored, "/v1/a", "anything") == "a"
    matched = described(paths, servers=servers, match_hosts=True)
    assert served_at(matched, "/v1/a", "x.example") == "a"
    assert served_at(matched, "/v1/a", "y.example") is None
    assert served_at(matched, "/v1/b", "x.example") == "b"
    assert served_at(matched, "/v1/b", "y.example") == "b"
    assert find(matched, "GET", "/v1/a", "y.example") == Miss()


def test_the_same_path_on_two_hosts_is_two_operations() -> None:
    paths = {
        "/a": {
            "get": {"operationId": "x", "servers": [{"url": "https://x.example"}], "responses": {}},
        },
        "/a/": {"get": {"operationId": "y", "servers": [{"url": "https://y.example"}], "responses": {}}},
    }
    contract = described(paths, match_hosts=True)
    assert served_at(contract, "/a", "x.example") == "x"
    assert served_at(contract, "/a/", "x.example") is None


def test_a_description_without_servers_is_served_at_the_root() -> None:
    document = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {}}}}"
    assert served_at(load("https://x.example/docs/api.yaml", read=lambda _: document), "/a") == "a"
