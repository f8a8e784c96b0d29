"""What to send instead: an objection and what the contract says there, put as what would be right."""

from collections.abc import Mapping
from typing import Any

from garrison.core.decision import Reason
from garrison.core.ids import ControlId
from garrison.core.operation import Operation, Parameter
from garrison.engine.answers import is_of_response
from garrison.engine.control import ControlSpec

Specs = Mapping[ControlId, ControlSpec]
"""Controls by their id."""


def instead(reason: Reason, operation: Operation | None, specs: Specs) -> str:
    """What would not be objected to, and where."""
    place = f"`{reason.location}`: " if reason.location else ""
    if reason.id in _OF_PRINCIPALS and reason.detail:
        return place + _OF_PRINCIPALS[reason.id].format(reason.detail)
    if reason.id in _SPENT:
        return place + _SPENT[reason.id].format(reason.detail)
    if is_of_response(reason):
        return f"{place}nothing to send: the answer was at fault ({_expected(reason) or _meaning(reason, specs)})"
    return place + _wanted(reason, operation, specs)


OF_BUDGETS = frozenset({"budget-exceeded", "budget-tightened"})
"""Reasons for which an answer that nothing is wrong with does not leave."""
_SPENT: Mapping[str, str] = {
    **dict.fromkeys(OF_BUDGETS, "fewer people ({})"),
    "budget-held": "somebody whom {} does not hold: `garrison budgets release` lets in again who is held",
    **dict.fromkeys(("rate-exceeded", "quota-exceeded", "throttled"), "nothing else: the same later, as {} is spent"),
    "too-many-at-once": "nothing else: the same when fewer are under way, as {} is spent",
}
"""Nothing is wrong with the request, nor with the answer; what is spent stands in the detail."""
_OF_PRINCIPALS: Mapping[str, str] = {
    "scope-required": "a principal that has {}",
    "role-required": "a principal that has {}",
    "claim-required": "a principal that has {}",
    "realm-required": "a principal that has {}",
    "not-owner": "what the principal's claim {} has",
    "owner-unknown": "what the principal's claim {} has",
    "not-owner-of-answer": "an object that the principal's claim {} names",
    "actor-not-allowed": "a token whose {} is among `object-access.actors`, or none",
    "field-not-writable": "leave it out, or a principal that has {}",
    "field-not-readable": "a principal that has {}",
    "id-never-shown": "an id of the kind {} that an answer to this principal had",
}
"""What the principal would have to be or to have, by reason; what was missing stands in its detail."""


def breach(operation: Operation | None) -> str:
    """One way to send what the contract does not allow, for an operation that it describes."""
    if operation is None:
        return "no contract describes it: only bounds and ambiguity can refuse it"
    for parameter in operation.parameters:
        if parameter.schema is not None and (text := described(parameter.schema)) not in {"", "string"}:
            return f"`{parameter.location}.{parameter.name}`: anything but {text}"
    for parameter in operation.parameters:
        if parameter.required and parameter.location != "path":
            return f"`{parameter.location}.{parameter.name}`: left out"
    if operation.body_required:
        return "`body`: left out"
    return "`query`: a parameter that the operation does not declare"


def described(schema: Any) -> str:
    """A parameter's schema in words: `integer of at least 1, of at most 100`; empty where it says nothing."""
    if not isinstance(schema, Mapping):
        return ""
    if "$ref" in schema:
        return f"as `{schema['$ref']}` says"
    kind = schema.get("type", "")
    words = [kind] if isinstance(kind, str) else [" or ".join(map(str, kind))]
    if "enum" in schema:
        return "one of " + ", ".join(f"`{one}`" for one in schema["enum"][:8])
    if "format" in schema:
        words.append(f"in the format `{schema['format']}`")
    bounds = [text.format(schema[key]) for key, text in _BOUNDS.items() if key in schema]
    return " ".join([*filter(None, words), ", ".join(bounds)]).strip()


_BOUNDS = {
    "minimum": "of at least {}",
    "exclusiveMinimum": "greater than {}",
    "maximum": "of at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
    "pattern": "that matches `{}`",
    "minItems": "of at least {} items",
    "maxItems": "of at most {} items",
}


def _wanted(reason: Reason, operation: Operation | None, specs: Specs) -> str:
    match reason.id:
        case "parameter-missing" | "parameter-invalid":
            parameter = _parameter(reason.location, operation)
            text = described(parameter.schema) if parameter is not None else ""
            return text or _expected(reason)
        case "undeclared-parameter":
            known = [f"`{each.name}`" for each in operation.parameters if each.location == "query"] if operation else []
            return "leave it out; " + ("declared are " + ", ".join(known) if known else "the operation declares none")
        case "undeclared-property":
            return "leave it out"
        case "body-missing":
            types = operation.request_media_types if operation is not None else ()
            return "a body of " + " or ".join(f"`{one}`" for one in types)
        case "method-not-allowed":
            return f"one of {reason.detail}"
        case "unknown-operation":
            return "a path that the contract describes"
        case name if name.startswith("payload-"):
            return _harmless(reason)
        case "credential-missing" | "scheme-not-configured":
            return f"a credential of {_schemes(operation)}"
        case "scope-required" | "role-required" | "realm-required" | "claim-required":
            return f"a principal with the {reason.id.removesuffix('-required')} that the operation demands"
        case _:
            return _expected(reason) or f"without {_meaning(reason, specs)}"


def _harmless(reason: Reason) -> str:
    """A text instead of one in which payload inspection found something; what it found is not repeated."""
    if reason.id == "payload-crowded":
        return "a shorter text, or one with fewer signs"
    return f"a text without these signs: {reason.detail.partition(': ')[0]}"


def _schemes(operation: Operation | None) -> str:
    """The alternatives of the operation's security."""
    alternatives = operation.security if operation is not None and operation.security else ()
    return " or ".join(" and ".join(f"`{name}`" for name in one) for one in alternatives if one) or "some scheme"


def _expected(reason: Reason) -> str:
    """The reason's detail without the schema keyword in front of it."""
    keyword, colon, text = reason.detail.partition(": ")
    return text if colon and keyword.isalpha() else reason.detail


def _parameter(location: str, operation: Operation | None) -> Parameter | None:
    place, _, name = location.partition(".")
    own = name.partition("/")[0]
    for parameter in operation.parameters if operation is not None else ():
        if parameter.location == place and parameter.name.lower() == own.lower() and name == own:
            return parameter
    return None


def _meaning(reason: Reason, specs: Specs) -> str:
    spec = specs.get(reason.control)
    found = (one.meaning for one in (spec.reasons.specs if spec is not None else ()) if one.id == reason.id)
    return next(found, f"what `{reason.id}` stands for")
