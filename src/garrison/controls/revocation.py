"""`revocation`: principals that are blocked and credentials that were revoked are refused, genuine as they are.

A step-up (RFC 9470) refuses credentials that are older than the measure: whoever proves anew who they are goes on, and
whoever has proved nothing must prove something. What an operation is said to end (`ends`) ends with its answer, before
that reaches the client.
"""

from math import ceil, inf

from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.controls.session_ends import Sessions
from garrison.core.countermeasure import Action, shown
from garrison.core.decision import Outcome, Reason
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.engine.measures import Measures, first, simulated_reason

_ID = ControlId("revocation")
_CHALLENGE = ((401, "www-authenticate", 'Bearer realm="api", error="invalid_token"'),)
"""RFC 6750, 3.1: the token is revoked; a client may ask for another."""
_UNNAMED = ((401, "www-authenticate", 'Bearer realm="api"'),)
"""RFC 6750, 3: a request without any authentication is told no error."""

_reason = Reasons(
    _ID,
    ReasonSpec("authentication-demanded", 401, "nobody proved who asks where a measure demands that somebody does"),
    ReasonSpec("credential-revoked", 401, "a credential that holds, but was revoked"),
    ReasonSpec("principal-blocked", 403, "a principal, client or token that is blocked"),
    ReasonSpec("step-up-demanded", 401, "a credential that is older than a measure which demands a newer one"),
)


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Looks at the countermeasures in force, whatever they are by then."""
    sessions = Sessions(operation, settings)

    def check(facts: Facts) -> Outcome:
        refused = None if facts.state.endings.is_empty else _ended(facts, sessions)
        return refused or _check(facts)

    def end(facts: Facts) -> None:
        sessions.end(facts, facts.ended)  # once more: what was issued in the meantime is older than the answer

    def answered(facts: Facts) -> None:
        sessions.end(facts, facts.now)

    if sessions.ends == "nothing":
        return Checks(head=check, dormant=(check,))
    return Checks(head=check, response_head=answered, end=end, wants_outcome=True, dormant=(check,))


def _ended(facts: Facts, sessions: Sessions) -> Reason | None:
    if sessions.has_ended(facts):
        facts.refusal_headers += _CHALLENGE
        return _reason("credential-revoked", "", "an operation ended its session")
    for session, moment in sessions.ended(facts):
        if _proved(session) >= moment:
            continue
        # refreshed since: another token would be as old as this one, so that who it is must be proved anew
        facts.refusal_headers += _CHALLENGE if session.issued < moment else _demand(moment, facts.now)
        age = "" if _proved(session) else ", and its age is not known"
        return _reason("credential-revoked", "", f"an operation ended what was proved before it{age}")
    return None


def _check(facts: Facts) -> Outcome:
    measures = facts.state.measures
    if measures.steps_up and (refused := _step_up(facts, measures)) is not None:
        return refused
    if not measures.named or facts.principal is ANONYMOUS:
        return None
    enforced, simulated = measures.against(facts)
    measure = enforced or simulated
    if measure is None:
        return None
    detail = f"`{shown(measure)}` {measure.reason}".strip()
    is_blocked = measure.action is Action.BLOCK
    reason = _reason("principal-blocked" if is_blocked else "credential-revoked", "", detail)
    return _refused(facts, reason, () if is_blocked else _CHALLENGE, is_simulated=enforced is None)


def _step_up(facts: Facts, measures: Measures) -> Reason | None:
    # of several each demands its own: what was proved since one of them may be older than another
    proved = -inf if facts.principal is ANONYMOUS else max(map(_proved, facts.principal.proved))
    enforced, simulated = first(each for each in measures.of_anybody(Action.STEP_UP, facts) if proved < each.since)
    measure = enforced or simulated
    if measure is None:
        return None
    detail = f"`{shown(measure)}` {measure.reason}".strip()
    if facts.principal is ANONYMOUS:
        return _refused(facts, _reason("authentication-demanded", "", detail), _UNNAMED, is_simulated=enforced is None)
    challenge = _demand(measure.since, facts.now)
    return _refused(facts, _reason("step-up-demanded", "", detail), challenge, is_simulated=enforced is None)


def _proved(principal: Principal) -> float:
    """When it last proved who it is (`auth_time`, RFC 9470, 6.1), as far as is known; else when its credential was
    issued. A refreshed token is new, and proves nothing new."""
    told = principal.claims.get("auth_time")
    return told if isinstance(told, int | float) and not isinstance(told, bool) else principal.issued


def _demand(since: float, now: float) -> tuple[tuple[int, str, str], ...]:
    """RFC 9470, 3: what is newer than `max_age` seconds will do."""
    age = max(0, ceil(now - since))
    error = 'error="insufficient_user_authentication", error_description="A more recent authentication is required"'
    return ((401, "www-authenticate", f'Bearer realm="api", {error}, max_age="{age}"'),)


def _refused(
    facts: Facts, reason: Reason, challenge: tuple[tuple[int, str, str], ...], *, is_simulated: bool
) -> Reason | None:
    if is_simulated:
        facts.noted += (simulated_reason(reason),)
        return None
    facts.refusal_headers += challenge
    return reason


CONTROL = ControlSpec(
    id=_ID,
    title="Revoked credentials and blocked principals are refused",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API2:2023", "CWE-613", "CWE-299", "REC-API-11", "REC-API-17"),
)
