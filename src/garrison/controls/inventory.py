"""`inventory`: grants what the contract describes. What it does not describe, nobody granted."""

from garrison.config.controls import ControlsSettings, InventorySettings
from garrison.contract.catalogue import CompiledOperation, Miss
from garrison.core.decision import Grant, Outcome
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts

_ID = ControlId("inventory")
_GRANT = Grant(_ID)

_reason = Reasons(
    _ID,
    ReasonSpec(
        "unknown-operation", 404, "the contract describes no such path", permit=("unsafe-allow-undescribed", True)
    ),
    ReasonSpec(
        "method-not-allowed",
        405,
        "the contract describes the path, not with this method",
        permit=("unsafe-allow-undescribed", True),
    ),
    ReasonSpec(
        "uncompiled-operation",
        404,
        "the contract describes the operation in a way that cannot be enforced",
        permit=("unsafe-allow-undescribed", True),
    ),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Grants every described operation; for the rest, objects unless the settings say otherwise."""
    if operation is not None:
        return Checks(head=_described, always_grants=True)
    own = settings.inventory

    def undescribed(facts: Facts) -> Outcome:
        return _undescribed(facts, own)

    return Checks(head=undescribed)


def _described(facts: Facts) -> Outcome:
    del facts
    return _GRANT


def _undescribed(facts: Facts, settings: InventorySettings) -> Outcome:
    match = facts.match
    if settings.unsafe_allow_undescribed or not isinstance(match, Miss):
        return _GRANT
    if _is_granted_variant(facts, match, settings):
        return _GRANT
    if match.uncompiled is not None:
        return _reason("uncompiled-operation", "path", match.uncompiled.id)
    if match.methods:
        return _reason("method-not-allowed", "method", ", ".join(match.methods))
    return _reason("unknown-operation", "path")


def _is_granted_variant(facts: Facts, miss: Miss, settings: InventorySettings) -> bool:
    """Methods that HTTP and CORS derive from a declared one, where the settings let them."""
    method = facts.request.method
    if method == "HEAD":  # RFC 9110, 9.3.2: as GET, without the content
        return settings.allow_head and "GET" in miss.methods
    return settings.allow_preflight and is_preflight(facts)


def is_preflight(facts: Facts) -> bool:
    """Whether a browser asks if it may send a request that the contract describes (Fetch, 4.8: CORS-preflight)."""
    match, headers = facts.match, facts.canonical.headers
    return (
        facts.request.method == "OPTIONS"
        and isinstance(match, Miss)
        and "origin" in headers
        and headers.get("access-control-request-method") in match.methods
    )


CONTROL = ControlSpec(
    id=_ID,
    title="Only operations that the contract describes",
    kind="granter",
    reasons=_reason,
    compile=compile_checks,
    tags=("API9:2023", "CWE-1059", "REC-API-1", "REC-API-4"),
)
