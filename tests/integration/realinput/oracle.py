"""What a schema says of a value, by a validator that shares nothing with ours: the package openapi-schema-validator.

Where its dialect of OpenAPI 3.0 is stricter than real descriptions are meant, it is mended: see `_mended`. Values on
the wire are texts, so a value is judged by every reading its text can have: a number given as an example of a string is
a fine string once it is sent.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from openapi_schema_validator import OAS30ReadValidator, OAS30Validator, OAS30WriteValidator, OAS31Validator
from referencing import Registry, Resource
from tests.integration.realinput.descriptions import ROOT, Description, Schema
from tests.integration.realinput.wire import style_of, text

Keyword: TypeAlias = Callable[[Any, Any, Any, Schema], Iterator[ValidationError]]
"""What a keyword's value has against an instance, given the validator and the schema around the keyword."""


class Oracle:
    """Judges values by the schemas of one description."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._sent = _mended(OAS30WriteValidator) if description.is_30 else _OAS31_WRITE
        self._neutral = _mended(OAS30Validator) if description.is_30 else OAS31Validator
        self._returned = _mended(OAS30ReadValidator) if description.is_30 else OAS31Validator
        self._registry: Registry[Any] = Registry().with_resource(ROOT, Resource.opaque(description.root))
        self._known: dict[tuple[int, str, bool], str] = {}

    def complaint(self, schema: Any, value: Any, *, sent: bool = True) -> str:
        """Why `value` breaks `schema`; empty where it does not. `sent`: as part of a request's body."""
        if not isinstance(schema, dict):
            return "" if schema is not False else "nothing is valid"
        key = (id(schema), json.dumps(value), sent)
        if key not in self._known:
            self._known[key] = self._judge(schema, value, self._sent if sent else self._neutral)
        return self._known[key]

    def parameter(self, parameter: Schema, value: Any) -> str:
        """Why `value`, sent as `parameter`, breaks its schema in every reading; empty where one reading is fine."""
        schema = _schema(parameter)
        if schema is None:
            return ""
        complaints = [self.complaint(schema, reading, sent=False) for reading in _readings(parameter, value)]
        return "" if "" in complaints else complaints[0]

    def body(self, media_type: str, schema: Any, value: Any) -> str:
        """Why a body of `media_type` breaks `schema`."""
        bare = media_type.partition(";")[0].strip().lower()
        if bare.endswith(("/json", "+json")):
            return self.complaint(schema, value)
        if bare in ("application/x-www-form-urlencoded", "multipart/form-data"):
            if not isinstance(value, dict):
                return f"a body of {bare} is made of named fields"
            followed = self._description.follow(schema)
            properties = followed.get("properties", {}) if isinstance(followed, dict) else {}
            read = {name: self._field(properties.get(name, {}), item) for name, item in value.items()}
            return self.complaint(schema, read)
        return ""

    def answer(self, schema: Any, value: Any) -> str:
        """Why `value`, as a response's body, breaks `schema`."""
        return self._judge(schema, value, self._returned) if isinstance(schema, dict) else ""

    def _field(self, schema: Any, value: Any) -> Any:
        """A form's field as its schema reads it."""
        for reading in (value, *_scalar_readings(value), *([each] for each in _scalar_readings(value))):
            if not self.complaint(schema, reading):
                return reading
        return value

    def _judge(self, schema: Any, value: Any, dialect: Any) -> str:
        validator = dialect(schema, registry=self._registry, format_checker=dialect.FORMAT_CHECKER)
        error: ValidationError | None = next(iter(validator.iter_errors(value)), None)
        if error is None:
            return ""
        where = "/".join(str(step) for step in error.absolute_path)
        return f"{where or 'value'}: {error.message}"[:160]


def _required_when_sent(validator: Any, required: Any, value: Any, schema: Schema) -> Iterator[ValidationError]:
    """`required`, less what only the server may set; the package knows that for OpenAPI 3.0 only."""
    for name in required if validator.is_type(value, "object") else ():
        inner = schema.get("properties", {}).get(name, {})
        if name not in value and not (isinstance(inner, dict) and inner.get("readOnly") is True):
            yield ValidationError(f"{name!r} is a required property")


_OAS31_WRITE = extend(OAS31Validator, {"required": _required_when_sent})  # type: ignore[no-untyped-call]  # the library has none there


def _mended(dialect: Any) -> Any:
    """A dialect of OpenAPI 3.0 in which null is what authors mean by it.

    `nullable: true` allows null whatever stands beside it, as 3.0.0 to 3.0.2 have it ("allows sending a null value for
    the defined schema"); since 3.0.3 it says nothing beside `oneOf`, and an `enum` beside it must list null. Half of
    GitHub's nullable enumerations do not. The type `null` is one of 3.1, and Blockfrost's (3.0.3) has it.
    """
    judged = {keyword: _unless_null(dialect.VALIDATORS[keyword]) for keyword in ("allOf", "anyOf", "enum", "oneOf")}
    checker = dialect.TYPE_CHECKER.redefine("null", lambda _, value: value is None)
    judged["type"] = _or_null(dialect.VALIDATORS["type"])
    return extend(dialect, judged, type_checker=checker)  # type: ignore[no-untyped-call]  # the library has none there


def _unless_null(keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
        if instance is not None or schema.get("nullable") is not True:
            yield from keyword(validator, value, instance, schema)

    return check


def _or_null(keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
        if instance is not None or value != "null":  # else the package objects to null before it looks at the type
            yield from keyword(validator, value, instance, schema)

    return check


def _schema(parameter: Schema) -> Any:
    if "schema" in parameter:
        return parameter["schema"]
    return next((media.get("schema") for media in parameter.get("content", {}).values()), None)


def _readings(parameter: Schema, value: Any) -> Iterator[Any]:
    """What the text of `value` can be read as."""
    yield value
    style, explode = style_of(parameter)
    if isinstance(value, list):
        # every item alike: the first reading of each, then the second ...
        for make in (text, _parsed):
            yield [item if isinstance(item, dict | list) else make(item) for item in value]
    elif isinstance(value, dict):
        yield {key: text(item) for key, item in value.items() if not isinstance(item, dict | list)}
    else:
        yield from _scalar_readings(value)
        between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
        split = [text(value)] if explode and parameter["in"] in ("query", "cookie") else text(value).split(between)
        yield [item.strip() for item in split]
        yield [_parsed(item.strip()) for item in split]


def _scalar_readings(value: Any) -> Iterator[Any]:
    if not isinstance(value, dict | list):
        yield text(value)
        yield _parsed(text(value))


def _parsed(item: Any) -> Any:
    """The JSON scalar that a text spells, or the text."""
    try:
        found = json.loads(text(item))
    except ValueError:
        return item
    return item if isinstance(found, dict | list) else found
