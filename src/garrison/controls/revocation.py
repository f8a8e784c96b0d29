"""`revocation`: principals that are blocked and credentials that were revoked are refused, genuine as they are."""

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.countermeasure import Action, shown
from garrison.core.decision import Outcome
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts

_ID = ControlId("revocation")
_CHALLENGE = ((401, "www-authenticate", 'Bearer realm="api", error="invalid_token"'),)
"""RFC 6750, 3.1: the token is revoked; a client may ask for another."""

_reason = Reasons(
    _ID,
    ReasonSpec("credential-revoked", 401, "a credential that holds, but was revoked"),
    ReasonSpec("principal-blocked", 403, "a principal, client or token that is blocked"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Looks at the countermeasures in force, whatever they are by then."""
    del operation, settings
    return Checks(head=_check)


def _check(facts: Facts) -> Outcome:
    principal = facts.principal
    measures = facts.state.measures
    if not measures.named or principal is ANONYMOUS:
        return None
    measure = measures.against(principal, facts.now)
    if measure is None:
        return None
    detail = f"`{shown(measure)}` {measure.reason}".strip()
    if measure.action is Action.BLOCK:
        return _reason("principal-blocked", "", detail)
    facts.refusal_headers += _CHALLENGE
    return _reason("credential-revoked", "", detail)


CONTROL = ControlSpec(
    id=_ID,
    title="Revoked credentials and blocked principals are refused",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API2:2023", "CWE-613", "CWE-299"),
)
