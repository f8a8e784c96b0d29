"""`object-access`: an object is its owner's. Whose it is the contract marks, or the settings say.

Where the request names the owner it is compared before anything is forwarded. Where only the answer does, the answer is
held back until every object in it was found to be the principal's; an answer that does not say whose its objects are is
refused too. To one who is not its owner an object is not there: 404, as for one that does not exist.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from garrison.config.access import ObjectAccessSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.body import UNREADABLE, BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import label_pointer
from garrison.core.decision import Outcome, Reason
from garrison.core.document import JsonDocument
from garrison.core.ids import ControlId
from garrison.core.operation import Operation
from garrison.core.principal import Principal
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.identity.grants import as_text, claim_texts

_ID = ControlId("object-access")
OWNER = "owner"
"""The annotation, `x-garrison-owner`: its value is the claim that must name the owner."""

_reason = Reasons(
    _ID,
    ReasonSpec("not-owner", 403, "a request for somebody else's object"),
    ReasonSpec("not-owner-of-answer", 404, "an answer with somebody else's object"),
    ReasonSpec("owner-unknown", 403, "a request that does not say whose object it is for"),
    ReasonSpec("owner-unknown-in-answer", 404, "an answer that does not say whose its objects are"),
)

_Pair: TypeAlias = tuple[str, Any]
"""A claim, and the value that it must have."""


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nobody is authenticated, or nothing says whose an object is."""
    if operation is None or not settings.authentication.schemes:
        return Checks()
    own = settings.object_access
    exempt = _exemption(own)
    parameters = tuple(_parameters(operation.operation, own))
    fields = tuple((tuple(each.field[1:].split("/")), each.claim) for each in own.owners if each.field)
    answers = tuple((tuple(each.answer[1:].split("/")), each.claim) for each in own.owners if each.answer)
    marked_request = any(schema.marks and OWNER in schema.marks.names for schema in operation.request_schemas)
    marked_answer = any(schema.marks and OWNER in schema.marks.names for schema in operation.response_schemas)
    looks_at_answer = bool(answers) or marked_answer
    return Checks(
        head=_head(parameters, exempt) if parameters else None,
        body=_body(fields, exempt) if fields or marked_request else None,
        response_body=_answer(answers, exempt, has_asked=bool(parameters)) if looks_at_answer else None,
        wants_response=_wants if looks_at_answer else None,
    )


def _exemption(own: ObjectAccessSettings) -> Callable[[Principal], bool]:
    scopes, roles = frozenset(own.unless_scopes), frozenset(own.unless_roles)

    def is_exempt(principal: Principal) -> bool:
        return not (scopes.isdisjoint(principal.scopes) and roles.isdisjoint(principal.roles))

    return is_exempt


def _parameters(operation: Operation, own: ObjectAccessSettings) -> Iterator[tuple[str, str, str]]:
    """Place, name and claim of each parameter that names an owner."""
    for parameter in operation.parameters:
        marked = parameter.extensions.get(f"x-garrison-{OWNER}")
        if isinstance(marked, str):
            yield parameter.location, parameter.name, marked
        for each in own.owners:
            if each.parameter in {parameter.name, f"{parameter.location}.{parameter.name}"}:
                yield parameter.location, parameter.name, each.claim


def _head(parameters: Sequence[tuple[str, str, str]], exempt: Callable[[Principal], bool]) -> Check:
    def check(facts: Facts) -> Outcome:
        principal, values = facts.principal, facts.values
        for place, name, claim in parameters:
            value = as_text(values.get(place, {}).get(name))
            if value is not None and value in claim_texts(principal, claim):
                continue
            if exempt(principal):
                return None
            return _reason("owner-unknown" if value is None else "not-owner", f"{place}.{name}", f"`{claim}`")
        return None

    return check


def _body(fields: Sequence[tuple[tuple[str, ...], str]], exempt: Callable[[Principal], bool]) -> Check:
    def check(facts: Facts) -> Outcome:
        document, schema = facts.document, facts.body_schema
        if document is None or isinstance(document, Undecodable) or exempt(facts.principal):
            return None  # a body that is missing or cannot be read is said by `request-schema` and `media-type`
        value = schema.marked(document) if schema is not None else getattr(document, "value", UNREADABLE)
        if value is UNREADABLE:
            return _reason("owner-unknown", "body")
        return _compare(facts.principal, _owners(value, schema, fields), ("not-owner", "owner-unknown"), "body")

    return check


def _wants(facts: Facts) -> bool:
    response = facts.response
    return response is not None and 200 <= response.status < 300


def _answer(
    pointers: Sequence[tuple[tuple[str, ...], str]], exempt: Callable[[Principal], bool], *, has_asked: bool
) -> Check:
    """`has_asked`: the request named an owner already, so an answer without any says nothing against it."""

    def check(facts: Facts) -> Outcome:
        if exempt(facts.principal) or not _wants(facts):
            return None
        document, schema = facts.response_document, facts.response_body_schema
        if document is None and facts.response is not None and (not facts.response.has_body or not facts.response_body):
            return None  # nothing came, so nobody's came
        if not isinstance(document, JsonDocument):
            return _reason("owner-unknown-in-answer", "response")
        if schema is None and not pointers:
            return None if has_asked else _reason("owner-unknown-in-answer", "response")
        names = ("not-owner-of-answer", "owner-unknown-in-answer")
        owners = list(_owners(document.value, schema, pointers))
        if not owners and not has_asked and document.value not in ([], {}):
            return None if _is_empty(document.value) else _reason("owner-unknown-in-answer", "response")
        return _compare(facts.principal, owners, names, "response")

    return check


def _is_empty(value: Any) -> bool:
    """Whether every list in the answer is empty: a page of nothing belongs to nobody."""
    return (
        isinstance(value, dict)
        and any(each == [] for each in value.values())
        and not any(isinstance(each, list | dict) and each for each in value.values())
    )


def _owners(
    value: Any, schema: BodySchema | None, pointers: Sequence[tuple[tuple[str, ...], str]]
) -> Iterator[tuple[str, str, Any]]:
    """Place, claim and value wherever an owner should be named; the value is None where it is not."""
    if schema is not None and schema.marks is not None:
        for way, claim, found in schema.marks.find(value, OWNER):
            yield label_pointer("/".join(map(str, way))), claim, found
        for way in schema.marks.missing(value, OWNER):
            yield label_pointer("/".join(map(str, way))), "", None
    for steps, claim in pointers:
        yield from ((label_pointer("/".join(steps)), claim, found) for found in _at(value, steps))


def _at(value: Any, steps: Sequence[str]) -> Iterable[Any]:
    """What stands where `steps` lead; None once where they lead nowhere."""
    if not steps:
        return [value]
    first, rest = steps[0].replace("~1", "/").replace("~0", "~"), steps[1:]
    if first == "*" and isinstance(value, list):
        return [found for item in value for found in _at(item, rest)]
    if first == "*" and isinstance(value, dict):
        return [found for item in value.values() for found in _at(item, rest)]
    if isinstance(value, dict) and first in value:
        return _at(value[first], rest)
    if isinstance(value, list) and first.isdecimal() and int(first) < len(value):
        return _at(value[int(first)], rest)
    return [None]


def _compare(
    principal: Principal, owners: Iterable[tuple[str, str, Any]], names: tuple[str, str], root: str
) -> Reason | None:
    foreign, unknown = names
    for place, claim, found in owners:
        text = as_text(found)
        if text is None:
            return _reason(unknown, place.replace("body", root, 1))
        if text not in claim_texts(principal, claim):
            return _reason(foreign, place.replace("body", root, 1), f"`{claim}`")
    return None


CONTROL = ControlSpec(
    id=_ID,
    title="Objects are reached by their owners only",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API1:2023", "CWE-639", "CWE-284", "REC-API-12"),
)
