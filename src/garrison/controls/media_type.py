"""`media-type`: bodies have a media type that the operation declares; bodies and tunnels only where one is declared."""

from collections.abc import Callable

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Outcome
from garrison.core.ids import ControlId
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("media-type")

_reason = Reasons(
    _ID,
    ReasonSpec("missing-content-type", 415, "a body without a `Content-Type`"),
    ReasonSpec("unexpected-body", 400, "a body where the operation declares none"),
    ReasonSpec("unexpected-upgrade", 400, "a WebSocket where the operation declares none: nothing could inspect it"),
    ReasonSpec("unsupported-content-encoding", 415, "a `Content-Encoding` other than gzip, deflate or identity"),
    ReasonSpec("unsupported-media-type", 415, "a media type that the operation does not declare"),
)

_MAX_NAMED = 8  # media types named in a reason: enough for any but the strangest operation


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Without a described operation there is no media type to compare with, only a coding that must be readable."""
    del settings
    if operation is None:
        return Checks(body=_body, dormant=(_body,))
    declared = operation.operation.request_media_types
    if not declared:
        of_body = None if operation.streams_request else _head_without_body
        alone = of_body if operation.upgrades else _without_upgrade(of_body)
        return Checks(head=alone, unless_sound=(alone,) if alone is not None else ())
    expected = "one of " + ", ".join(f"`{name}`" for name in declared[:_MAX_NAMED])

    def head(facts: Facts) -> Outcome:
        if not facts.has_body or facts.expected.body_schema is not None:
            return None
        reason_id = "missing-content-type" if facts.media_type is None else "unsupported-media-type"
        return _reason(reason_id, "header.content-type", expected)

    whole = head if operation.upgrades else _without_upgrade(head)
    return Checks(head=whole, body=_body, dormant=(_body,), unless_sound=(whole,))


def _without_upgrade(of_body: Callable[[Facts], Outcome] | None) -> Check:
    """`of_body`, which says nothing where there is no body, and no tunnel.

    Other protocols are no server's to offer here, so a WebSocket is what counts.
    """

    def head(facts: Facts) -> Outcome:
        headers = facts.canonical.headers
        if "upgrade" in headers and "websocket" in headers["upgrade"].lower():
            return _reason("unexpected-upgrade", "header.upgrade")
        if of_body is None or not facts.has_body or facts.expected.body_schema is not None:
            return None  # what is declared is said to be wrong by neither: it is not called for nearly every request
        return of_body(facts)

    return head


def _head_without_body(facts: Facts) -> Outcome:
    operation = facts.operation
    is_tunnel = operation is not None and operation.upgrades and facts.body_kind == "stream"
    return _reason("unexpected-body", "body") if facts.has_body and not is_tunnel else None


def _body(facts: Facts) -> Outcome:
    document = facts.document
    if type(document) is Undecodable and document.reason == "unsupported-content-encoding":
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
