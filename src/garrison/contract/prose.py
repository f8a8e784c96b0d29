"""Prose: where a schema says that a person writes there what they like, in sentences and for persons.

It says so by a media type of text (`contentMediaType`), by a format that forms show as a field of several lines, or by
the name of a property whose form nothing else says anything about.
"""

import re
from collections.abc import Iterator
from typing import Final

from garrison.contract.open_texts import leaves_open
from garrison.contract.texts import Schema
from garrison.core.canonical import label

_FORMATS: Final = frozenset({"markdown", "commonmark", "multiline", "textarea", "richtext", "prose"})
_NAMES: Final = frozenset({
    "abstract", "answer", "bio", "biography", "body", "caption", "comment", "comments", "content", "description",
    "details", "feedback", "instructions", "message", "note", "notes", "post", "question", "reason", "remark",
    "remarks", "review", "story", "subject", "summary", "text",
})  # fmt: skip
"""What such a property is called, or the last word of it."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORT: Final = 32
"""Longest text, in characters, that is a word or two and no prose."""
_MAX_DEPTH: Final = 8


def prose_of(schema: Schema) -> frozenset[str]:
    """The places in a body that hold prose, as reasons name them: `body/text`, `body/items/*/note`."""
    return frozenset(_places(schema, "body", 0))


def _places(schema: Schema, place: str, depth: int) -> Iterator[str]:
    if depth >= _MAX_DEPTH:
        return
    types = schema.types()
    if "object" in types:
        for name, each in schema.properties().items():
            below = f"{place}/{label(name)}"
            if _is_prose(each, name):
                yield below
            yield from _places(each, below, depth + 1)
    if "array" in types and len(types) == 1:
        yield from _places(schema.items(), f"{place}/*", depth + 1)


def _is_prose(schema: Schema, name: str) -> bool:
    """Whether a value may be a text, and is written in sentences where it is."""
    if "string" not in schema.types():
        return False
    parts = list(schema.parts())
    if any(isinstance(part.get("maxLength"), int) and part["maxLength"] <= _SHORT for part in parts):
        return False
    if any(part.get("format") in _FORMATS or _is_text(part.get("contentMediaType")) for part in parts):
        return True
    words = _WORD.findall(name)
    return bool(words) and words[-1].lower() in _NAMES and leaves_open(schema)


def _is_text(media_type: object) -> bool:
    return isinstance(media_type, str) and media_type.lower().startswith(("text/plain", "text/markdown"))
