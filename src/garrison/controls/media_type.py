"""`media-type`: a request's body has a media type that the operation declares, and is there only where one is."""

from garrison.config.model import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import label
from garrison.core.decision import Outcome
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("media-type")

_reason = Reasons(
    _ID,
    ReasonSpec("missing-content-type", 415, "a body without a `Content-Type`"),
    ReasonSpec("unexpected-body", 400, "a body where the operation declares none"),
    ReasonSpec("unsupported-content-encoding", 415, "a `Content-Encoding` other than gzip, deflate or identity"),
    ReasonSpec("unsupported-media-type", 415, "a media type that the operation does not declare"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Without a described operation there is no media type to compare with."""
    del settings
    if operation is None:
        return Checks()
    if operation.operation.request_media_types:
        return Checks(head=_head_with_body, body=_body)
    if operation.upgrades or operation.streams_request:
        return Checks()
    return Checks(head=_head_without_body)


def _head_with_body(facts: Facts) -> Outcome:
    if not facts.request.has_body or facts.canonical.headers.get("content-length") == "0":
        return None
    if facts.media_type is None:
        return _reason("missing-content-type", "header.content-type")
    if facts.body_schema is None:
        essence = facts.media_type.essence
        return _reason("unsupported-media-type", "header.content-type", label(essence.replace("/", ".")))
    return None


def _head_without_body(facts: Facts) -> Outcome:
    if not facts.request.has_body or facts.canonical.headers.get("content-length") == "0":
        return None
    return _reason("unexpected-body", "body")


def _body(facts: Facts) -> Outcome:
    document = facts.document
    if isinstance(document, Undecodable) and document.reason == "unsupported-content-encoding":
        return _reason(document.reason, document.location)
    return None


CONTROL = ControlSpec(
    id=_ID,
    title="Only declared media types",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "CWE-436", "REC-API-10", "REC-API-13"),
)
