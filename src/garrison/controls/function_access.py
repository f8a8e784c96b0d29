"""`function-access`: a principal may call an operation if it has what the contract and the settings demand.

The contract demands the scopes of a security requirement whose schemes were satisfied; the settings may demand more:
scopes, roles, claims, a realm, or whatever a CEL expression says. What is demanded is never fulfilled by one who was
not authenticated.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import cel

from garrison.config.access import RequiresSettings
from garrison.config.controls import ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Outcome
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.identity.grants import claim_texts

_ID = ControlId("function-access")

_reason = Reasons(
    _ID,
    ReasonSpec("claim-required", 403, "a principal without a claim, or with another value of it"),
    ReasonSpec("condition-not-met", 403, "a principal or request for which the policy's expression is not true"),
    ReasonSpec("realm-required", 403, "a principal of another realm"),
    ReasonSpec("role-required", 403, "a principal with none of the roles that the operation demands"),
    ReasonSpec("scope-required", 403, "a principal without a scope that the operation demands"),
)

_Demand: TypeAlias = Callable[[Facts, Principal], Outcome]


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Has nothing to do where nobody is authenticated, or nothing is demanded of those who are."""
    if operation is None or not settings.authentication.schemes:
        return Checks()
    demands = (*_of_contract(operation), *_of_settings(settings.function_access.requires))
    return Checks(head=_all(demands)) if demands else Checks()


def _all(demands: tuple[_Demand, ...]) -> Check:
    def check(facts: Facts) -> Outcome:
        principal = facts.principal
        for demand in demands:
            objection = demand(facts, principal)
            if objection is not None:
                return objection
        return None

    return check


def _of_contract(operation: CompiledOperation) -> tuple[_Demand, ...]:
    """The scopes of each requirement count if its schemes were satisfied (OpenAPI 3.2, section 4.31)."""
    declared = operation.operation
    alternatives = tuple(
        (frozenset(requirement), frozenset(scope for scopes in requirement.values() for scope in scopes))
        for requirement in declared.security or ()
    )
    if not any(scopes for _, scopes in alternatives):
        return ()
    for_anyone = any(not schemes for schemes, _ in alternatives)
    challenge = (403, "www-authenticate", 'Bearer realm="api", error="insufficient_scope"')  # RFC 6750, 3.1
    # Of schemes other than OAuth 2.0 and OpenID Connect the names are roles (OpenAPI 3.1, section 4.8.30).
    by_roles = any(scheme.type not in {"oauth2", "openIdConnect"} for scheme in declared.schemes.values())

    def demand(facts: Facts, principal: Principal) -> Outcome:
        if for_anyone and principal is ANONYMOUS:
            return None
        had = principal.scopes | principal.roles if by_roles else principal.scopes
        lacking: frozenset[str] = frozenset()
        for schemes, scopes in alternatives:
            if scopes <= had and schemes.issubset(principal.schemes):
                return None
            lacking = lacking or scopes - had
        facts.refusal_headers += (challenge,)
        return _reason("scope-required", "", _named(lacking))

    return (demand,)


def _of_settings(requires: RequiresSettings) -> tuple[_Demand, ...]:
    demands: list[_Demand] = []
    if requires.realms:
        demands.append(_among(frozenset(requires.realms), lambda who: frozenset((who.realm,)), "realm-required"))
    if requires.scopes:
        demands.append(_every_scope(frozenset(requires.scopes)))
    if requires.any_scope:
        demands.append(_among(frozenset(requires.any_scope), lambda who: who.scopes, "scope-required"))
    if requires.roles:
        demands.append(_among(frozenset(requires.roles), lambda who: who.roles, "role-required"))
    demands += [_claim(name, value) for name, value in requires.claims.items()]
    if requires.cel:
        demands.append(_expression(requires.cel))
    return tuple(demands)


def _every_scope(needed: frozenset[str]) -> _Demand:
    def demand(facts: Facts, principal: Principal) -> Outcome:
        del facts
        lacking = needed - principal.scopes
        return _reason("scope-required", "", _named(lacking)) if lacking else None

    return demand


def _among(wanted: frozenset[str], had: Callable[[Principal], frozenset[str]], reason_id: str) -> _Demand:
    reason = _reason(reason_id, "", "one of " + _named(wanted))

    def demand(facts: Facts, principal: Principal) -> Outcome:
        del facts
        return reason if wanted.isdisjoint(had(principal)) else None

    return demand


def _claim(name: str, value: str) -> _Demand:
    reason = _reason("claim-required", "", f"`{name}`")

    def demand(facts: Facts, principal: Principal) -> Outcome:
        del facts
        return None if value in claim_texts(principal, name) else reason

    return demand


def _expression(source: str) -> _Demand:
    program = cel.compile(source)
    reason = _reason("condition-not-met")

    def demand(facts: Facts, principal: Principal) -> Outcome:
        try:
            met = program.execute(_surroundings(facts, principal))
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            # a claim that is missing, mostly: what cannot be said to be true is not
            return _reason("condition-not-met", "", type(error).__name__)
        return None if met is True else reason

    return demand


def _surroundings(facts: Facts, principal: Principal) -> dict[str, Any]:
    return {
        "principal": {
            "id": principal.id,
            "realm": principal.realm,
            "subject": principal.subject,
            "client": principal.client,
            "scopes": sorted(principal.scopes),
            "roles": sorted(principal.roles),
            "claims": dict(principal.claims),
        },
        "request": {"method": facts.request.method, "path": facts.canonical.path},
        "params": {place: dict(values) for place, values in facts.values.items()},
        "peer": {"address": facts.request.peer.address},
    }


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


CONTROL = ControlSpec(
    id=_ID,
    title="Principals call only the operations that they may",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API5:2023", "CWE-285", "CWE-862", "CWE-863", "REC-API-12"),
)
