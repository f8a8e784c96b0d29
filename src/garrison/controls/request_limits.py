"""`request-limits`: bounds on the size and shape of a request, even where the contract is silent."""

from garrison.config.controls import ControlsSettings, RequestLimitsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Outcome, Reason
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.engine.modest import bound_none

_ID = ControlId("request-limits")

_reason = Reasons(
    _ID,
    ReasonSpec("array-too-long", 400, "a JSON array with too many items", bound="array-items"),
    ReasonSpec("body-too-large", 413, "a body over the bound", bound="body-bytes"),
    ReasonSpec("decompressed-too-large", 413, "a compressed body that grows over the bound", bound="inspected-bytes"),
    ReasonSpec("headers-too-large", 431, "header names and values over the bound", bound="header-bytes"),
    ReasonSpec("json-too-deep", 400, "JSON nested too deeply", bound="json-depth"),
    ReasonSpec("length-required", 411, "a body that is not inspected and does not state its length"),
    ReasonSpec("too-many-headers", 431, "too many header fields", bound="header-count"),
    ReasonSpec("too-many-keys", 400, "too many keys in one JSON object, or fields in one form", bound="object-keys"),
    ReasonSpec("too-many-parameters", 400, "too many query parameters", bound="query-parameters"),
    ReasonSpec("uri-too-long", 414, "a request target over the bound", bound="uri-bytes"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Head bounds need only the head; body bounds are what decoding ran into."""
    del operation
    limits = settings.request_limits
    uri_bytes, header_count = limits.uri_bytes, limits.header_count
    header_bytes, query_parameters = limits.header_bytes, limits.query_parameters
    digits = len(str(limits.body_bytes))

    def head(facts: Facts) -> Outcome:
        request, canonical = facts.request, facts.canonical
        found: tuple[Reason, ...] = ()
        if (
            len(request.target) > uri_bytes
            or len(request.headers) > header_count
            or canonical.header_bytes > header_bytes
            or len(canonical.query) > query_parameters
        ):
            found = _excesses(facts, limits)
        if facts.has_body and facts.expected.kind != "stream":
            stated = canonical.headers.get("content-length")
            if stated is None or len(stated) >= digits:  # a number of fewer digits is less
                found += _length(facts, limits)
        return found or None

    return Checks(head=head, body=_body, dormant=(_body,), unless_sound=(head,) if bound_none(limits) else ())


def _excesses(facts: Facts, limits: RequestLimitsSettings) -> tuple[Reason, ...]:
    request, canonical = facts.request, facts.canonical
    sizes = (
        ("uri-too-long", "target", len(request.target), limits.uri_bytes),
        ("too-many-headers", "header", len(request.headers), limits.header_count),
        ("headers-too-large", "header", canonical.header_bytes, limits.header_bytes),
        ("too-many-parameters", "query", len(canonical.query), limits.query_parameters),
    )
    return tuple(_reason(name, place, f"at most {most}") for name, place, size, most in sizes if size > most)


def _length(facts: Facts, limits: RequestLimitsSettings) -> tuple[Reason, ...]:
    stated = facts.canonical.headers.get("content-length")
    if stated is None:
        opaque = facts.body_kind == "opaque"  # what is inspected is counted as it comes
        return (_reason("length-required", "header.content-length"),) if opaque else ()
    # `canonical-form` refuses a length that is no number; here it only must not raise
    if stated.isascii() and stated.isdigit() and len(stated) < 19 and int(stated) > limits.body_bytes:
        return (_reason("body-too-large", "body", f"at most {limits.body_bytes}"),)
    return ()


def _body(facts: Facts) -> Outcome:
    document = facts.document
    if type(document) is Undecodable and document.reason in _reason:
        return _reason(document.reason, document.location, document.detail)
    return None


CONTROL = ControlSpec(
    id=_ID,
    title="Bounds on every request",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API4:2023", "CWE-400", "CWE-409", "CWE-674", "CWE-770", "REC-API-10", "REC-API-14"),
)
