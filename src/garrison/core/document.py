"""A decoded body: what the bytes mean, before any schema is asked.

The engine decodes (`engine/decode.py`), the contract judges (`contract/body.py`); these values are what passes
between them.
"""

from typing import Any, TypeAlias

import msgspec


class JsonDocument(msgspec.Struct, frozen=True, gc=False):
    """A JSON text (RFC 8259): dict, list, str, int, float, bool or None."""

    value: Any


class FormDocument(msgspec.Struct, frozen=True):
    """An `application/x-www-form-urlencoded` body: decoded names and values in order."""

    fields: tuple[tuple[str, str], ...]


class Part(msgspec.Struct, frozen=True):
    """One part of a multipart body (RFC 7578)."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str = "text/plain"


class MultipartDocument(msgspec.Struct, frozen=True):
    """A `multipart/form-data` body."""

    parts: tuple[Part, ...]


class TextDocument(msgspec.Struct, frozen=True):
    """A body of a textual media type, decoded."""

    text: str


class RowsDocument(msgspec.Struct, frozen=True):
    """A body of many values, one after another: lines of JSON, or the rows of a table."""

    rows: list[Any]
    """Of a table: objects whose properties are the columns, texts all of them."""
    columns: tuple[str, ...] = ()
    """What the table's head line names; empty for lines of JSON."""


class OpaqueDocument(msgspec.Struct, frozen=True):
    """A body whose inside no contract describes: images, archives, octet streams."""

    size: int
    """Bytes."""


Document: TypeAlias = JsonDocument | FormDocument | MultipartDocument | TextDocument | RowsDocument | OpaqueDocument
