"""Extraction finds what the plain model finds, in the value's own order, whatever schema and value are like."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.exposure.simple import disclosed

from garrison.contract.body import BodySchema
from garrison.contract.load import load
from garrison.contract.marks import Way
from garrison.exposure.compiling import compile_field
from garrison.exposure.fields import Who, types_of
from garrison.exposure.walk import Key, Walk, alone
from garrison.exposure.ways import ways_to_subjects
from garrison.identity.grants import as_name

NAMES = ["a", "b", "c", "d"]
MARKS = [{}, {}, {"x-garrison-subject": "customer"}, {"x-garrison-subject": "vehicle"}, {"x-garrison-type": "email"},
         {"x-garrison-type": "name"}, {"x-garrison-subject": "customer", "x-garrison-type": "account"}]  # fmt: skip
SCALARS = st.sampled_from(["", "x", "y", "z", 0, 1, 7, True, False, None, 1.5, 7.0])


def schemas() -> st.SearchStrategy[Any]:
    leaves = st.sampled_from([*MARKS, {"$ref": "#/components/schemas/Tree"}])

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        properties = st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        return st.one_of(
            st.builds(lambda found, mark: {"properties": found, **mark}, properties, st.sampled_from(MARKS)),
            st.builds(lambda found, more: {"properties": found, "additionalProperties": more}, properties, inner),
            st.builds(lambda item, mark: {"items": item, **mark}, inner, st.sampled_from(MARKS)),
            st.builds(lambda one, other: {"oneOf": [one, other]}, inner, inner),
            st.builds(lambda one, other: {"allOf": [one, other]}, inner, inner),
        )

    return st.recursive(leaves, grow, max_leaves=8)


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*NAMES, "other"]), inner, max_size=5)
    ),
    max_leaves=20,
)


def compiled(schema: Any, tree: Any) -> BodySchema:
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    contract = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"Tree": {"properties": {"a": tree, "b": {"$ref": "#/components/schemas/Tree"}}}}},
        "paths": {"/x": {"get": {"responses": {"200": answer}}}},
    }
    loaded = load("/api.json", (), read=lambda _: msgspec.json.encode(contract))
    assert loaded.problems == ()
    (found,) = loaded.catalogue.operations[0].success_schemas
    return found


@settings(max_examples=300, deadline=None)
@given(schemas(), schemas(), st.lists(VALUES, min_size=1, max_size=4), st.booleans())
def test_the_walk_finds_what_the_model_finds(schema: Any, tree: Any, values: list[Any], asks: bool) -> None:
    if "$ref" in tree:
        tree = {}
    body = compiled(schema, tree)
    field = compile_field(body.draw())
    asked = [("customer", "asked"), ("account", "7")] if asks else []
    for value in values:
        walk = Walk()
        own: list[Key] = []
        mask = walk.run(field, value, own)
        kinds = {who for who, _ in walk.found}
        walk.finish([*own, *((Who.of(kind), name) for kind, name in asked if kind not in kinds)], mask)
        found = {(who.kind, name): set(types_of(mask)) for (who, name), mask in walk.found.items()}
        expected = disclosed(body, value, asked)
        assert found == expected
        assert list(found) == list(expected)
        ways = list(ways_to_subjects(field, value))
        assert Counter((kind, name) for _, kind, name in ways) == Counter((who.kind, name) for who, name in walk.order)
        assert all(as_name(at(value, way)) == name for way, _, name in ways)


FLAT = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(MARKS), max_size=4)


@settings(max_examples=300, deadline=None)
@given(FLAT, st.sampled_from(MARKS), st.dictionaries(st.sampled_from([*NAMES, "other"]), SCALARS, max_size=5))
@example({"a": MARKS[-1], "b": MARKS[4]}, MARKS[5], {"a": "x", "b": 0})
def test_what_is_told_without_a_walk_is_what_the_model_finds(properties: Any, mark: Any, value: Any) -> None:
    body = compiled({"properties": properties, **mark}, {})
    field = compile_field(body.draw())
    named = alone(field, field.node, value) if field.node is not None else None
    naming = [name for name, each in properties.items() if "x-garrison-subject" in each]
    is_told = len(naming) == 1 and isinstance(value.get(naming[0]), str) and bool(value[naming[0]])
    assert (named is not None) is is_told
    if named is not None:
        who, name, mask = named
        assert {(who.kind, name): set(types_of(mask))} == disclosed(body, value, [])


def at(value: Any, way: Way) -> Any:
    for step in way:
        value = value[step]
    return value
