"""Forms: URL-encoded and multipart bodies as the objects of their schemas (OpenAPI 3.2, section 4.14)."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from garrison.contract.body import ReadForm, ReadParts
from garrison.contract.fields import Field, FieldReader, Pairs
from garrison.contract.media import essence, kind_of
from garrison.contract.texts import Decode, Schema, decoder
from garrison.contract.violations import REPEATED, Violation
from garrison.core.document import MultipartDocument, Part

_FORM_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")
_UNDECLARED = "*"
"""What stands for names that the contract does not declare: they may be personal data."""


def form_reader(schema: Schema, encoding: Mapping[str, Any]) -> ReadForm:
    """What makes an object of a form's fields, by the schema's properties and the media type's `encoding`.

    Of what is given twice servers do not agree which counts: only what nothing is said about may be.
    """
    reader = form_fields(schema, encoding)
    declared, others = schema.properties(), schema.additional()
    is_open = others is None or others.is_anything

    def read(fields: Pairs) -> tuple[Any, tuple[Violation, ...]]:
        values, _, repeated = reader.read(fields)
        names = [name if name in declared else _UNDECLARED for name in repeated if name in declared or not is_open]
        return values, tuple([_given_again(name) for name in dict.fromkeys(names)])

    return read


def form_fields(schema: Schema, encoding: Mapping[str, Any]) -> FieldReader:
    """The fields of a form. Those that no property declares are kept: the schema judges them."""
    fields = []
    for name, inner in schema.properties().items():
        rules = encoding.get(name)
        fields.append(_field(name, inner, rules if isinstance(rules, dict) else {}))
    return FieldReader(fields, more=schema.additional() or schema.at(True))


def parts_reader(schema: Schema, encoding: Mapping[str, Any]) -> ReadParts:
    """What makes an object of a multipart body's parts."""
    properties = schema.properties()
    rules = {name: rule for name, rule in encoding.items() if isinstance(rule, dict)}
    readers = {name: _PartReader(name, inner, rules.get(name, {})) for name, inner in properties.items()}
    other = _PartReader(_UNDECLARED, schema.additional() or schema.at(True), {})

    def read(document: MultipartDocument) -> tuple[Any, tuple[Violation, ...]]:
        values: dict[str, Any] = {}
        found: list[Violation] = []
        for part in document.parts:
            reader = readers.get(part.name, other)
            found.extend(reader.wrong(part))
            value = reader.read(part)
            if reader.repeats:
                values.setdefault(part.name, []).append(value)
            elif part.name in values:
                found.append(_given_again(reader.name))
            else:
                values[part.name] = value
        return values, tuple(dict.fromkeys(found))

    return read


def json_text(text: str) -> Any:
    """The value of a JSON text; what is not JSON stays text, and its schema says so."""
    try:
        return _read_json(text.encode())
    except (ValueError, RecursionError):
        return text


def _read_json(content: bytes) -> Any:
    """Raises ValueError or RecursionError where `content` is no JSON text, or one that gives a key twice: servers do
    not agree on which of the two counts (RFC 8259, 4)."""
    value = msgspec.json.decode(content)
    if content.count(b":") > 1:
        json.loads(content.decode(), object_pairs_hook=_unique)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is given twice")


def content_decoder(media_type: str, schema: Schema) -> Decode:
    """What reads a value that is written in `media_type` (essence, lower case)."""
    kind = kind_of(media_type)
    return json_text if kind == "json" else decoder(schema) if kind == "text" else str


def _field(name: str, schema: Schema, rules: Mapping[str, Any]) -> Field:
    if any(key in rules for key in ("style", "explode", "allowReserved")):
        style = rules.get("style", "form")
        style = style if style in _FORM_STYLES else "form"
        explode = rules.get("explode", style in ("form", "deepObject"))
        return Field(name, schema, style, explode is True)
    content_type = rules.get("contentType")
    types = schema.types()
    if isinstance(content_type, str):
        return Field(name, schema, decode=content_decoder(essence(content_type), schema))
    if types and types <= {"object", "null"}:
        # Without an encoding an object is JSON inside its field (table of default content types).
        return Field(name, schema, "form", False, json_text)
    return Field(name, schema, "form", True)


class _PartReader:
    """Reads the parts of one name."""

    def __init__(self, name: str, schema: Schema, rules: Mapping[str, Any]) -> None:
        types = schema.types()
        self.name = name
        self.repeats = "array" in types and not schema.is_anything and "contentType" not in rules
        item = schema.items() if self.repeats else schema
        accepted = rules.get("contentType")
        self._accepted = tuple(map(str.strip, accepted.lower().split(","))) if isinstance(accepted, str) else ()
        self._is_object = _is_collection(item)
        self._is_binary = any(each.get("format") == "binary" for each in item.parts())
        self._decode = decoder(item)

    def wrong(self, part: Part) -> "list[Violation]":
        """What is wrong with the part as such."""
        given = essence(part.content_type)
        if not self._accepted or any(_covers(essence(each) or each, given) for each in self._accepted):
            return []
        return [Violation(f"body/{self.name}", "contentType", f"must be of media type {', '.join(self._accepted)}")]

    def read(self, part: Part) -> Any:
        """The part's value; of binary content only the size counts."""
        if self._is_binary:
            return "." * len(part.content)
        kind = kind_of(essence(part.content_type))
        if self._is_object or kind == "json":
            try:
                return _read_json(part.content)
            except (ValueError, RecursionError):
                return _text(part.content)
        return self._decode(_text(part.content))


def _is_collection(schema: Schema) -> bool:
    types = schema.types()
    return bool(types) and types <= {"object", "array", "null"}


def _covers(accepted: str, given: str) -> bool:
    if accepted in ("*/*", given):
        return True
    return accepted.endswith("/*") and given.startswith(accepted[:-1])


def _text(content: bytes) -> str:
    """Text where it is UTF-8; for anything else each byte is a character, so that lengths are bytes."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _given_again(name: str) -> Violation:
    return Violation(f"body/{name}", REPEATED, "must be given once")
