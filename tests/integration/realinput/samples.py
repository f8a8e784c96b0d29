"""Values out of schemas: what they give as example where they give one, else the smallest that they allow."""

import json
import re
import re._constants as code  # type: ignore[import-not-found]  # has no stubs
import re._parser as regex  # type: ignore[import-not-found]  # has no stubs
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.integration.realinput.descriptions import Description, Schema
from tests.integration.realinput.oracle import Oracle

_MAX_DEPTH = 12
_FORMATS = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:30:00Z",
    "time": "12:30:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "uri-reference": "/a",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "byte": "YQ==",
    "json-pointer": "/a",
    "regex": "a",
}


class Sample(NamedTuple):
    """One value for a schema."""

    value: Any
    given: bool
    """Whether all of it is what the description itself gives: examples, defaults, enumerations, constants."""


class NoSampleError(Exception):
    """No valid value was found."""


class Sampler:
    """Makes values for the schemas of one description."""

    def __init__(self, description: Description, oracle: Oracle) -> None:
        self._description = description
        self._oracle = oracle

    def sample(self, schema: Any, *, sent: bool = True) -> Sample:
        """A value that is valid under `schema`, in a body where `sent`; raises NoSampleError where none was found."""
        for choice in range(4):
            for with_examples in (True, False):
                try:
                    found = self._make(schema, choice, with_examples, 0)
                except NoSampleError:
                    continue
                if not self._oracle.complaint(schema, found.value, sent=sent):
                    return found
        raise NoSampleError(str(schema)[:200])

    def given(self, schema: Any) -> list[Any]:
        """What the schema itself gives: its examples, default, constant and enumeration, in this order."""
        schema = self._description.follow(schema)
        if not isinstance(schema, dict):
            return []
        found = [schema["example"]] if "example" in schema else []
        found += schema["examples"] if isinstance(schema.get("examples"), list) else []
        found += [schema[key] for key in ("default", "const") if key in schema]
        return _distinct([*found, *schema.get("enum", ())])

    def merged(self, schema: Any, choice: int = 0) -> Schema:
        """The schema with its `allOf` members and one alternative of each `oneOf` and `anyOf` taken in."""
        out: Schema = {}
        for part in self._parts(schema, choice, 0):
            for key, value in part.items():
                if key == "properties":
                    out["properties"] = {**out.get("properties", {}), **value}
                elif key == "required" and isinstance(value, list):
                    out["required"] = [*out.get("required", ()), *value]
                elif key not in ("allOf", "oneOf", "anyOf"):
                    out.setdefault(key, value)
        return out

    def _parts(self, schema: Any, choice: int, depth: int) -> Iterator[Schema]:
        schema = self._description.follow(schema)
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return
        yield schema
        for member in schema.get("allOf", ()):
            yield from self._parts(member, choice, depth + 1)
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                options = schema[keyword]
                yield from self._parts(options[min(choice, len(options) - 1)], choice, depth + 1)

    def _make(self, schema: Any, choice: int, with_examples: bool, depth: int) -> Sample:
        if depth > _MAX_DEPTH:
            raise NoSampleError("too deep")
        flat = self.merged(schema, choice)
        for value in self.given(schema) + self.given(flat):
            if not self._oracle.complaint(schema, value) and value is not None:
                return Sample(value, given=True)
        kind = _kind(flat)
        if kind == "object":
            return self._object(flat, choice, with_examples, depth)
        if kind == "array":
            if not flat.get("minItems") and not with_examples:
                return Sample([], given=False)
            item = self._make(flat.get("items", {}), choice, with_examples, depth + 1)
            return Sample([item.value] * max(1, flat.get("minItems", 1)), item.given)
        return Sample(_scalar(flat, kind), given=False)

    def _object(self, flat: Schema, choice: int, with_examples: bool, depth: int) -> Sample:
        """The required properties, and the optional ones that have an example of their own."""
        value, given = {}, True
        properties = flat.get("properties", {})
        required = set(flat.get("required", ()))
        for name, inner in properties.items():
            followed = self._description.follow(inner)
            if isinstance(followed, dict) and followed.get("readOnly") is True:
                continue
            optional = name not in required
            if optional and not (with_examples and _has_example(followed)):
                continue
            made = self._make(inner, choice, with_examples, depth + 1)
            value[name] = made.value
            given = given and made.given
        for name in required - properties.keys():
            value[name], given = "a", False
        if len(value) < flat.get("minProperties", 0):
            more = ((name, inner) for name, inner in properties.items() if name not in value)
            for name, inner in list(more)[: flat["minProperties"] - len(value)]:
                value[name], given = self._make(inner, choice, with_examples, depth + 1).value, False
        return Sample(value, given=given and bool(value))


def text_for(pattern: str) -> str:
    """A short text that matches `pattern`."""
    return "".join(_texts(regex.parse(pattern)))


def _has_example(schema: Any) -> bool:
    return isinstance(schema, dict) and ("example" in schema or bool(schema.get("examples")))


def _distinct(values: list[Any]) -> list[Any]:
    return list({json.dumps(value, sort_keys=True): value for value in values}.values())


def _kind(flat: Schema) -> str:
    kind = flat.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in flat or "additionalProperties" in flat:
        return "object"
    return "array" if "items" in flat else "string"


def _scalar(flat: Schema, kind: str) -> Any:
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    if kind in ("integer", "number"):
        return _number(flat)
    if "pattern" in flat:
        try:
            return _fitted(text_for(flat["pattern"]), flat)
        except re.error as error:
            raise NoSampleError(flat["pattern"]) from error
    return _FORMATS.get(flat.get("format", "")) or _fitted("a", flat)


def _number(flat: Schema) -> int | float:
    low, high = flat.get("minimum"), flat.get("maximum")
    lowest = flat.get("exclusiveMinimum")
    if isinstance(lowest, int | float) and not isinstance(lowest, bool):
        low = lowest + 1
    elif lowest is True and low is not None:
        low += 1
    start: int | float = 1 if low is None or (low <= 1 and (high is None or high >= 1)) else low
    start = start if high is None or start <= high else high
    step = flat.get("multipleOf")
    return start if not step else -(-start // step) * step


def _fitted(value: str, flat: Schema) -> str:
    fitted: str = (value + "a" * max(0, flat.get("minLength", 0) - len(value)))[: flat.get("maxLength")]
    return fitted


def _texts(parsed: Any) -> Iterator[str]:
    for operator, argument in parsed:
        if operator is code.LITERAL:
            yield chr(argument)
        elif operator in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            low, high, inner = argument
            yield from (text for _ in range(low or min(1, high)) for text in _texts(inner))
        elif operator is code.SUBPATTERN:
            yield from _texts(argument[3])
        elif operator is code.BRANCH:
            yield from _texts(argument[1][0])
        elif operator is code.IN:
            yield _one_of(argument)
        elif operator in (code.ANY, code.NOT_LITERAL):
            yield "a"


def _one_of(options: Any) -> str:
    pattern = re.compile("[" + "".join(_class(option) for option in options) + "]")
    for character in "a1A-_.:/+ =@":
        if pattern.match(character):
            return character
    return next(chr(point) for point in range(33, 500) if pattern.match(chr(point)))


def _class(option: Any) -> str:
    operator, argument = option
    if operator is code.NEGATE:
        return "^"
    if operator is code.LITERAL:
        return re.escape(chr(argument))
    if operator is code.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    words = {code.CATEGORY_DIGIT: r"\d", code.CATEGORY_WORD: r"\w", code.CATEGORY_SPACE: r"\s",
             code.CATEGORY_NOT_DIGIT: r"\D", code.CATEGORY_NOT_WORD: r"\W", code.CATEGORY_NOT_SPACE: r"\S"}  # fmt: skip
    return words[argument]
