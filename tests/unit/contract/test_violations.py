from typing import Any

import pytest
from tests.unit.contract.describing import body_of, judged

from garrison.contract import Violation
from garrison.core.document import JsonDocument

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("schema", "value", "violation"),
    [
        ({"type": "integer"}, SECRET, ("body", "type", "must be of type `integer`")),
        ({"type": ["null", "array"]}, SECRET, ("body", "type", "must be of type `array` or `null`")),
        ({"maxLength": 1}, SECRET, ("body", "maxLength", "must be at most 1 character long")),
        ({"minLength": 10}, SECRET, ("body", "minLength", "must be at least 10 characters long")),
        ({"enum": ["a", 1, None]}, SECRET, ("body", "enum", "must be one of `a`, `1`, `null`")),
        ({"enum": list(range(10))}, SECRET, ("body", "enum", "must be one of `0`, `1`, `2`, `3`, `4`, `5` or 4 more")),
        ({"const": "a"}, SECRET, ("body", "const", "must be `a`")),
        ({"pattern": "^[a-z]+$"}, SECRET, ("body", "pattern", "must match the pattern `^[a-z]+$`")),
        ({"format": "uuid"}, SECRET, ("body", "format", "must be a valid `uuid`")),
        ({"minimum": 5}, 3, ("body", "minimum", "must be at least 5")),
        ({"maximum": 5}, 6, ("body", "maximum", "must be at most 5")),
        ({"exclusiveMinimum": 5}, 5, ("body", "exclusiveMinimum", "must be greater than 5")),
        ({"exclusiveMaximum": 5}, 5, ("body", "exclusiveMaximum", "must be less than 5")),
        ({"multipleOf": 2}, 3, ("body", "multipleOf", "must be a multiple of 2")),
        ({"minItems": 2}, [SECRET], ("body", "minItems", "must have at least 2 items")),
        ({"maxItems": 1}, [SECRET, 1], ("body", "maxItems", "must have at most 1 item")),
        ({"uniqueItems": True}, [SECRET, SECRET], ("body", "uniqueItems", "must not repeat items")),
        ({"contains": {"const": 1}}, [SECRET], ("body", "contains", "must contain the items that are demanded")),
        ({"minProperties": 2}, {SECRET: 1}, ("body", "minProperties", "must have at least 2 properties")),
        ({"maxProperties": 0}, {SECRET: 1}, ("body", "maxProperties", "must have at most 0 properties")),
        ({"required": ["a/b"]}, {SECRET: 1}, ("body/a~1b", "required", "must be present")),
        ({"dependentRequired": {"a": ["b"]}}, {"a": SECRET}, ("body/b", "required", "must be present")),
        (
            {"additionalProperties": False},
            {SECRET: 1},
            ("body", "additionalProperties", "must not be present"),
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {SECRET: 1, "a": 1},
            ("body", "additionalProperties", "must not have 1 undeclared property"),
        ),
        (
            {"unevaluatedProperties": False},
            {SECRET: 1, "b": 2},
            ("body", "unevaluatedProperties", "must not have 2 undeclared properties"),
        ),
        ({"prefixItems": [{}], "unevaluatedItems": False}, [1, SECRET], ("body", "unevaluatedItems", None)),
        ({"propertyNames": {"maxLength": 1}}, {SECRET: 1}, ("body", "propertyNames", None)),
        ({"additionalProperties": {"type": "integer"}}, {SECRET: SECRET}, ("body/*", "type", None)),
        ({"patternProperties": {".": {"type": "integer"}}}, {SECRET: SECRET}, ("body/*", "type", None)),
        ({"not": {"type": "string"}}, SECRET, ("body", "not", "must not match the schema that is ruled out")),
        ({"properties": {"a": False}}, {"a": SECRET}, ("body/a", "not", "must not be present")),
        ({"oneOf": [{}, {}]}, SECRET, ("body", "oneOf", "must match only one of 2 schemas")),
        (
            {"oneOf": [{"type": "integer"}, {"type": "null"}]},
            SECRET,
            ("body", "oneOf", "must match exactly one of 2 schemas"),
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            SECRET,
            ("body", "anyOf", "must match at least one of 2 schemas"),
        ),
    ],
)
def test_what_is_demanded_is_said_and_the_value_never(
    schema: Any, value: Any, violation: tuple[str, str, str | None]
) -> None:
    (found,) = body_of(schema).violations(JsonDocument(value))
    location, keyword, detail = violation
    assert found.location == location
    assert found.keyword == keyword
    assert detail is None or found.detail == detail
    assert SECRET not in repr(found)


def test_the_alternative_that_was_meant_says_what_is_wrong() -> None:
    schema = {
        "oneOf": [
            {"type": "string"},
            {"type": "object", "properties": {"n": {"type": "integer"}, "k": {"const": "a"}}, "required": ["k"]},
            {"type": "object", "properties": {"m": {"type": "integer"}, "k": {"const": "b"}}, "required": ["k"]},
        ]
    }
    assert judged(body_of(schema), {"k": "a", "n": "x"}) == [("body/n", "type")]
    assert judged(body_of(schema), {"k": "c"}) == [("body", "oneOf")]


def test_numbers_that_json_cannot_hold_are_violations() -> None:
    assert judged(body_of({"type": "number"}), float("inf")) == [("body", "type")]
    assert judged(body_of({"type": "number"}), float("nan")) == [("body", "type")]


def test_what_the_validator_cannot_read_is_a_violation() -> None:
    found = body_of({"pattern": "a"}).violations(JsonDocument("\ud800"))
    assert found == (Violation("body", "type", "must be representable as JSON"),)


def test_details_are_short() -> None:
    schema = {"enum": ["x" * 1000] * 3 + [f"{index}" for index in range(10_000)]}
    (found,) = body_of(schema).violations(JsonDocument("y"))
    assert len(found.detail) < 400
