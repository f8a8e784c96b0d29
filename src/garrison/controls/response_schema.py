"""`response-schema`: answers are what the contract says. Monitors unless told to enforce.

An answer that breaks the contract is the upstream's fault, so it is refused with 502; or, where the policy says
`strip`, properties that the contract does not declare are taken out, and only what is still broken is refused.
"""

import msgspec

from garrison.config.model import ControlsSettings
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Mode, Outcome, Reason, Rewrite
from garrison.core.document import Document, JsonDocument
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("response-schema")

_reason = Reasons(
    _ID,
    ReasonSpec("response-invalid", 502, "the body or a header of the response breaks the contract's schema"),
    ReasonSpec("response-media-type", 502, "a media type that the response does not declare"),
    ReasonSpec("response-too-large", 502, "a response too large to be inspected"),
    ReasonSpec("response-unreadable", 502, "a response body that cannot be decoded"),
    ReasonSpec("undeclared-property", 502, "a property that the response's schema does not declare"),
    ReasonSpec("undeclared-status", 502, "a status that the operation does not declare"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Operations that declare no response at all have nothing to be held to."""
    if operation is None or not operation.operation.responses:
        return Checks()
    strip = settings.response_schema.action == "strip"

    def body(facts: Facts) -> Outcome:
        return _body(facts, strip)

    return Checks(response_head=_head, response_body=body, wants_response=_wants)


def _wants(facts: Facts) -> bool:
    return facts.response_body_schema is not None


def _head(facts: Facts) -> Outcome:
    response = facts.response
    if response is None or (response.status < 200 and not _is_tunnel(facts)):
        return None
    schema = facts.response_schema
    if schema is None:
        return _reason("undeclared-status", "response.status", str(response.status))
    found = []
    if schema.holds_headers:
        found += [
            _reason("response-invalid", each.location, f"{each.keyword}: {each.detail}")
            for each in schema.header_violations(dict(response.headers))
        ]
    media_type = facts.response_media_type
    if facts.response_body_schema is None and response.has_body and media_type is not None and schema.has_body:
        found.append(_reason("response-media-type", "response.header.content-type", label(media_type.essence)))
    return tuple(found) or None


def _is_tunnel(facts: Facts) -> bool:
    """Whether the upstream switches protocols where the contract declares none: nothing could be inspected then."""
    response, operation = facts.response, facts.operation
    return response is not None and response.status == 101 and operation is not None and not operation.upgrades


def _body(facts: Facts, strip: bool) -> Outcome:
    document, schema = facts.response_document, facts.response_body_schema
    if document is None or schema is None:
        return None
    if isinstance(document, Undecodable):
        return _reason(document.reason, document.location, document.detail)
    if strip and isinstance(document, JsonDocument):
        return _strip(document, schema)
    if schema.accepts(document):
        return None
    return _violations(document, schema) or None


def _strip(document: JsonDocument, schema: BodySchema) -> Outcome:
    stripped, removed = schema.strip(document.value)
    if not removed:
        return _violations(document, schema) or None
    broken = _violations(JsonDocument(stripped), schema)
    if broken:
        return broken
    reason = _reason("undeclared-property", label_pointer(removed[0]), f"{len(removed)} stripped")
    return Rewrite(reason, msgspec.json.encode(stripped))


def _violations(document: Document, schema: BodySchema) -> tuple[Reason, ...]:
    return tuple(
        _reason("response-invalid", each.location, f"{each.keyword}: {each.detail}")
        for each in schema.violations(document)
    )


CONTROL = ControlSpec(
    id=_ID,
    title="Answers that keep the contract",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    default_mode=Mode.MONITOR,
    tags=("API3:2023", "API10:2023", "CWE-200", "CWE-213", "REC-API-13", "REC-API-20"),
)
