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
