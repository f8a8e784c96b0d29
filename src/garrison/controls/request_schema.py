"""`request-schema`: parameters and body are what the contract says, in type, format and bounds."""

from collections.abc import Iterable
from itertools import islice

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.violations import Violation
from garrison.core.canonical import MAX_OF_A_KIND, label, label_pointer
from garrison.core.decision import Amendment, Outcome, Reason
from garrison.core.document import FormDocument, JsonDocument
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("request-schema")

_reason = Reasons(
    _ID,
    ReasonSpec("body-invalid", 400, "the body breaks the operation's schema"),
    ReasonSpec("body-missing", 400, "the operation requires a body"),
    ReasonSpec("parameter-invalid", 400, "a parameter breaks its schema or cannot be decoded"),
    ReasonSpec("parameter-missing", 400, "a required parameter is absent"),
    ReasonSpec(
        "undeclared-parameter",
        400,
        "a query parameter that the operation does not declare",
        permit=("undeclared-query", "allow"),
    ),
    ReasonSpec(
        "undeclared-property",
        400,
        "a property of the body that the schema does not declare",
        permit=("undeclared-properties", "allow"),
    ),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Nothing to check for a request that no operation matches."""
    if operation is None:
        return Checks()
    own = settings.request_schema
    refuse_query = own.undeclared_query == "refuse"
    refuse_properties = own.undeclared_properties == "refuse"
    required = operation.operation.body_required

    def head(facts: Facts) -> Outcome:
        reading = facts.reading  # as it is in nearly every request, which needs no more to be called
        if not facts.canonical.query if reading is None else not reading.violations and not reading.undeclared:
            return None
        said = _head(facts, refuse_query)
        return _stripped_query(facts) if said is None and own.undeclared_query == "strip" else said

    is_content = own.undeclared_properties == "allow"

    def body(facts: Facts) -> Outcome:
        schema, document = facts.expected.body_schema, facts.document
        if is_content and schema is not None and schema.accepts(document):
            facts.accepted = document  # as with nearly every request
            return None
        stripped = _stripped_body(facts) if own.undeclared_properties == "strip" else None
        return stripped if stripped is not None else _body(facts, required, refuse_properties)

    return Checks(head=head, body=body if operation.operation.request_media_types else None, unless_sound=(head,))


def _head(facts: Facts, refuse_undeclared: bool) -> Outcome:
    reading = facts.reading
    if reading is None:
        query = facts.canonical.query
        return tuple(_undeclared(name for name, _ in query)) if query and refuse_undeclared else None
    if not reading.violations and not (refuse_undeclared and reading.undeclared):
        return None
    found = tuple(_parameter(violation) for violation in reading.violations)
    return found + (tuple(_undeclared(reading.undeclared)) if refuse_undeclared else ()) or None


def _body(facts: Facts, required: bool, refuse_undeclared: bool) -> Outcome:
    document, schema = facts.document, facts.body_schema
    if document is None:
        absent = required and not facts.uninspected
        return _reason("body-missing", "body") if absent else None
    if type(document) is Undecodable or schema is None:
        return None  # `canonical-form`, `request-limits` or `media-type` has said why
    found: tuple[Reason, ...] = ()
    if schema.accepts(document):
        facts.accepted = document
    else:
        violations = schema.violations(document)
        found = tuple(_reason("body-invalid", each.location, f"{each.keyword}: {each.detail}") for each in violations)
    if refuse_undeclared:
        found += tuple(
            _reason("undeclared-property", label_pointer(pointer))
            for pointer in schema.undeclared(document)[:MAX_OF_A_KIND]
        )
    return found or None


def _stripped_query(facts: Facts) -> Outcome:
    """The request without parameters that are not declared."""
    query, reading = facts.canonical.query, facts.reading
    undeclared = {name for name, _ in query} if reading is None else frozenset(reading.undeclared)
    if not undeclared:
        return None
    places = tuple((place, None) for place, (name, _) in enumerate(query) if name in undeclared)
    return Amendment(tuple(_undeclared(name for name, _ in query if name in undeclared)), query=places)


def _stripped_body(facts: Facts) -> Outcome:
    """The request without properties and fields that are not declared, where it keeps the contract then; None where
    nothing can be taken out."""
    document, schema = facts.document, facts.body_schema
    if schema is None or document is None or isinstance(document, Undecodable):
        return None
    pointers = schema.undeclared(document)
    if not pointers:
        return None
    reasons = tuple(_reason("undeclared-property", label_pointer(pointer)) for pointer in pointers[:MAX_OF_A_KIND])
    left: JsonDocument | FormDocument
    if isinstance(document, JsonDocument):
        left = JsonDocument(schema.strip(document.value)[0])
    elif isinstance(document, FormDocument) and all("/" not in pointer for pointer in pointers):
        gone = frozenset(pointer.replace("~1", "/").replace("~0", "~") for pointer in pointers)
        left = FormDocument(tuple(pair for pair in document.fields if pair[0] not in gone))
    else:
        return reasons  # in several parts, or within a field's own syntax: refused
    return None if schema.violations(left) else Amendment(reasons, left=left)


def _parameter(violation: Violation) -> Reason:
    missing = violation.keyword == "required"
    detail = f"{violation.keyword}: {violation.detail}"
    return _reason("parameter-missing" if missing else "parameter-invalid", violation.location, detail)


def _undeclared(names: Iterable[str]) -> Iterable[Reason]:
    for name in islice(dict.fromkeys(names), MAX_OF_A_KIND):
        yield _reason("undeclared-parameter", f"query.{label(name)}")


CONTROL = ControlSpec(
    id=_ID,
    title="Requests that keep the contract",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=(
        "API3:2023",
        "API8:2023",
        "API10:2023",
        "CWE-20",
        "CWE-915",
        "REC-API-3",
        "REC-API-5",
        "REC-API-13",
        "REC-API-19",
    ),
)
