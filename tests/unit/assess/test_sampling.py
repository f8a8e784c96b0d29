"""Every value that is made up is valid against the schema that it is made for."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.assess.made import api_of, target_of

from garrison.assess.sampling import MARK
from garrison.contract.documents import Node

FORMATS = ("date", "date-time", "time", "duration", "ipv4", "ipv6", "hostname", "email", "uuid", "uri")
PATTERNS = (r"^[A-Z]{3}-\d{4}$", r"^\+?\d{6,12}$", "[a-f0-9]{8}", "^(red|green)$")
NAMES = st.sampled_from(["name", "email", "phone", "website", "password", "count", "tags", "userId", "notes"])


def bounded(least: str, most: str, top: int) -> st.SearchStrategy[dict[str, Any]]:
    """Lower and upper bounds that leave room."""
    return st.tuples(st.integers(0, top), st.integers(0, top)).map(lambda pair: {least: min(pair), most: max(pair)})


TEXTS = st.one_of(
    st.just({}), bounded("minLength", "maxLength", 40), st.sampled_from(FORMATS).map(lambda name: {"format": name}),
    st.sampled_from(PATTERNS).map(lambda pattern: {"pattern": pattern}),
    st.lists(st.text("abc", min_size=1), min_size=1, unique=True).map(lambda each: {"enum": each}),
).map(lambda more: {"type": "string", **more})  # fmt: skip
NUMBERS = st.one_of(
    st.just({}), bounded("minimum", "maximum", 1000),
    st.integers(-50, 50).map(lambda least: {"exclusiveMinimum": least}),
    st.integers(1, 9).map(lambda n: {"multipleOf": n}), st.integers(-9, 9).map(lambda value: {"const": value}),
).flatmap(lambda more: st.sampled_from(["integer", "number"]).map(lambda kind: {"type": kind, **more}))  # fmt: skip
PLAIN = st.one_of(TEXTS, NUMBERS, st.just({"type": "boolean"}))


def containers(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects and lists of such schemas, and what is combined of them."""
    objects = st.dictionaries(NAMES, inner, max_size=4).flatmap(
        lambda properties: (
            st.lists(st.sampled_from(sorted(properties)), unique=True).map(
                lambda required: {"type": "object", "properties": properties, "required": required}
            )
            if properties
            else st.just({"type": "object"})
        )
    )
    lists = st.tuples(inner, st.integers(0, 3)).map(lambda p: {"type": "array", "items": p[0], "minItems": p[1]})
    joined = st.tuples(objects, objects).map(lambda pair: {"allOf": list(pair)})
    return st.one_of(objects, lists, joined, inner.map(lambda each: {"oneOf": [each]}))


SCHEMAS = st.recursive(PLAIN, containers, max_leaves=8)
API = api_of({"GET /things": {}})


def made_for(schema: dict[str, Any], name: str = "", *, every: bool) -> Any:
    root = API.description.root
    return API.sampler.value(Node(root.place, schema), name=name, every=every)


@settings(max_examples=300, deadline=None)
@given(SCHEMAS, NAMES, st.booleans())
def test_values_are_valid(schema: dict[str, Any], name: str, every: bool) -> None:
    value = made_for(schema, name, every=every)
    errors = [each.message for each in jsonschema_rs.validator_for(schema).iter_errors(value)]
    assert errors == [], json.dumps([schema, value])


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


@pytest.mark.parametrize("name", ["username", "email", "title", "slug", "password"])
def test_what_must_be_new_is_new_though_the_contract_has_an_example(name: str) -> None:
    schema = {"type": "string", "example": "the-example"}
    values = {made_for(schema, name, every=False) for _ in range(3)}
    assert len(values) == 3
    assert "the-example" not in values


def test_an_example_is_taken_for_what_need_not_be_new() -> None:
    assert made_for({"type": "string", "example": "Berlin"}, "city", every=False) == "Berlin"


def test_words_of_two_runs_differ() -> None:
    one, other = API.sampler.word(), API.sampler.word()
    assert one != other
    assert one.startswith(MARK)
