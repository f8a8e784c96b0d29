"""`virtual-patch`: what was found in an API is closed here until it is mended there.

A patch refuses what stands at a place of some requests, denies an operation, takes fields out of its answers or gives
them header fields. One that has ended does nothing. What a place holds and cannot be read is refused: a patch that
could be walked around by writing a body otherwise would be none.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.config.expression import compiled
from garrison.config.overrides import matches
from garrison.config.virtual_patch import ends
from garrison.contract.catalogue import CompiledOperation
from garrison.controls.function_access import SURROUNDINGS
from garrison.controls.patch_places import UNREAD, Also, is_in_body, reader, text_of
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Mode, Outcome, Reason, Rewrite
from garrison.core.document import JsonDocument, RowsDocument
from garrison.core.ids import ControlId
from garrison.core.patch import Patch, Refused
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("virtual-patch")

_reason = Reasons(
    _ID,
    ReasonSpec("field-stripped", 502, "an answer with a field that a patch takes out, in which it cannot be taken out"),
    ReasonSpec("operation-denied", 403, "an operation that a patch denies"),
    ReasonSpec("value-refused", 400, "a value that a patch refuses"),
    ReasonSpec("value-unreadable", 400, "a body of which a patch cannot tell whether it holds what is refused"),
)

_Objects: TypeAlias = Callable[[Facts], Outcome]
_Met: TypeAlias = Callable[[Sequence[Any]], bool]
_ANY_DEPTH: Final = "**"
_MAX_DEPTH: Final = 200


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """The patches about this operation, or about what nobody described."""
    own = [patch for patch in settings.virtual_patch.patches if _is_about(patch, operation)]
    if not own:
        return Checks()
    template = operation.operation.template if operation is not None else ""
    head: list[_Objects] = []
    body: list[_Objects] = []
    for patch in own:
        if patch.deny or patch.refuse is not None:
            in_body = patch.refuse is not None and (is_in_body(patch.where) or _looks_at_body(patch.refuse))
            (body if in_body else head).append(_while_it_lasts(patch, _objection(patch, template)))
    strips = [patch for patch in own if patch.strip]
    dressed = [patch for patch in own if patch.headers]
    enforces = settings.virtual_patch.mode is Mode.ENFORCE
    return Checks(
        head=_all(head) if head else None,
        body=_all(body) if body else None,
        response_head=_dress(dressed) if dressed and enforces else None,
        response_body=_strip(strips) if strips else None,
        wants_response=_has_body if strips else None,
        sets_response_headers=bool(dressed),
    )


def _is_about(patch: Patch, operation: CompiledOperation | None) -> bool:
    if not patch.operation:
        return True
    if operation is not None:
        return matches(patch.operation, operation.operation)
    return " " in patch.operation


def _all(checks: Sequence[_Objects]) -> Check:
    def check(facts: Facts) -> Outcome:
        found: tuple[Reason, ...] = ()
        for each in checks:
            said = each(facts)
            found += (said,) if isinstance(said, Reason) else ()
        return found or None

    return check


def _while_it_lasts(patch: Patch, objects: _Objects) -> _Objects:
    """The objection of a patch to those whom it is about, until it ends."""
    until = ends(patch)
    scopes, roles = frozenset(patch.unless_scopes), frozenset(patch.unless_roles)
    path = _undescribed(patch.operation)

    def check(facts: Facts) -> Outcome:
        if facts.now >= until or (facts.operation is None and not path(facts)):
            return None
        principal = facts.principal
        if not (scopes.isdisjoint(principal.scopes) and roles.isdisjoint(principal.roles)):
            return None
        return objects(facts)

    return check


def _undescribed(pattern: str) -> Callable[[Facts], bool]:
    """Whether a request that no operation matches is one of the pattern's; a slash behind it is the same to servers."""
    method, _, path = pattern.partition(" ")
    if not pattern:
        return lambda facts: True
    expression = re.compile(".*".join(re.escape(text) for text in path.strip().rstrip("/").split("*")) + "/?")

    def check(facts: Facts) -> bool:
        found = expression.fullmatch(facts.canonical.path)
        return found is not None and method in {"*", facts.request.method}

    return check


# -- what is refused


def _objection(patch: Patch, template: str) -> _Objects:
    refused = patch.refuse
    if refused is None:
        denied = _reason("operation-denied", "", f"`{patch.id}`")
        return lambda facts: denied
    location = _labelled(patch.where)
    reason = _reason("value-refused", location, f"`{patch.id}`")
    unread = _reason("value-unreadable", location, f"`{patch.id}`")
    true = _expression(refused.cel) if refused.cel else None
    met = _predicate(refused)
    read = reader(patch.where, template) if patch.where else None

    def check(facts: Facts) -> Outcome:
        if true is not None and true(facts):
            return reason
        values = read(facts) if read is not None else ()
        if UNREAD in values:
            return unread
        is_over = refused.past and any(not _number(each) > facts.now for each in values)
        return reason if is_over or met(values) else None

    asks_body = _looks_at_body(refused)

    def in_body(facts: Facts) -> Outcome:
        is_unread = isinstance(facts.document, Undecodable) or (asks_body and _is_no_json(facts))
        return unread if is_unread else check(facts)

    return in_body if asks_body or is_in_body(patch.where) else check


def _labelled(where: str) -> str:
    if is_in_body(where):
        return label_pointer(where[5:]) if where != "body" else where
    kind, dot, name = where.partition(".")
    return f"{kind}{dot}{label(name.lower() if kind == 'header' else name)}" if dot else kind


def _predicate(refused: Refused) -> _Met:
    """Whether one of several conditions is met by the values at a place."""
    every = tuple(_each(refused))

    def met(values: Sequence[Any]) -> bool:
        if not values:
            return refused.absent
        if refused.present or (refused.repeated and sum(not isinstance(each, Also) for each in values) > 1):
            return True
        return any(condition(value) for condition in every for value in values)

    return met


def _each(refused: Refused) -> Iterator[Callable[[Any], bool]]:
    if refused.matches:
        found = _pattern(refused.matches).search
        yield lambda value: found(text_of(value)) is not None
    if refused.unlike:
        whole = _pattern(refused.unlike).fullmatch
        yield lambda value: whole(text_of(value)) is None
    if refused.longer_than is not None:
        most = refused.longer_than
        yield lambda value: len(text_of(value)) > most
    if refused.above is not None:
        bound = refused.above
        yield lambda value: not _number(value) <= bound
    if refused.not_one_of:
        known = frozenset(refused.not_one_of)
        yield lambda value: text_of(value) not in known


def _pattern(source: str) -> Any:
    import re2  # where no pattern is, it is not needed

    options = re2.Options()
    options.log_errors = False
    return re2.compile(source, options)


def _number(value: Any) -> float:
    """A number, or one that a text is; NaN, which is within no bound, where it is none."""
    if isinstance(value, bool):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _looks_at_body(refused: Refused) -> bool:
    return bool(refused.cel) and "body" in compiled(refused.cel).variables()


def _expression(source: str) -> Callable[[Facts], bool]:
    program = compiled(source)
    named = tuple((name, read) for name, read in _SURROUNDINGS.items() if name in program.variables())

    def check(facts: Facts) -> bool:
        try:
            return program.execute({name: read(facts) for name, read in named}) is not False
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
            return True  # what cannot be said to be harmless is not

    return check


def _is_no_json(facts: Facts) -> bool:
    """Whether there is a body of which an expression could say nothing."""
    if facts.document is None:
        return facts.has_body and bool(facts.uninspected)
    return not isinstance(facts.document, JsonDocument)


def _json_body(facts: Facts) -> Any:
    return facts.document.value if isinstance(facts.document, JsonDocument) else {}


_SURROUNDINGS: Final[Mapping[str, Callable[[Facts], Any]]] = {**SURROUNDINGS, "body": _json_body}


# -- what answers carry


def _dress(patches: Sequence[Patch]) -> Check:
    lasting = [(ends(each), _undescribed(each.operation), tuple(_fields_of(each))) for each in patches]

    def check(facts: Facts) -> Outcome:
        for until, path, fields in lasting:
            if facts.now < until and (facts.operation is not None or path(facts)):
                facts.response_headers += fields
        return None

    return check


def _fields_of(patch: Patch) -> Iterator[tuple[str, str]]:
    yield from ((name.lower(), value) for name, value in patch.headers.items())


def _has_body(facts: Facts) -> bool:
    return facts.response is not None and facts.response.has_body


def _strip(patches: Sequence[Patch]) -> Check:
    lasting = [(ends(each), each.id, tuple(_steps(pointer) for pointer in each.strip)) for each in patches]

    def check(facts: Facts) -> Outcome:
        document = facts.response_document
        fields = [(name, steps) for until, name, every in lasting if facts.now < until for steps in every]
        if not fields or not facts.has_response_body:
            return None
        if isinstance(document, RowsDocument):
            return _in_rows(document.rows, fields)
        if not isinstance(document, JsonDocument):
            return _unread(facts, fields[0][0])
        value, first = document.value, ""
        for name, steps in fields:
            left = without(value, steps)
            first = first or (f"`{name}`" if left is not value else "")
            value = left
        if not first:
            return None
        return Rewrite(_reason("field-stripped", "response.body", first), msgspec.json.encode(value))

    return check


def _in_rows(rows: list[Any], fields: Sequence[tuple[str, tuple[str, ...]]]) -> Outcome:
    """Lines of JSON and tables are not written anew: one with the field does not leave."""
    held = next((name for name, steps in fields if without(rows, steps) is not rows), None)
    return _reason("field-stripped", "response.body", f"`{held}`") if held is not None else None


def _unread(facts: Facts, name: str) -> Outcome:
    """An answer that says that all is well and cannot be read does not leave, nor one of a type that the contract does
    not name: a client that asks for the field as XML would get it. One that reports an error may."""
    response, schema = facts.response, facts.response_schema
    if response is None or response.status >= 400:
        return None
    is_strange = schema is not None and bool(schema.schemas) and facts.response_body_schema is None
    is_told = (is_strange and response.status < 300) or isinstance(facts.response_document, Undecodable)
    return _reason("field-stripped", "response.body", f"`{name}`") if is_told else None


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def without(value: Any, steps: Sequence[str], depth: int = 0) -> Any:
    """A JSON value without what stands where `steps` lead; itself where nothing does."""
    if not steps or depth > _MAX_DEPTH:
        return value
    first, rest = steps[0], steps[1:]
    if first == _ANY_DEPTH:
        return _without_anywhere(value, rest, depth)
    if isinstance(value, list):
        skipped = rest if first == "*" or first.isdecimal() else steps
        items = [without(item, skipped, depth + 1) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if not isinstance(value, dict):
        return value
    taken = [name for name in value if first in ("*", name)]
    if not rest:
        return {name: inner for name, inner in value.items() if name not in taken} if taken else value
    changed = {name: without(value[name], rest, depth + 1) for name in taken}
    is_same = all(new is value[name] for name, new in changed.items())
    return value if is_same else {**value, **changed}


def _without_anywhere(value: Any, rest: Sequence[str], depth: int) -> Any:
    """The same of the value and of everything in it."""
    here = without(value, rest, depth + 1)
    if isinstance(here, dict):
        changed = {name: without(inner, (_ANY_DEPTH, *rest), depth + 1) for name, inner in here.items()}
        return here if all(new is here[name] for name, new in changed.items()) else changed
    if isinstance(here, list):
        items = [without(item, (_ANY_DEPTH, *rest), depth + 1) for item in here]
        return here if all(new is old for new, old in zip(items, here, strict=True)) else items
    return here


CONTROL = ControlSpec(
    id=_ID,
    title="What was found is closed until the API is mended",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "CWE-20", "CWE-693", "REC-API-26"),
)
