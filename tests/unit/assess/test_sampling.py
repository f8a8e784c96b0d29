"""Every value that is made up is valid against the schema that it is made for."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from tests.unit.assess.made import api_of, target_of

from garrison.assess.sampling import MARK
from garrison.contract.documents import Node

FORMATS = ("date", "date-time", "time", "duration", "ipv4", "ipv6", "hostname", "email", "uuid", "uri")
PATTERNS = (r"^[A-Z]{3}-\d{4}$", r"^\+?\d{6,12}$", "[a-f0-9]{8}", "^(red|green)$")
NAMES = ("name", "email", "phone", "website", "password", "count", "tags", "userId", "notes")


def text(draw: random.Random) -> dict[str, Any]:
    least = draw.randint(0, 30)
    more: dict[str, Any] = draw.choice(
        [
            {},
            {"minLength": least, "maxLength": least + draw.randint(0, 10)},
            {"format": draw.choice(FORMATS)},
            {"pattern": draw.choice(PATTERNS)},
            {"enum": draw.sample(["a", "b", "c", None], 3)},
        ]
    )
    return {"type": ["string", "null"] if "enum" in more else "string", **more}


def number(draw: random.Random) -> dict[str, Any]:
    least = draw.randint(-500, 500)
    more: dict[str, Any] = draw.choice(
        [
            {},
            {"minimum": least, "maximum": least + draw.randint(0, 90)},
            {"maximum": least},
            {"exclusiveMinimum": least},
            {"multipleOf": draw.randint(1, 9)},
            {"const": least},
        ]
    )
    return {"type": draw.choice(["integer", "number"]), **more}


def thing(draw: random.Random, depth: int, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    properties = {name: schema(draw, depth - 1) for name in draw.sample(names, draw.randint(0, min(4, len(names))))}
    required = [name for name in properties if draw.random() < 0.5]
    return {"type": "object", "properties": properties, "required": required}


def several(draw: random.Random, depth: int) -> dict[str, Any]:
    return {"type": "array", "items": schema(draw, depth - 1), "minItems": draw.randint(0, 3)}


def joined(draw: random.Random, depth: int) -> dict[str, Any]:
    """Two objects that have no property in common: of one that both describe nothing may be valid."""
    return {"allOf": [thing(draw, depth, NAMES[:4]), thing(draw, depth, NAMES[4:])]}


def one_of(draw: random.Random, depth: int) -> dict[str, Any]:
    return {"oneOf": [schema(draw, depth - 1)]}


def schema(draw: random.Random, depth: int = 3) -> dict[str, Any]:
    """Some schema that values are valid against."""
    if depth and draw.random() < 0.6:
        make = draw.choice(CONTAINERS)
        return make(draw, depth)
    return {"type": "boolean"} if draw.random() < 0.2 else draw.choice([text, number])(draw)


CONTAINERS: tuple[Callable[[random.Random, int], dict[str, Any]], ...] = (thing, several, joined, one_of)
API = api_of({"GET /things": {}})


def made_for(schema: dict[str, Any], name: str = "", *, every: bool) -> Any:
    root = API.description.root
    return API.sampler.value(Node(root.place, schema), name=name, every=every)


@pytest.mark.parametrize("seed", range(20))
def test_values_are_valid(seed: int) -> None:
    for turn in range(40):
        draw = random.Random(40 * seed + turn)
        drawn, every, name = schema(draw), draw.random() < 0.5, draw.choice(NAMES)
        value = made_for(drawn, name, every=every)
        errors = [each.message for each in jsonschema_rs.validator_for(drawn).iter_errors(value)]
        assert errors == [], json.dumps([drawn, value])


def test_required_properties_are_there_and_others_only_if_asked_for() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}
    assert set(made_for(schema, every=False)) == {"a"}
    assert set(made_for(schema, every=True)) == {"a", "b"}


def test_what_only_the_server_writes_is_left_out() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "a": {"type": "string"}}}
    assert set(made_for(schema, every=True)) == {"a"}


def test_circles_end() -> None:
    taken = {"schema": {"$ref": "#/components/schemas/T"}}
    inner = {"t": {"$ref": "#/components/schemas/T"}, "name": {"type": "string"}}
    api = api_of(
        {"POST /things": {"requestBody": {"content": {"application/json": taken}}}},
        components={"schemas": {"T": {"type": "object", "required": ["t", "name"], "properties": inner}}},
    )
    body = api.request(target_of(api, "POST /things"), every=True).body
    assert body["name"].startswith(MARK)


def test_many_circles_end_too() -> None:
    taken = {"schema": {"$ref": "#/components/schemas/T"}}
    inner = {f"t{number}": {"$ref": "#/components/schemas/T"} for number in range(12)}
    api = api_of(
        {"POST /things": {"requestBody": {"content": {"application/json": taken}}}},
        components={"schemas": {"T": {"type": "object", "properties": inner}}},
    )
    begun = time.process_time()
    assert api.request(target_of(api, "POST /things"), every=True).body
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("pattern", ["(((a{90}){90}){90}){90}", "(((([a-z]*)*)*)*)*", "((((a|b){99}){99}){99}){99}"])
def test_patterns_of_patterns_end(pattern: str) -> None:
    begun = time.process_time()
    assert len(made_for({"type": "string", "pattern": pattern}, every=False)) < 1_000_000
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", ["username", "email", "title", "slug", "password"])
def test_what_must_be_new_is_new_though_the_contract_has_an_example(name: str) -> None:
    schema = {"type": "string", "example": "the-example"}
    values = {made_for(schema, name, every=False) for _ in range(3)}
    assert len(values) == 3
    assert "the-example" not in values


def test_an_example_is_taken_for_what_need_not_be_new() -> None:
    assert made_for({"type": "string", "example": "Berlin"}, "city", every=False) == "Berlin"


def test_an_example_of_a_body_that_is_written_as_a_text_is_read() -> None:
    taken = {"schema": {"type": "object", "properties": {"city": {"type": "string"}, "username": {"type": "string"}}}}
    taken["example"] = '{"city": "Berlin", "username": "al"}'  # type: ignore[assignment]  # any JSON
    api = api_of({"POST /things": {"requestBody": {"content": {"application/json": taken}}}})
    body = api.request(target_of(api, "POST /things"), every=True).body
    assert body["city"] == "Berlin"
    assert body["username"].startswith(MARK)


def test_words_of_two_runs_differ() -> None:
    one, other = API.sampler.word(), API.sampler.word()
    assert one != other
    assert one.startswith(MARK)
