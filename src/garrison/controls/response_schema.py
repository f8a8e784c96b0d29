"""`response-schema`: answers are what the contract says. Monitors unless told to enforce.

An answer that breaks the contract is the upstream's fault, so it is refused with 502; or, where the policy says
`strip`, properties that the contract does not declare are taken out, and only what is still broken is refused.

Whether a body is there is judged as well: by the stated length, and where none is stated by what comes.
"""

import msgspec

from garrison.config.controls import ControlsSettings
from garrison.contract.body import BodySchema
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.media import kind_of
from garrison.contract.responses import ResponseSchema
from garrison.core.canonical import label, label_pointer
from garrison.core.decision import Mode, Outcome, Reason, Rewrite
from garrison.core.document import Document, JsonDocument
from garrison.core.http import ResponseHead, header
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("response-schema")

_reason = Reasons(
    _ID,
    ReasonSpec("response-body-missing", 502, "an empty response where the contract declares JSON"),
    ReasonSpec("response-invalid", 502, "the body or a header of the response breaks the contract's schema"),
    ReasonSpec("response-media-type", 502, "a media type that the response does not declare"),
    ReasonSpec("response-media-type-missing", 502, "a response body without a `Content-Type` where one is declared"),
    ReasonSpec("response-too-large", 502, "a response too large to be inspected"),
    ReasonSpec("response-unreadable", 502, "a response body that cannot be decoded"),
    ReasonSpec("undeclared-body", 502, "a response body where the contract declares none"),
    ReasonSpec("undeclared-property", 502, "a property that the response's schema does not declare"),
    ReasonSpec("undeclared-status", 502, "a status that the operation does not declare"),
)


# Content is no part of these (RFC 9110, 15.3.5, 15.3.6 and 15.4.5), whatever a contract says.
_NO_CONTENT = frozenset({204, 205, 304})
# What a body without a `Content-Type` is taken for (RFC 9110, 8.3).
_UNTYPED = "application/octet-stream"
_CONTENT_TYPE = "response.header.content-type"


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Operations that declare no response at all have nothing to be held to."""
    if operation is None or not operation.operation.responses:
        return Checks()
    body = _stripped_body if settings.response_schema.action == "strip" else _body
    return Checks(response_head=_head, response_body=body, wants_response=_wants, heeds_response=_heeds)


def _wants(facts: Facts) -> bool:
    return facts.response_body_schema is not None or _is_in_doubt(facts)


def _heeds(facts: Facts) -> bool:
    """Whether `_head` may object: where a body is declared, and there is one, only to header fields."""
    response, schema = facts.response, facts.response_schema
    has_body = response is not None and response.has_body and facts.response_body_schema is not None
    return schema is None or facts.announced.is_held_to_headers or not has_body


def _head(facts: Facts) -> Outcome:
    response = facts.response
    if response is None or (response.status < 200 and not _is_tunnel(facts)):
        return None
    schema = facts.response_schema
    if schema is None:
        return _reason("undeclared-status", "response.status", str(response.status))
    found: tuple[Reason, ...] = ()
    if schema.holds_headers:
        for each in schema.header_violations(response.headers):
            found += (_reason("response-invalid", each.location, f"{each.keyword}: {each.detail}"),)
    if facts.response_body_schema is None or not response.has_body:
        found += _content(facts, response, schema)
    return found or None


def _content(facts: Facts, response: ResponseHead, schema: ResponseSchema) -> tuple[Reason, ...]:
    """What is wrong with there being a body of this media type, or none, as far as the head tells."""
    if not _may_have_content(facts, response):
        return ()
    is_empty = _is_empty(response)
    if is_empty:
        return _missing(facts.response_body_schema, schema)
    media_type = facts.response_media_type
    if media_type is not None and schema.has_body:
        return (_reason("response-media-type", _CONTENT_TYPE, label(media_type.essence)),)
    is_stream = media_type is not None and kind_of(media_type.essence) == "stream"  # its end is not to be waited for
    return _surplus(facts, schema) if is_empty is False or is_stream else ()


def _may_have_content(facts: Facts, response: ResponseHead) -> bool:
    return response.status >= 200 and response.status not in _NO_CONTENT and facts.request.method != "HEAD"


def _is_empty(response: ResponseHead) -> bool | None:
    """Whether the response has no body; None where only what comes can tell."""
    if not response.has_body:
        return True
    stated = header(response.headers, "content-length")
    return None if stated is None else not stated.strip("0")


def _missing(body: BodySchema | None, schema: ResponseSchema) -> tuple[Reason, ...]:
    """What is wrong with an empty response: an empty body is no JSON text (RFC 8259, 2)."""
    wants_json = schema.json_only if body is None else body.kind == "json"
    return (_reason("response-body-missing", "response.body"),) if wants_json else ()


def _surplus(facts: Facts, schema: ResponseSchema) -> tuple[Reason, ...]:
    """What is wrong with a body that no declared media type covers, because there is none on either side."""
    if schema.forbids_body:
        return (_reason("undeclared-body", "response.body"),)
    if facts.response_media_type is None and schema.has_body and schema.body(_UNTYPED) is None:
        return (_reason("response-media-type-missing", _CONTENT_TYPE),)
    return ()


def _is_in_doubt(facts: Facts) -> bool:
    """Whether only what comes can tell if the response has a body that it should not have."""
    response, schema = facts.response, facts.response_schema
    if response is None or schema is None or not _may_have_content(facts, response):
        return False
    return _is_empty(response) is None and _content(facts, response, schema) == () and _surplus(facts, schema) != ()


def _is_tunnel(facts: Facts) -> bool:
    """Whether the upstream switches protocols where the contract declares none: nothing could be inspected then."""
    response, operation = facts.response, facts.operation
    return response is not None and response.status == 101 and operation is not None and not operation.upgrades


def _body(facts: Facts) -> Outcome:
    document, schema = facts.response_document, facts.announced.body_schema
    if schema is not None and schema.accepts(document):
        return None  # as of nearly every answer
    if document is None or schema is None:
        return _came(facts) or None
    if type(document) is Undecodable:
        return _reason(document.reason, document.location, document.detail)
    return _violations(document, schema) or None


def _stripped_body(facts: Facts) -> Outcome:
    """As `_body`, but what is not declared is taken out."""
    document, schema = facts.response_document, facts.response_body_schema
    return _strip(document, schema) if isinstance(document, JsonDocument) and schema is not None else _body(facts)


def _came(facts: Facts) -> tuple[Reason, ...]:
    """What is wrong with a body having come, or not, where the head left that open."""
    response, schema = facts.response, facts.response_schema
    if response is None or schema is None or not _may_have_content(facts, response):
        return ()
    if facts.response_document is not None:
        return _surplus(facts, schema)
    return _missing(facts.response_body_schema, schema) if facts.response_body == b"" else ()


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
    tags=("API3:2023", "API10:2023", "CWE-200", "CWE-213", "REC-API-3", "REC-API-13", "REC-API-20"),
)
