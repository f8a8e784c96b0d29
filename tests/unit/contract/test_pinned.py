"""What a schema pins down, and of which properties nothing needs to be looked at."""

from typing import Any

import pytest

from garrison.contract.pinned import NOTHING_PINNED, Pins, pins_of
from garrison.contract.texts import Book, Schema

_PLAN = {"enum": ["basic", "plus"]}
_FREE = {"type": "string"}


def pinned(schema: Any) -> Pins:
    return pins_of(Schema(schema, Book(dict[str, Any]().__getitem__)))


@pytest.mark.parametrize(
    ("schema", "is_silent"),
    [
        (_PLAN | {"type": "string"}, True),
        ({"type": "integer"}, True),
        ({"type": "array", "items": _PLAN | {"type": "string"}}, True),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, True),
        ({"type": ["array", "null"], "items": {"type": "integer"}}, True),
        (_FREE, False),
        ({"type": "array", "items": _FREE}, False),
        ({"type": ["array", "string"], "items": {"type": "integer"}}, False),
        ({"type": ["array", "object"], "items": {"type": "integer"}}, False),
        ({"type": "array", "prefixItems": [_FREE], "items": {"type": "integer"}}, False),
        ({"type": "array", "prefixItems": [_FREE], "items": False}, False),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, False),
    ],
)
def test_properties_in_whose_values_nothing_is_said(schema: Any, is_silent: bool) -> None:
    pins = pinned({"type": "object", "properties": {"a": schema}})
    assert ("a" in pins.silent) is is_silent


def test_what_comes_first_in_a_list_is_not_pinned_down_by_what_follows() -> None:
    assert pinned({"type": "array", "prefixItems": [_FREE], "items": False}) == NOTHING_PINNED


_ID = {"type": "string", "format": "uuid"}
_NULL = {"type": "null"}
_DEFINED = {"id": _ID, "free": _FREE, "again": {"anyOf": [{"$ref": "again"}, _ID]}, "itself": {"$ref": "itself"}}


@pytest.mark.parametrize(
    ("schema", "is_pinned"),
    [
        ({"anyOf": [_ID, _NULL]}, True),
        ({"anyOf": [_ID, {"type": "integer"}, _PLAN]}, True),
        ({"anyOf": [_ID, _FREE]}, False),
        ({"oneOf": [_FREE, _ID]}, False),
        ({"type": "string", "oneOf": [_ID, {}]}, False),
        ({"type": "string", "anyOf": []}, False),
        ({"allOf": [_FREE, _ID]}, True),
        ({"allOf": [{"anyOf": [_ID, _FREE]}, {"maxLength": 3}]}, True),
        ({"$ref": "id"}, True),
        ({"$ref": "free"}, False),
        ({"$ref": "free", "enum": ["a"]}, True),
        ({"anyOf": [{"$ref": "id"}, {"$ref": "free"}]}, False),
        ({"$ref": "again"}, False),
        ({"$ref": "itself"}, False),
        ({"if": _NULL, "else": _ID}, True),
        ({"if": _NULL, "else": _FREE}, False),
        ({"type": "string", "if": {"minLength": 9}, "then": _ID, "else": {"maxLength": 3}}, True),
        ({"type": "string", "if": {"minLength": 9}, "then": _ID}, False),
        ({"type": "string", "if": _ID, "then": _ID, "else": _FREE}, False),
        ({"type": "string", "then": _ID, "else": _ID}, False),
        (True, False),
        (False, True),
    ],
)
def test_an_alternative_pins_nothing_down_for_another(schema: Any, is_pinned: bool) -> None:
    assert pins_of(Schema(schema, Book(_DEFINED.__getitem__))).whole is is_pinned
