"""`function-access`: a principal may call an operation if it has what the contract and the settings demand.

The contract demands the scopes of a security requirement whose schemes were satisfied; the settings may demand more:
scopes, roles, claims, a realm, or whatever a CEL expression says. What is demanded is never fulfilled by one who was
not authenticated.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from garrison.config.access import VARIABLES, RequiresSettings
from garrison.config.controls import ControlsSettings
from garrison.config.expression import compiled
from garrison.contract.catalogue import CompiledOperation
from garrison.core.decision import Mode, Outcome
from garrison.core.ids import ControlId
from garrison.core.operation import SecurityScheme
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
    """Has nothing to do where nobody is authenticated, or nothing is demanded of those who are.

    What the settings demand is demanded of undescribed requests too, should they be let in.
    """
    if not settings.authentication.schemes:
        return Checks()
    tells = settings.function_access.mode is Mode.ENFORCE
    of_contract = _of_contract(operation, tells=tells) if operation is not None else ()
    demands = (*of_contract, *_of_settings(settings.function_access.requires))
    if not demands:
        return Checks()
    if len(demands) != 1:
        return Checks(head=_all(demands))
    return Checks(head=_most(operation, demands[0]) if of_contract and operation is not None else _only(demands[0]))


def _only(demand: _Demand) -> Check:
    return lambda facts: demand(facts, facts.principal)


def _most(operation: CompiledOperation, demand: _Demand) -> Check:
    """Asks `demand`, the contract's, only of those who lack something of its first alternative, which are few."""
    declared = operation.operation
    schemes, scopes, names = _alternative((declared.security or ({},))[0], declared.schemes)
    needed = scopes | names

    def check(facts: Facts) -> Outcome:
        principal = facts.principal
        if principal.schemes == schemes and needed <= principal.scopes:
            return None
        return demand(facts, principal)

    return check


def _all(demands: tuple[_Demand, ...]) -> Check:
    def check(facts: Facts) -> Outcome:
        principal = facts.principal
        for demand in demands:
            objection = demand(facts, principal)
            if objection is not None:
                return objection
        return None

    return check


def _of_contract(operation: CompiledOperation, *, tells: bool) -> tuple[_Demand, ...]:
    """The scopes of each requirement count if its schemes were satisfied (OpenAPI 3.2, section 4.8.30).

    `tells`: the client is told what it lacks; one that is only observed hears nothing, whoever else refuses it.
    """
    declared = operation.operation
    alternatives = tuple(_alternative(requirement, declared.schemes) for requirement in declared.security or ())
    if not any(scopes or names for _, scopes, names in alternatives):
        return ()
    for_anyone = any(not schemes for schemes, _, _ in alternatives)

    def demand(facts: Facts, principal: Principal) -> Outcome:
        if for_anyone and principal is ANONYMOUS:
            return None
        lacking: frozenset[str] = frozenset()
        had = principal.schemes
        for schemes, scopes, names in alternatives:
            if schemes != had and not set(schemes).issubset(had):
                continue
            if scopes <= principal.scopes and (not names or names <= principal.scopes | principal.roles):
                return None
            lacking = lacking or (scopes - principal.scopes) | (names - principal.scopes - principal.roles)
        if tells:
            facts.refusal_headers += _challenge(facts, lacking)
        return _reason("scope-required", "", _named(lacking))

    return (demand,)


def _alternative(
    requirement: Mapping[str, tuple[str, ...]], declared: Mapping[str, SecurityScheme]
) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """The schemes of a requirement, the scopes that it demands, and the names that may be roles as well.

    Of schemes other than OAuth 2.0 and OpenID Connect they are roles by the standard, and scopes to most authors.
    """
    scopes: set[str] = set()
    names: set[str] = set()
    for scheme, demanded in requirement.items():
        is_scopes = scheme in declared and declared[scheme].type in {"oauth2", "openIdConnect"}
        (scopes if is_scopes else names).update(demanded)
    return tuple(requirement), frozenset(scopes), frozenset(names)


def _challenge(facts: Facts, lacking: frozenset[str]) -> tuple[tuple[int, str, str], ...]:
    """What a client with a token is told (RFC 6750, 3.1; RFC 9449, 7.1); the contract names these scopes to all."""
    sent = facts.canonical.headers.get("authorization", "").partition(" ")[0].lower()
    name = {"bearer": "Bearer", "dpop": "DPoP"}.get(sent)
    if name is None:
        return ()
    scope = " ".join(sorted(filter(_SCOPE.fullmatch, lacking)))
    return ((403, "www-authenticate", f'{name} realm="api", error="insufficient_scope", scope="{scope}"'),)


_SCOPE = re.compile(r"[!#-\[\]-~]+")  # what a scope is made of (RFC 6749, 3.3)


def _of_settings(requires: RequiresSettings) -> tuple[_Demand, ...]:
    demands: list[_Demand] = []
    if requires.realms:
        demands.append(_realm(frozenset(requires.realms)))
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


def _realm(realms: frozenset[str]) -> _Demand:
    reason = _reason("realm-required", "", "one of " + _named(realms))

    def demand(facts: Facts, principal: Principal) -> Outcome:
        del facts
        return None if principal.realm in realms else reason

    return demand


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
    program = compiled(source)
    named = tuple((name, SURROUNDINGS[name]) for name in VARIABLES if name in program.variables())
    reason = _reason("condition-not-met")

    def demand(facts: Facts, principal: Principal) -> Outcome:
        del principal
        try:
            met = program.execute({name: read(facts) for name, read in named})
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            # a claim that is missing, mostly: what cannot be said to be true is not
            return _reason("condition-not-met", "", type(error).__name__)
        return None if met is True else reason

    return demand


def _principal(facts: Facts) -> dict[str, Any]:
    principal = facts.principal
    return {
        "id": principal.id,
        "realm": principal.realm,
        "subject": principal.subject,
        "client": principal.client,
        "scopes": list(principal.scopes),
        "roles": list(principal.roles),
        "claims": principal.claims,
    }


def _request(facts: Facts) -> dict[str, Any]:
    canonical, operation = facts.canonical, facts.operation
    keys = {each.parameter for each in operation.operation.schemes.values()} if operation is not None else set()
    hidden = _CREDENTIALS | keys
    return {
        "method": facts.request.method,
        "path": canonical.path,
        "query": {name: value for name, value in reversed(canonical.query) if name not in keys},  # the first of each
        "headers": {name: value for name, value in canonical.headers.items() if name not in hidden},
    }


_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "dpop", "x-api-key"})
SURROUNDINGS: Mapping[str, Callable[[Facts], dict[str, Any]]] = {
    "principal": _principal,
    "request": _request,
    "params": lambda facts: dict(facts.values),
    "peer": lambda facts: {"address": facts.request.peer.address},
}
"""What an expression sees, by name: also those of virtual patches."""


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
