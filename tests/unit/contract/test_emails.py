"""Emails that a pattern tells are those that the format takes, and nothing else changes."""

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.contract.describing import body_of

from garrison.contract.emails import LONGEST, PLAIN, told_by_pattern
from garrison.contract.validators import compile_schema
from garrison.core.document import JsonDocument

FORMAT: Final = compile_schema({"format": "email"}, None)
QUICK: Final = compile_schema({"pattern": PLAIN, "maxLength": LONGEST}, None)
TOLD: Final = compile_schema(told_by_pattern({"format": "email"}), None)

PIECES: Final = st.text('aZ09_+-.@é \n"[]:', max_size=12)
ADDRESSES: Final = st.tuples(
    PIECES, st.sampled_from(["@", "@@", "@a."]), PIECES, st.sampled_from(["", ".com", ".b-c.org"])
)


@settings(max_examples=150, deadline=None)
@given(ADDRESSES.map("".join))
def test_the_same_is_an_address(text: str) -> None:
    assert TOLD.is_valid(text) == FORMAT.is_valid(text)
    assert FORMAT.is_valid(text) or not QUICK.is_valid(text)


@pytest.mark.parametrize("text", ["ada@example.com", "a.b+c_d-e@x-y.example.org", "9@9.io"])
def test_a_plain_address_is_told_by_the_pattern(text: str) -> None:
    assert QUICK.is_valid(text)


@pytest.mark.parametrize("text", ["a" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@b.example" + ".c" * 130])
def test_what_is_too_long_is_left_to_the_format(text: str) -> None:
    assert not QUICK.is_valid(text)
    assert TOLD.is_valid(text) == FORMAT.is_valid(text)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "email"},
        {"format": "email", "if": {"minLength": 3}, "then": {"maxLength": 60}},
        {"format": "email", "allOf": [{"maxLength": 60}]},
    ],
)
def test_what_is_wrong_is_still_the_format(schema: dict[str, Any]) -> None:
    body = body_of({"type": "object", "properties": {"mail": schema}})
    assert body.violations(JsonDocument({"mail": "ada@example.com"})) == ()
    (found,) = body.violations(JsonDocument({"mail": "nobody"}))
    assert (found.location, found.keyword, found.detail) == ("body/mail", "format", "must be a valid `email`")
    (long,) = body.violations(JsonDocument({"mail": 7})) if "type" in schema else [None]
    assert long is None or long.keyword == "type"


def test_values_are_left_as_they_are() -> None:
    schema = {"enum": [{"format": "email"}], "properties": {"format": {"const": {"format": "email"}}}}
    assert told_by_pattern(schema) == schema
