"""Prose: told by what a schema says, and by the name where it says nothing."""

from typing import Any

import pytest

from garrison.contract.prose import prose_of
from garrison.contract.texts import Book, Schema

TEXT = {"type": "string"}


def found(schema: Any, **definitions: Any) -> list[str]:
    return sorted(prose_of(Schema(schema, Book(definitions.__getitem__))))


def named(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("comment", TEXT),
        ("reviewText", {"type": ["string", "null"]}),
        ("delivery_note", {**TEXT, "maxLength": 2000}),
        ("x", {**TEXT, "format": "markdown"}),
        ("x", {**TEXT, "contentMediaType": "text/markdown; charset=utf-8"}),
    ],
)
def test_a_text_that_a_person_writes(name: str, schema: Any) -> None:
    assert found(named(**{name: schema})) == [f"body/{name}"]


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("q", TEXT),
        ("textId", TEXT),
        ("file", TEXT),
        ("comment", {"type": "integer"}),
        ("comment", {**TEXT, "maxLength": 20}),
        ("comment", {**TEXT, "format": "uri"}),
        ("comment", {**TEXT, "pattern": "^a"}),
        ("comment", {"enum": ["a"]}),
        ("x", {**TEXT, "contentMediaType": "text/html"}),
    ],
)
def test_a_text_that_is_a_value(name: str, schema: Any) -> None:
    assert found(named(**{name: schema})) == []


def test_it_is_found_wherever_it_stands() -> None:
    lines = {"type": "array", "items": {"$ref": "Line"}}
    told = found(named(order=named(lines=lines, title=TEXT)), Line=named(note=TEXT, next={"$ref": "Line"}))
    assert told[0] == "body/order/lines/*/next/next/next/next/note", "to a depth that is bounded"
    assert told[-1] == "body/order/lines/*/note"
