"""What is remembered of targets is what would be read of them anew."""

from typing import Final

import pytest
from tests.unit.contract.describing import described

from garrison.contract.catalogue import Match, Miss
from garrison.contract.targets import Addressed, TargetMemory

QUERY = [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 10}}]
MODE = [{"name": "mode", "in": "header", "schema": {"type": "string"}}]
ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
CATALOGUE = described({
    "/items": {"get": {"operationId": "list", "parameters": QUERY, "responses": {}}},
    "/items/{id}": {"get": {"operationId": "read", "parameters": ID, "responses": {}}},
    "/modes": {"get": {"operationId": "modes", "parameters": MODE, "responses": {}}},
    "/plain": {"get": {"operationId": "plain", "responses": {}}},
}).catalogue  # fmt: skip


class Small(TargetMemory):
    MAX_ENTRIES: Final = 4  # type: ignore[misc]  # smaller, to be filled
    REST: Final = 6  # type: ignore[misc]


def ask(memory: TargetMemory, target: str, method: str = "GET") -> Addressed:
    return memory.read(method, "api.example", target)


def is_remembered(memory: TargetMemory, target: str) -> bool:
    return ask(memory, target) is ask(memory, target)


@pytest.mark.parametrize("target", ["/items", "/items?limit=3", "/items/7", "/items/a%20b", "/modes", "/plain"])
def test_what_is_remembered_is_what_is_read_anew(target: str) -> None:
    memory = TargetMemory(CATALOGUE)
    ask(memory, target)
    assert ask(memory, target) == ask(TargetMemory(CATALOGUE), target)
    assert is_remembered(memory, target)


def test_parameters_are_read_with_the_target() -> None:
    memory = TargetMemory(CATALOGUE)
    for _ in range(2):
        reading = ask(memory, "/items?limit=3").reading
        assert reading is not None
        assert reading.values["query"] == {"limit": 3}


def test_parameters_in_headers_are_left_to_each_request() -> None:
    memory = TargetMemory(CATALOGUE)
    for _ in range(2):
        assert ask(memory, "/modes").reading is None


def test_methods_and_hosts_are_told_apart() -> None:
    memory = TargetMemory(CATALOGUE)
    assert type(ask(memory, "/plain").match) is Match
    assert type(ask(memory, "/plain", "PUT").match) is Miss
    assert memory.read("GET", "other.example", "/plain") is not ask(memory, "/plain")


@pytest.mark.parametrize(
    "target",
    ["/items?limit=11", "/items?other=1", "/items?limit=1&limit=2", "/nowhere", "/items/../x", "/items/" + "x" * 300],
)
def test_what_something_is_wrong_with_is_not_remembered(target: str) -> None:
    memory = TargetMemory(CATALOGUE)
    assert not is_remembered(memory, target)
    assert ask(memory, target) == ask(memory, target)


def test_a_full_memory_begins_anew() -> None:
    memory = Small(CATALOGUE)
    for number in range(4):
        assert is_remembered(memory, f"/items/{number}")
    kept = ask(memory, "/items/0")
    assert is_remembered(memory, "/items/4")
    assert ask(memory, "/items/0") is not kept


def test_a_memory_that_was_of_no_use_rests() -> None:
    memory = Small(CATALOGUE)
    for number in range(5):
        ask(memory, f"/items/{number}")
    for _ in range(3):
        assert not is_remembered(memory, "/items/x")
    assert is_remembered(memory, "/items/x")


LANES = described({
    "/users/me": {"get": {"operationId": "me", "responses": {}}},
    "/users/{id}": {"get": {"operationId": "user", "parameters": ID, "responses": {}}},
    "/users/{id}/posts": {"get": {"operationId": "posts", "parameters": ID, "responses": {}}},
    "/files/{id}.json": {"get": {"operationId": "json", "parameters": ID, "responses": {}}},
    "/files/{id}": {"get": {"operationId": "file", "parameters": ID, "responses": {}}},
    "/{id}": {"get": {"operationId": "top", "parameters": ID, "responses": {}}},
}).catalogue  # fmt: skip


@pytest.mark.parametrize("beginning", ["/users", "/files", "", "/users/7/posts", "/Users", "/us%65rs", "/users/"])
@pytest.mark.parametrize(
    "last",
    ["7", "me", "a-b_c~d", "x.json", "", ".", "..", "..a", ".a", "a%20b", "%2e%2e", "a;b", "a?b=c", "a#b", "a\\b", "ä",
     "a b", "7\n", "a//b", "posts", "@a:b"],
)  # fmt: skip
def test_a_lane_leads_where_the_whole_target_leads(beginning: str, last: str) -> None:
    memory = TargetMemory(LANES)
    for known in ("1", "2"):
        ask(memory, f"{beginning}/{known}")
    assert ask(memory, f"{beginning}/{last}") == ask(TargetMemory(LANES), f"{beginning}/{last}")


@pytest.mark.parametrize("target", ["*", "7", ""])
def test_what_has_no_slash_has_no_lane(target: str) -> None:
    memory = TargetMemory(LANES)
    ask(memory, "/7")
    ask(memory, "/8")
    assert ask(memory, target) == ask(TargetMemory(LANES), target)


def test_a_lane_is_of_one_method_and_host() -> None:
    memory = TargetMemory(LANES)
    ask(memory, "/users/1")
    assert type(ask(memory, "/users/2").match) is Match
    assert type(ask(memory, "/users/2", "PUT").match) is Miss


@pytest.mark.parametrize("target", ["/items/7", "/items?limit=3", "/nowhere"])
def test_a_port_makes_no_difference(target: str) -> None:
    memory = TargetMemory(CATALOGUE)
    for authority in ("api.example", "API.example:8443", "api.example:1"):
        assert memory.read("GET", authority, target) == ask(TargetMemory(CATALOGUE), target)


@pytest.mark.parametrize(
    ("target", "is_sound"),
    [
        ("/items/7", True),
        ("/items?limit=3", True),
        ("/plain", True),
        ("/plain?a=b", False),
        ("/items?limit=11", False),
        ("/items?other=1", False),
        ("/items?limit=1&limit=2", False),
        ("/items/%2e%2e", False),
        ("/modes", False),
        ("/nowhere", False),
    ],
)
def test_what_is_sound(target: str, is_sound: bool) -> None:
    memory = TargetMemory(CATALOGUE)
    assert [ask(memory, target).is_sound for _ in range(2)] == [is_sound, is_sound]
