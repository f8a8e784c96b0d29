"""`blocking`: whom a countermeasure names by their network, their program or the operation is refused, first of all."""

from collections.abc import Callable

from garrison.config.controls import ControlsSettings
from garrison.config.limits import BlockingSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.countermeasure import Action, Scope, shown, system_number
from garrison.core.decision import Outcome, Reason
from garrison.core.ids import ControlId
from garrison.core.networks import Networks
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.engine.measures import NO_MEASURES, Found, Measures, first, simulated_reason

_ID = ControlId("blocking")

_reason = Reasons(
    _ID,
    ReasonSpec("network-blocked", 403, "an address or network that is blocked"),
    ReasonSpec("operation-blocked", 403, "an operation that is blocked"),
    ReasonSpec("system-blocked", 403, "an autonomous system that is blocked"),
    ReasonSpec("user-agent-blocked", 403, "a program that is blocked"),
)
_BY_SCOPE = {
    Scope.NETWORK: "network-blocked",
    Scope.SYSTEM: "system-blocked",
    Scope.OPERATION: "operation-blocked",
    Scope.USER_AGENT: "user-agent-blocked",
}


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Looks at the countermeasures in force, whatever they are by then."""
    del operation
    is_allowed = _allowed(settings.blocking)

    def check(facts: Facts) -> Outcome:
        measures = facts.state.measures
        if measures is NO_MEASURES:
            return None
        enforced, simulated = _in_force(measures, facts)
        measure = enforced or simulated
        if measure is None or is_allowed(facts.request.peer.address, measures):
            return None
        reason = _reason(_BY_SCOPE[measure.scope], "peer", f"`{shown(measure)}` {measure.reason}".strip())
        if enforced is not None:
            facts.unless_spared = reason if enforced.asks_who else None
            return reason
        if measure.asks_who:
            facts.on_close += (lambda: _note_unless_spared(measures, facts, reason),)
        else:
            facts.noted += (simulated_reason(reason),)
        return None

    return Checks(first=check, dormant=(check,))


def _in_force(measures: Measures, facts: Facts) -> Found:
    """One that holds for everybody there before one that spares somebody: nobody knows yet who asks."""
    found = first(measures.from_origin(Action.BLOCK, facts, asks_who=False))
    if found.enforced is not None:
        return found
    other = first(measures.from_origin(Action.BLOCK, facts, asks_who=True))
    return other if other.enforced is not None or found.simulated is None else found


def _note_unless_spared(measures: Measures, facts: Facts, reason: Reason) -> None:
    if first(measures.from_origin(Action.BLOCK, facts, asks_who=True)).simulated is not None:
        facts.noted += (simulated_reason(reason),)


def _allowed(settings: BlockingSettings) -> Callable[[str, Measures], bool]:
    systems = {number for text in settings.allow if (number := system_number(text)) is not None}
    networks = Networks((text, True) for text in settings.allow if system_number(text) is None)

    def is_allowed(address: str, measures: Measures) -> bool:
        return bool(networks.find(address)) or not systems.isdisjoint(measures.systems_of(address))

    return is_allowed


CONTROL = ControlSpec(
    id=_ID,
    title="Who is blocked is refused before anything else",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API4:2023", "CWE-799", "REC-API-17"),
)
