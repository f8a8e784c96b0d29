"""What stands at a place of a request that a virtual patch names: every value there, as texts and as it was decoded.

Read as widely as servers do: names of fields in any case, every one of several values, `q[x]` as a part of `q`, cookies
with their quotes and escapes and without. A body in which a place should be and that cannot be read is `UNREAD`, also
for its type: some server takes the field out of a text, and here nobody knows where it stands.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

import msgspec

from garrison.contract.catalogue import Match
from garrison.controls.patch_tokens import UNREADABLE, token_values
from garrison.core.document import FormDocument, JsonDocument, MultipartDocument, RowsDocument, TextDocument
from garrison.engine.facts import Facts

UNREAD: Final = object()
"""Stands for values that could not be read."""


class Also(str):
    """Another reading of the value before it: it counts for what it says, and is not one value more."""


Read: TypeAlias = Callable[[Facts], Sequence[Any]]
"""Every value at a place; `UNREAD` among them where not all could be read."""
_VARIABLE: Final = re.compile(r"\{([^{}]+)\}")
_MAX_VALUES: Final = 100_000
"""Values of one body that are looked at; of one that has more it is not known what else it has."""


def is_in_body(where: str) -> bool:
    """Whether a place is in a request's body."""
    return where == "body" or where.startswith("body/")


def reader(where: str, template: str) -> Read:
    """What reads a place; `template` is the path template of the operation, empty where there is none."""
    kind, _, name = where.partition(".") if not is_in_body(where) else ("body", "", where[5:])
    match kind:
        case "path":
            return _path(name, template)
        case "query":
            return _query(name)
        case "header":
            return _header(name.lower())
        case "cookie":
            return _cookie(name)
        case "token":
            return _token(name)
        case _:
            return _body(tuple(name.split("/")) if name else ())


def text_of(value: Any) -> str:
    """A value as it is matched: a text as it is, anything else as JSON writes it."""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _path(name: str, template: str) -> Read:
    names = _VARIABLE.findall(template)
    if name not in names:
        return lambda facts: (facts.canonical.path,)
    index = names.index(name)

    def read(facts: Facts) -> Sequence[Any]:
        match = facts.match
        arguments = match.arguments if isinstance(match, Match) else ()
        return (arguments[index],) if index < len(arguments) else (facts.canonical.path,)

    return read


def _query(name: str) -> Read:
    if not name:
        return lambda facts: [text for pair in facts.canonical.query for text in pair]
    folded, part = name.lower(), f"{name.lower()}["

    def read(facts: Facts) -> Sequence[Any]:
        query = [(key.lower(), value) for key, value in facts.canonical.query]
        return [
            value if key == folded else f"{key[len(folded) :]}={value}"
            for key, value in query
            if key == folded or key.startswith(part)
        ]

    return read


def _header(name: str) -> Read:
    if not name:
        return lambda facts: list(facts.canonical.headers.values())

    def read(facts: Facts) -> Sequence[Any]:
        return [value for key, value in facts.request.headers if key == name]

    return read


def _cookie(name: str) -> Read:
    def read(facts: Facts) -> Sequence[Any]:
        pairs = [each.partition("=") for each in facts.canonical.headers.get("cookie", "").split(";")]
        found = [value.strip() for key, _, value in pairs if not name or key.strip() == name]
        return [each for value in found for each in _readings(value, unquote(value.strip('"')))]

    return read


def _token(name: str) -> Read:
    part, _, member = name.partition(".")

    def read(facts: Facts) -> Sequence[Any]:
        return [UNREAD if value is UNREADABLE else value for value in token_values(facts, part, member)]

    return read


def _body(steps: tuple[str, ...]) -> Read:
    def read(facts: Facts) -> Sequence[Any]:
        if facts.document is None:
            return (UNREAD,) if facts.has_body and facts.uninspected else ()
        if not steps:
            return _whole(facts.body, facts.document) if facts.body is not None else (UNREAD,)
        return _in_document(facts.document, steps)

    return read


def _whole(body: bytes, document: Any) -> Sequence[str]:
    """A body as it stands, and as it reads once what hides its letters is undone: escapes, and another charset."""
    text = body.decode("utf-8", "replace")
    match document:
        case JsonDocument(value=value) if "\\" in text:
            return _readings(text, text_of(value))
        case FormDocument(fields=fields) if "%" in text or "+" in text:
            return _readings(text, "&".join(f"{name}={value}" for name, value in fields))
        case TextDocument(text=read):
            return _readings(text, read.replace("\0", ""))  # as a charset of two bytes leaves them
    return (text,)


def _readings(value: str, other: str) -> Sequence[str]:
    return (value,) if value == other else (value, Also(other))


def _in_document(document: Any, steps: tuple[str, ...]) -> Sequence[Any]:
    match document:
        case JsonDocument(value=value):
            return _gathered(value, steps)
        case RowsDocument(rows=rows):
            return _gathered(rows, ("*", *steps))
        case FormDocument(fields=fields):
            return _fields([(name, value) for name, value in fields], steps)
        case MultipartDocument(parts=parts):
            return _fields([(part.name, part.content.decode("utf-8", "replace")) for part in parts], steps)
    return (UNREAD,)


def _gathered(value: Any, steps: tuple[str, ...]) -> Sequence[Any]:
    found = []
    for each in at(value, steps):
        found.append(each)
        if len(found) > _MAX_VALUES:
            return (UNREAD,)
    return found


def _fields(fields: Sequence[tuple[str, Any]], steps: tuple[str, ...]) -> Sequence[Any]:
    """Of a form: a field is called as the way to it is written, or by its first name."""
    first = steps[0].lower()
    named = {first, ".".join(steps).lower(), first + "".join(f"[{each}]" for each in steps[1:]).lower()}
    return [
        value if name.lower() in named else f"{name[len(first) :]}={value}"
        for name, value in fields
        if name.lower() in named or name.lower().startswith(f"{first}[")
    ]


def at(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """What stands where `steps` lead, names in any case; `*` and a number stand for any item. A list on the way counts
    for each of its items: a server that takes one object often takes several."""
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    if isinstance(value, list):
        skipped = rest if first == "*" or first.isdecimal() else steps
        for item in value:
            yield from at(item, skipped)
    elif isinstance(value, dict):
        folded = first.lower()
        for name, inner in value.items():
            if first == "*" or name.lower() == folded:
                yield from at(inner, rest)
