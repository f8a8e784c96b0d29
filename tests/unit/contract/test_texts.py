import itertools
from typing import Any

import pytest

from garrison.contract.texts import Book, Schema, boolean, decoder, integer, null, number


def schema(value: Any, **definitions: Any) -> Schema:
    return Schema(value, Book(definitions.__getitem__))


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("7", 7), ("-7", -7), ("123456789012345678901", 123456789012345678901)]
)
def test_integers(text: str, value: int) -> None:
    assert integer(text) == value
    assert number(text) == value
    assert isinstance(number(text), int)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "01",
        "-01",
        "-",
        "--1",
        "0x1",
        "1_000",
        "1,0",
        "NaN",
        "Infinity",
        "٣",
        "²",
        "1e",
        "1" * 5000,
        "1\n",
    ],
)
def test_what_is_no_number_stays_text(text: str) -> None:
    assert integer(text) is text
    assert number(text) is text


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), ("-0.5", -0.5), ("1e3", 1000.0), ("1E-3", 0.001)])
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value
    assert integer(text) is text


@pytest.mark.parametrize("text", [".5", "5.", "1e999", "-1e999", "1.e3", "0x1p3"])
def test_numbers_in_other_spellings_stay_text(text: str) -> None:
    assert number(text) is text


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("True", "True"), ("1", "1"), ("", "")])
def test_booleans(text: str, value: object) -> None:
    assert boolean(text) == value
    assert type(boolean(text)) is type(value)


def test_null() -> None:
    assert null("") is None
    assert null("null") is None
    assert null("x") == "x"


@pytest.mark.parametrize(
    ("value", "types"),
    [
        ({"type": "string"}, {"string"}),
        ({"type": ["integer", "null"]}, {"integer", "null"}),
        ({"type": "number"}, {"number", "integer"}),
        (
            {"enum": ["a", 1, None, True, 1.5, [], {}]},
            {"string", "integer", "null", "boolean", "number", "array", "object"},
        ),
        ({"const": 2.0}, {"integer"}),
        ({"enum": ["a", "b"]}, {"string"}),
        ({"type": "integer", "enum": ["a", 1]}, {"integer"}),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, {"string", "integer"}),
        ({"oneOf": [{"type": "string"}, {"const": 1}]}, {"string", "integer"}),
        ({"allOf": [{"type": ["string", "integer"]}, {"type": ["integer", "null"]}]}, {"integer"}),
        ({"$ref": "n"}, {"integer"}),
        ({"$ref": "loop"}, {"string"}),
        ({"if": {"type": "null"}, "else": {"type": "array"}}, {"array", "null"}),
        (False, set()),
    ],
)
def test_types(value: Any, types: set[str]) -> None:
    definitions = {"n": {"type": "integer"}, "loop": {"type": "string", "anyOf": [{"$ref": "loop"}, True]}}
    found = schema(value, **definitions)
    assert found.types() == types
    assert found.is_anything == (len(types) == 7)


@pytest.mark.parametrize("value", [True, {}, {"description": "x"}, {"minimum": 3}])
def test_a_schema_without_types_is_anything(value: Any) -> None:
    assert schema(value).is_anything
    assert decoder(schema(value))("7") == "7"


@pytest.mark.parametrize(
    ("types", "text", "value"),
    [
        ("string", "7", "7"),
        ("integer", "7", 7),
        ("integer", "7.0", "7.0"),
        ("number", "7.0", 7.0),
        ("boolean", "true", True),
        (["integer", "string"], "7", 7),
        (["integer", "string"], "07", "07"),
        (["integer", "boolean"], "true", True),
        (["integer", "null"], "null", None),
        (["string", "null"], "null", "null"),
        (["string", "boolean", "integer"], "x", "x"),
    ],
)
def test_decoders_follow_types(types: Any, text: str, value: object) -> None:
    found = decoder(schema({"type": types}))(text)
    assert found == value
    assert type(found) is type(value)


def test_properties_and_items_through_references_and_members() -> None:
    found = schema(
        {
            "allOf": [{"$ref": "a"}, {"properties": {"c": {"type": "boolean"}}}],
            "additionalProperties": {"type": "integer"},
        },
        a={"properties": {"b": {"type": "integer"}}, "items": {"type": "number"}, "$ref": "a"},
    )
    assert {name: each.types() for name, each in found.properties().items()} == {"b": {"integer"}, "c": {"boolean"}}
    assert found.items().types() == {"number", "integer"}
    more = found.additional()
    assert more is not None
    assert more.types() == {"integer"}
    assert schema({"additionalProperties": False}).additional() is None
    assert schema({}).items().is_anything


def test_schemas_that_branch_into_themselves_are_walked_once() -> None:
    names = [f"d{index}" for index in range(60)]
    definitions: dict[str, Any] = {
        name: {"anyOf": [{"$ref": after}, {"$ref": after}, {"$ref": "d0"}]} for name, after in itertools.pairwise(names)
    }
    definitions[names[-1]] = {"type": "string", "properties": {"x": True}}
    found = schema({"$ref": "d0"}, **definitions)
    assert list(found.properties()) == ["x"]
    assert "string" in found.types()
