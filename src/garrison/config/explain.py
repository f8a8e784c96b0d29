"""What a JSON Schema validator finds becomes problems that an operator understands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
import msgspec

from garrison.config.source import Path
from garrison.core.nearest import did_you_mean

_TYPES: Mapping[str, str] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping of keys to values",
}
_UNITS: Mapping[str, float] = {
    "ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600,
    "b": 1, "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10,
    "mb": 1 << 20, "mib": 1 << 20, "gb": 1 << 30, "gib": 1 << 30,
}  # fmt: skip
_QUANTITY = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]{1,3})\Z")
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class Complaint(msgspec.Struct, frozen=True):
    """One thing that is wrong with the data, before it has a file and a line."""

    path: Path
    message: str
    hint: str = ""
    needs: tuple[Path, ...] = ()
    """Other places the complaint rests on: where one of them is itself wrong, it is not made."""


def complaints(schema: Mapping[str, Any], data: Any) -> Iterator[Complaint]:
    """Everything in `data` that `schema` does not allow, in the order of the file's sections."""
    validator = jsonschema_rs.validator_for(dict(schema))
    for error in validator.iter_errors(data):
        yield from _explain(schema, error)


def _explain(schema: Mapping[str, Any], error: jsonschema_rs.ValidationError) -> Iterator[Complaint]:
    path: Path = tuple(error.instance_path)
    kind = error.kind
    match kind:
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=keys):
            known = _keys_beside(schema, error.schema_path)
            for key in keys:
                yield Complaint((*path, key), f"unknown key `{_short(key)}`", _nearest(key, known))
        case jsonschema_rs.ValidationErrorKind.Required(property=key):
            yield Complaint(path, f"`{key}` is missing")
        case jsonschema_rs.ValidationErrorKind.Type(types=types):
            yield _wrong_type(path, error.instance, types)
        case jsonschema_rs.ValidationErrorKind.Enum(options=options):
            yield _not_among(path, error.instance, options)
        case jsonschema_rs.ValidationErrorKind.AnyOf(context=branches):
            # Every union in the settings is "this or nothing", and a value that is there means "this".
            meant = [branch for branch in branches if not _wants_null(branch)]
            for inner in meant[0] if meant else branches[0]:
                yield from _explain(schema, inner)
        case _:
            yield Complaint(path, _bound(kind) or f"`{_short(error.instance)}` does not fit here")


def _bound(kind: jsonschema_rs.ValidationErrorKind) -> str:
    match kind:
        case jsonschema_rs.ValidationErrorKind.Minimum(limit=limit):
            return f"must be at least {limit}"
        case jsonschema_rs.ValidationErrorKind.ExclusiveMinimum(limit=limit):
            return f"must be more than {limit}"
        case jsonschema_rs.ValidationErrorKind.Maximum(limit=limit):
            return f"must be at most {limit}"
        case _:
            return ""


def _wants_null(branch: Iterable[jsonschema_rs.ValidationError]) -> bool:
    for error in branch:
        match error.kind:
            case jsonschema_rs.ValidationErrorKind.Type(types=["null"]):
                return True
            case _:
                pass
    return False


def _wrong_type(path: Path, value: Any, types: Sequence[str]) -> Complaint:
    wanted = " or ".join(_TYPES.get(name, name) for name in types)
    if value is None:
        return Complaint(path, f"is empty, must be {wanted}", "leave the key out to have its default")
    return Complaint(path, f"must be {wanted}, not `{_short(value)}`", _retyped(value, types))


def _retyped(value: Any, types: Sequence[str]) -> str:
    if "boolean" in types and isinstance(value, str):
        yes = {"yes", "on", "1", "y"}
        no = {"no", "off", "0", "n"}
        return "write `true`" if value.lower() in yes else "write `false`" if value.lower() in no else ""
    if "array" in types and isinstance(value, str):
        return f"write `[{_short(value)}]`"
    if "string" in types and isinstance(value, int | float):
        return "put it in quotes"
    if not {"number", "integer"} & set(types) or not isinstance(value, str):
        return ""
    if not (quantity := _QUANTITY.match(value)):
        return "write it without quotes" if re.fullmatch(r"[0-9.]{1,20}", value) else ""
    factor = _UNITS.get(quantity[2].lower())
    plain = "durations are seconds and sizes are bytes, written without a unit"
    return f"{plain}: `{float(quantity[1]) * factor:.15g}`" if factor else plain


def _not_among(path: Path, value: Any, options: Sequence[Any]) -> Complaint:
    names = [str(option) for option in options]
    wanted = " or ".join(f"`{name}`" for name in names)
    if value is None:
        return Complaint(path, f"is empty, must be {wanted}", "leave the key out to have its default")
    hint = did_you_mean(str(value).lower(), names) if str(value) not in names else ""
    return Complaint(path, f"must be {wanted}, not `{_short(value)}`", hint)


def _keys_beside(schema: Mapping[str, Any], schema_path: Sequence[str | int]) -> tuple[str, ...]:
    """Keys declared by the schema object whose `additionalProperties` stands at `schema_path`."""
    at: Any = schema
    for step in schema_path[:-1]:
        while isinstance(at, dict) and step not in at and "$ref" in at:
            at = _definition(schema, at["$ref"])
        at = at[step] if not (isinstance(at, dict) and step == "$ref") else _definition(schema, at["$ref"])
    while isinstance(at, dict) and "properties" not in at and "$ref" in at:
        at = _definition(schema, at["$ref"])
    return tuple(at.get("properties", ()))


def _definition(schema: Mapping[str, Any], reference: str) -> Any:
    return schema["$defs"][reference.rpartition("/")[2]]


def _nearest(key: str, known: Sequence[str]) -> str:
    listed = "known keys: " + ", ".join(f"`{name}`" for name in known) if known else ""
    return did_you_mean(key.lower().replace("_", "-"), known, listed)


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{...}" if isinstance(value, dict) else "[...]"
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
