"""`field-access`: some fields are for some principals only. The contract marks which.

`x-garrison-read-scope` names the scope that lets one read a field: without it the field is taken out of the answer, or
the answer refused. `x-garrison-write-scope` names the scope that lets one write it: without it the request is refused,
so that nobody makes himself an administrator by sending a field that the application takes as well. Either may be a
list, of which one is enough.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.contract.body import UNREADABLE
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.marks import Marks, Way
from garrison.core.canonical import label_pointer
from garrison.core.decision import Outcome, Rewrite
from garrison.core.document import JsonDocument
from garrison.core.ids import ControlId
from garrison.core.principal import Principal
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("field-access")
READ = "read-scope"
WRITE = "write-scope"

_reason = Reasons(
    _ID,
    ReasonSpec("field-not-readable", 403, "an answer with a field that the principal may not read"),
    ReasonSpec("field-not-writable", 403, "a request that writes a field which the principal may not write"),
    ReasonSpec("fields-unreadable", 502, "an answer whose fields cannot be told apart, some of which not all may read"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nobody is authenticated, or no field is marked."""
    if operation is None or not settings.authentication.schemes:
        return Checks()
    writes = any(schema.marks and WRITE in schema.marks.names for schema in operation.request_schemas)
    reads = any(schema.marks and READ in schema.marks.names for schema in operation.response_schemas)
    return Checks(
        body=_write if writes else None,
        response_body=_read(strip=settings.field_access.action == "strip") if reads else None,
        wants_response=_wants if reads else None,
    )


def _write(facts: Facts) -> Outcome:
    document, schema = facts.document, facts.body_schema
    if document is None or isinstance(document, Undecodable) or schema is None or schema.marks is None:
        return None
    value = schema.marked(document)
    if value is UNREADABLE:
        return None  # said by `request-schema`: it is not of the declared kind
    found = _forbidden(value, schema.marks, WRITE, facts.principal)
    return tuple(_reason("field-not-writable", _pointer(way)) for way in found[:_MAX_NAMED]) or None


_MAX_NAMED = 20


def _wants(facts: Facts) -> bool:
    schema = facts.response_body_schema
    return schema is not None and schema.marks is not None and READ in schema.marks.names


def _read(*, strip: bool) -> Check:
    def check(facts: Facts) -> Outcome:
        document, schema = facts.response_document, facts.response_body_schema
        if schema is None or schema.marks is None or document is None:
            return None
        if not isinstance(document, JsonDocument):
            return _reason("fields-unreadable", "response")
        found = _forbidden(document.value, schema.marks, READ, facts.principal)
        if not found:
            return None
        reason = _reason("field-not-readable", _pointer(found[0]), f"{len(found)} of them")
        if not strip:
            return reason
        left = _without(document.value, found)
        return Rewrite(reason, msgspec.json.encode(left), document=JsonDocument(left))

    return check


def _forbidden(value: Any, marks: Marks, name: str, principal: Principal) -> list[Way]:
    return [way for way, needed, _ in marks.find(value, name) if not _may(principal, needed)]


def _may(principal: Principal, needed: Any) -> bool:
    if isinstance(needed, str):
        return needed in principal.scopes
    # whatever else stands there is a mistake of the description, and lets nobody
    return isinstance(needed, list) and any(isinstance(each, str) and each in principal.scopes for each in needed)


def _without(value: Any, ways: Iterable[Way]) -> Any:
    """`value` without what stands at `ways`; what is not changed is shared with it. Items become null."""
    by_step: dict[str | int, list[Way]] = {}
    for way in ways:
        if not way:
            return None
        by_step.setdefault(way[0], []).append(way[1:])
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    for step, rest in by_step.items():
        if () not in rest:
            changed[step] = _without(value[step], rest)
        elif isinstance(changed, dict):
            del changed[step]
        else:
            changed[step] = None
    return changed


def _pointer(way: Way) -> str:
    return label_pointer("/".join(map(str, way)))


CONTROL = ControlSpec(
    id=_ID,
    title="Fields are read and written by those who may",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API3:2023", "CWE-213", "CWE-915", "REC-API-20", "REC-API-25"),
)
