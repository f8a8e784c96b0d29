from typing import Any

import pytest
from tests.unit.contract.describing import body_of, described, judged

from garrison.core.document import JsonDocument

SELF = "#/components/schemas/"
CAT = {"type": "object", "required": ["meow"], "properties": {"kind": {"type": "string"}, "meow": {"type": "boolean"}}}
DOG = {"type": "object", "properties": {"kind": {"type": "string"}, "bark": {"type": "integer"}}}


def either(keyword: str = "oneOf", **discriminator: Any) -> dict[str, Any]:
    return {
        keyword: [{"$ref": SELF + "Cat"}, {"$ref": SELF + "Dog"}],
        "discriminator": {"propertyName": "kind", **discriminator},
    }


def pet(schema: Any, **schemas: Any) -> Any:
    components = {"schemas": {"Cat": CAT, "Dog": DOG, **schemas}}
    return body_of(schema, openapi="3.0.3", components=components)


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_the_named_alternative_alone_is_asked(keyword: str) -> None:
    body = pet(either(keyword))
    assert judged(body, {"kind": "Cat", "meow": True}) == []
    assert judged(body, {"kind": "Cat", "meow": 1}) == [("body/meow", "type")]
    assert judged(body, {"kind": "Cat"}) == [("body/meow", "required")]
    assert judged(body, {"kind": "Dog"}) == []
    assert judged(body, {"kind": "Dog", "bark": "x"}) == [("body/bark", "type")]


def test_an_unknown_or_missing_name() -> None:
    body = pet(either())
    assert judged(body, {"kind": "Fish", "meow": True}) == [("body/kind", "enum")]
    assert judged(body, {"meow": True}) == [("body/kind", "required")]
    assert judged(body, []) == [("body", "oneOf")]


def test_explicit_names_replace_implicit_ones() -> None:
    body = pet(either(mapping={"c": "Cat", "kitten": SELF + "Cat"}))
    assert judged(body, {"kind": "c", "meow": True}) == []
    assert judged(body, {"kind": "kitten", "meow": True}) == []
    assert judged(body, {"kind": "Cat", "meow": True}) == [("body/kind", "enum")]
    assert judged(body, {"kind": "Dog"}) == []


def test_names_by_the_constants_of_inline_alternatives() -> None:
    schema = {
        "oneOf": [
            {"type": "object", "properties": {"t": {"const": "a"}, "n": {"type": "integer"}}},
            {"type": "object", "properties": {"t": {"enum": ["b", "c"]}, "n": {"type": "string"}}},
        ],
        "discriminator": {"propertyName": "t"},
    }
    body = body_of(schema)
    assert judged(body, {"t": "a", "n": 1}) == []
    assert judged(body, {"t": "c", "n": 1}) == [("body/n", "type")]
    assert judged(body, {"t": "d"}) == [("body/t", "enum")]


def test_alternatives_that_cannot_be_told_by_name_stay_alternatives() -> None:
    schema = {"oneOf": [{"$ref": SELF + "Cat"}, {"type": "object"}], "discriminator": {"propertyName": "kind"}}
    body = pet(schema)
    assert judged(body, {"kind": "anything"}) == []


def test_a_nullable_choice() -> None:
    assert judged(pet({**either(), "nullable": True}), None) == []


def test_a_default_mapping_takes_all_other_names() -> None:
    schema = either(defaultMapping="Dog")
    body = body_of(schema, openapi="3.2.0", components={"schemas": {"Cat": CAT, "Dog": DOG}})
    assert judged(body, {"kind": "Cat"}) == [("body/meow", "required")]
    assert judged(body, {"kind": "Fish", "bark": "x"}) == [("body/bark", "type")]
    assert judged(body, {"bark": 1}) == []


def test_schemas_that_inherit_are_alternatives_of_their_parent() -> None:
    parent = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"bird": "Bird"}},
    }
    bird = {"allOf": [{"$ref": SELF + "Pet"}, {"type": "object", "properties": {"wings": {"type": "integer"}}}]}
    owl = {"allOf": [{"$ref": SELF + "Bird"}, {"type": "object", "required": ["eyes"]}]}
    body = pet({"$ref": SELF + "Pet"}, Pet=parent, Bird=bird, Owl=owl)
    assert judged(body, {"kind": "bird", "wings": "x"}) == [("body/wings", "type")]
    assert judged(body, {"kind": "Owl", "wings": 2}) == [("body/eyes", "required")]
    assert judged(body, {"kind": "Owl", "wings": 2, "eyes": 2}) == []
    assert judged(body, {"kind": "other"}) == []
    assert judged(body, {}) == [("body/kind", "required")]
    assert body.undeclared(JsonDocument({"kind": "bird", "wings": 1, "x": 1})) == ("x",)


def test_a_parent_that_lists_its_own_heirs() -> None:
    parent = {**either(), "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    heirs = {
        name: {"allOf": [{"$ref": SELF + "Pet"}, {"type": "object", "properties": {name: {"type": "integer"}}}]}
        for name in ("Cat", "Dog")
    }
    body = pet({"$ref": SELF + "Pet"}, Pet=parent, **heirs)
    assert judged(body, {"kind": "Cat", "Cat": 1}) == []
    assert judged(body, {"kind": "Cat", "Cat": "x"}) == [("body/Cat", "type")]


def test_choices_within_choices() -> None:
    fish = {"type": "object", "properties": {"kind": {"enum": ["fish"]}}}
    outer = {
        "oneOf": [{"$ref": SELF + "Mammal"}, {"$ref": SELF + "Fish"}],
        "discriminator": {"propertyName": "kind"},
    }
    body = pet(outer, Mammal=either(), Fish=fish)
    assert judged(body, {"kind": "Cat", "meow": True}) == []
    assert judged(body, {"kind": "fish"}) == []
    assert judged(body, {"kind": "Mammal"}) == [("body/kind", "enum")]


@pytest.mark.parametrize(
    "discriminator",
    [3, {}, {"propertyName": 3}, {"propertyName": "kind", "mapping": 3}, {"propertyName": "kind", "mapping": {"a": 3}}],
)
def test_a_discriminator_of_the_wrong_kind_is_ignored(discriminator: Any) -> None:
    body = pet({**either(), "discriminator": discriminator})
    assert judged(body, {"kind": "Cat", "meow": True}) in ([], [("body", "oneOf")])


def test_a_mapping_that_leads_nowhere_is_a_problem() -> None:
    contract = described({}, components={"schemas": {"P": either(mapping={"x": "#/nope"}), "Cat": CAT, "Dog": DOG}})
    assert [problem.path for problem in contract.problems] == ["$.components.schemas.P.discriminator.mapping"]
