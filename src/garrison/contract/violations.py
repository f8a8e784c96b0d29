"""Violations: what a schema demands and a message does not give. They never hold the message's own values."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
import msgspec

from garrison.contract.dialect import IN_PLACE
from garrison.core.counted import counted

MAX_VIOLATIONS = 20
"""Violations named for one message: enough to mend it, and a hostile body cannot make a long report."""

_MAX_NODES = 2000
"""Above this many values in a body only its first violation is looked for: the validator computes all of
them at once, 10 us each, and an array of a hundred thousand wrong items would hold a worker for a second."""

_MAX_DEPTH = 500
"""Of values that nest deeper only the first violation is looked for, too: the validator recurses along them (measured:
it breaks between 5,000 and 20,000 levels on 8 MB of stack)."""

READ_ONLY = "urn:garrison:read-only"
"""Name of the schema that stands for a read-only property in a request; nothing is valid under it."""
WRITE_ONLY = "urn:garrison:write-only"
"""Name of the schema that stands for a write-only property in a response."""

REPEATED = "repeated"
"""In the place of a keyword: what is given more than once and may not be. No schema can say so."""

_ABSENT = {READ_ONLY: ("readOnly", "must not be sent"), WRITE_ONLY: ("writeOnly", "must not be returned")}


class Violation(msgspec.Struct, frozen=True):
    """One demand of the contract that a message does not meet."""

    location: str
    """Where in the message: `query.limit`, `path.petId`, `header.x-trace`, `body/items/0/name`. Names that
    the contract does not declare (keys of maps) are shown as `*`, for they may be personal data."""
    keyword: str
    """What is demanded, by its JSON Schema keyword: `type`, `maxLength`, `required`, `enum`, `format`..."""
    detail: str
    """The demand in words: `must be at most 20 characters long`."""


def violations_of(
    validator: jsonschema_rs.Validator, value: Any, root: str, *, dotted: bool = False
) -> tuple[Violation, ...]:
    """What `validator` demands of `value` and does not get; empty where it is valid.

    Locations start with `root`. `dotted` is for the joint schema of parameters: the first two steps
    are location and name, and are joined by a dot (`query.limit`).
    """
    try:
        if validator.is_valid(value):
            return ()
        found = _errors(validator, value)
    except ValueError:
        # A value that the validator cannot even read: a lone surrogate, a number beyond its range.
        return (Violation(root, "type", "must be representable as JSON"),)
    seen: dict[Violation, None] = {}
    for error in found:
        for violation in _read(error, root, dotted):
            seen[violation] = None
        if len(seen) >= MAX_VIOLATIONS:
            break
    return tuple(seen)[:MAX_VIOLATIONS]


def _errors(validator: jsonschema_rs.Validator, value: Any) -> Sequence[jsonschema_rs.ValidationError]:
    depth, nodes = _measure(value, _MAX_DEPTH, _MAX_NODES)
    if depth <= _MAX_DEPTH and nodes <= _MAX_NODES:
        return list(validator.iter_errors(value))
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return (error,)
    return ()


def _measure(value: Any, max_depth: int, max_nodes: int) -> tuple[int, int]:
    """Depth of `value` and number of values in it, counted no further than just above the bounds."""
    depth, nodes, level = 0, 0, [value]
    while level and depth <= max_depth and nodes <= max_nodes:
        depth += 1
        nodes += len(level)
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        level = deeper
    return depth, nodes


def _read(error: jsonschema_rs.ValidationError, root: str, dotted: bool, depth: int = 0) -> Iterator[Violation]:
    kind = error.kind
    name = kind.name
    location = _location(error, root, dotted)
    if name == "required":
        prop: str = kind.property  # type: ignore[attr-defined]  # the stub declares it on the subclass only
        yield Violation(_join(location, prop, root, dotted), "required", "must be present")
    elif name == "falseSchema":
        yield _absent(error, location)
    elif name in ("oneOf", "anyOf"):
        nearest = _nearest(kind) if depth < 3 else None
        if nearest is None:
            yield Violation(location, name, _detail(kind))
        for inner in nearest or ():
            yield from _read(inner, root, dotted, depth + 1)
    else:
        yield Violation(location, name, _detail(kind))


def _absent(error: jsonschema_rs.ValidationError, location: str) -> Violation:
    name = (error.absolute_keyword_location or "").rstrip("#")
    keyword, detail = _ABSENT.get(name, ("", ""))
    if keyword:
        return Violation(location, keyword, detail)
    # A `false` under the name of a property has no keyword of its own: it is JSON Schema's short form of `not`.
    steps = error.evaluation_path
    is_keyword = bool(steps) and steps[-1] in IN_PLACE
    return Violation(location, str(steps[-1]) if is_keyword else "not", "must not be present")


def _nearest(kind: Any) -> "Sequence[jsonschema_rs.ValidationError] | None":
    """The errors of the one alternative that was evidently meant: all others fail at the value itself."""
    branches: list[list[jsonschema_rs.ValidationError]] = kind.context
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid):
        return None
    shortest = min((len(error.instance_path) for branch in branches for error in branch), default=0)
    meant = [
        branch
        for branch in branches
        if branch
        and not any(
            len(error.instance_path) == shortest and error.kind.name in ("type", "enum", "const") for error in branch
        )
        and not any(error.kind.name in ("const", "enum") for error in branch)
    ]
    return meant[0] if len(meant) == 1 else None


def _location(error: jsonschema_rs.ValidationError, root: str, dotted: bool) -> str:
    steps = error.evaluation_path
    declared = {after for before, after in itertools.pairwise(steps) if before == "properties"}
    location = ""
    shown = [step if isinstance(step, int) or step in declared else "*" for step in error.instance_path]
    if dotted:
        location = ".".join(str(step) for step in shown[:2])
        shown = shown[2:]
    else:
        location = root
    return location + "".join(f"/{_escaped(step)}" for step in shown)


def _join(location: str, name: str, root: str, dotted: bool) -> str:
    if dotted and "." not in location:
        return f"{location}.{name}"
    return f"{location}/{_escaped(name)}"


def _escaped(step: "str | int") -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _detail(kind: Any) -> str:
    describe = _DETAILS.get(kind.name)
    return describe(kind) if describe else f"must satisfy `{kind.name}`"


def _shown(value: Any, limit: int = 80) -> str:
    text = msgspec.json.encode(value).decode() if not isinstance(value, str) else value
    return f"`{text}`" if len(text) <= limit else f"`{text[: limit - 3]}...`"


def _options(kind: Any) -> str:
    options = list(kind.options)
    more = f" or {len(options) - 6} more" if len(options) > 6 else ""
    return "must be one of " + ", ".join(_shown(option, 40) for option in options[:6]) + more


def _one_of(kind: Any) -> str:
    several = isinstance(kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid)
    return f"must match {'only' if several else 'exactly'} one of {len(kind.context)} schemas"


def _types(kind: Any) -> str:
    return "must be of type " + " or ".join(f"`{name}`" for name in sorted(kind.types))


_UNDECLARED = ("undeclared property", "undeclared properties")
_DETAILS: Mapping[str, Any] = {
    "additionalItems": lambda k: f"must have at most {counted(k.limit, 'item')}",
    "additionalProperties": lambda k: f"must not have {counted(len(k.unexpected), *_UNDECLARED)}",
    "anyOf": lambda k: f"must match at least one of {len(k.context)} schemas",
    "const": lambda k: f"must be {_shown(k.expected_value)}",
    "contains": lambda _: "must contain the items that are demanded",
    "contentEncoding": lambda k: f"must be encoded as {_shown(k.content_encoding)}",
    "contentMediaType": lambda k: f"must be {_shown(k.content_media_type)}",
    "enum": _options,
    "exclusiveMaximum": lambda k: f"must be less than {k.limit}",
    "exclusiveMinimum": lambda k: f"must be greater than {k.limit}",
    "format": lambda k: f"must be a valid {_shown(k.format)}",
    "maxItems": lambda k: f"must have at most {counted(k.limit, 'item')}",
    "maxLength": lambda k: f"must be at most {counted(k.limit, 'character')} long",
    "maxProperties": lambda k: f"must have at most {k.limit} properties",
    "maximum": lambda k: f"must be at most {k.limit}",
    "minItems": lambda k: f"must have at least {counted(k.limit, 'item')}",
    "minLength": lambda k: f"must be at least {counted(k.limit, 'character')} long",
    "minProperties": lambda k: f"must have at least {k.limit} properties",
    "minimum": lambda k: f"must be at least {k.limit}",
    "multipleOf": lambda k: f"must be a multiple of {k.multiple_of}",
    "not": lambda _: "must not match the schema that is ruled out",
    "oneOf": _one_of,
    "pattern": lambda k: f"must match the pattern {_shown(getattr(k, 'pattern', 'within its step limit'))}",
    "propertyNames": lambda _: "must have only property names that the schema allows",
    "type": _types,
    "unevaluatedItems": lambda k: f"must not have {counted(len(k.unexpected), 'undeclared item')}",
    "unevaluatedProperties": lambda k: f"must not have {counted(len(k.unexpected), *_UNDECLARED)}",
    "uniqueItems": lambda _: "must not repeat items",
}
