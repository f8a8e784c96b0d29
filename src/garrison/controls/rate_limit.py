"""`rate-limit`: nobody asks more than they may, evenly, in a window of time, or at once.

Limits that need no principal are asked first of all controls, so that whoever goes on guessing is refused before a
credential is looked at and learns nothing of it; what is refused for other reasons is counted by them too. Limits by
principal come after authentication; whoever has not proved who they are is counted there by their network.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple, TypeAlias

from garrison.config.controls import ControlsSettings
from garrison.config.expression import compiled
from garrison.config.limits import LimitSettings, RateLimitSettings, parse_per
from garrison.config.overrides import matches
from garrison.contract.catalogue import CompiledOperation
from garrison.core.countermeasure import Action, Countermeasure, shown
from garrison.core.decision import Mode, Outcome, Reason
from garrison.core.ids import ControlId
from garrison.core.networks import prefix
from garrison.core.principal import ANONYMOUS
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.facts import Facts
from garrison.engine.limits import Concurrency, Quota, Rate, short
from garrison.engine.measures import simulated_reason

_ID = ControlId("rate-limit")
_Key: TypeAlias = Callable[[Facts], str]

_reason = Reasons(
    _ID,
    ReasonSpec("throttled", 429, "more requests than a countermeasure lets through"),
    ReasonSpec("rate-exceeded", 429, "more requests than a rate allows"),
    ReasonSpec("quota-exceeded", 429, "more requests than a quota allows in its window"),
    ReasonSpec("too-many-at-once", 429, "more requests at the same time than are allowed"),
)

_THROTTLES = "measures"
"""What the limits that countermeasures make are called among the counters."""
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""What no expression sees: keys stand in the gateway's memory."""


class _Counted(NamedTuple):
    """One way in which a limit counts."""

    reason: str
    name: str
    key: _Key
    limit: Rate | Quota


class _Compiled(NamedTuple):
    """A limit for one operation."""

    counted: tuple[_Counted, ...]
    at_once: tuple[_Key, Concurrency] | None
    needs_principal: bool
    policy: tuple[str, ...]
    """Items of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, section 3)."""


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """The limits that count this operation; none where there is none."""
    own = settings.rate_limit
    limits = [_compile(limit, operation, own) for limit in own.limits if _counts(limit, operation)]
    if not limits:
        return Checks(first=_check_origin, head=_check_principal, dormant=_AGAINST_MEASURED)
    early = [limit for limit in limits if not limit.needs_principal]
    late = [limit for limit in limits if limit.needs_principal]
    announces = own.headers and own.mode is Mode.ENFORCE
    policy = ", ".join([item for limit in (*early, *late) for item in limit.policy]) if announces else ""
    return Checks(
        first=_both(_check_origin, _check(early, own.cost, policy, is_last=not late)) if early else _check_origin,
        head=_both(_check_principal, _check(late, own.cost, policy, is_last=True)) if late else _check_principal,
        sets_response_headers=bool(policy),
        dormant=_AGAINST_MEASURED,
    )


def _both(one: Callable[[Facts], Outcome], other: Callable[[Facts], Outcome]) -> Check:
    """What `one` says, or else `other`."""

    def check(facts: Facts) -> Outcome:
        said = one(facts)
        return said if said is not None else other(facts)

    return check


def _check_origin(facts: Facts) -> Outcome:
    """Countermeasures against where it comes from; they are asked first, as limits by network are."""
    measures = facts.state.measures
    if not measures.throttles:
        return None
    return _throttled(facts, measures.from_origin(Action.THROTTLE, facts, asks_who=False))


def _check_principal(facts: Facts) -> Outcome:
    """Those against who asks, and those of whom that tells whom they spare."""
    measures = facts.state.measures
    if not measures.throttles:
        return None
    refused = _throttled(facts, measures.of_principal(Action.THROTTLE, facts))
    if refused is not None:
        return refused
    return _throttled(facts, measures.from_origin(Action.THROTTLE, facts, asks_who=True))


_AGAINST_MEASURED = (_check_origin, _check_principal)


def _throttled(facts: Facts, measures: Sequence[Countermeasure]) -> Outcome:
    """What one of these has: each counts for itself, whatever others let through."""
    for measure in measures:
        refused = _throttled_by(facts, measure)
        if refused is not None:
            return refused
    return None


def _throttled_by(facts: Facts, measure: Countermeasure) -> Outcome:
    """All whom a measure names share one allowance."""
    interval = measure.seconds / measure.requests
    rate = Rate(f"{_THROTTLES} {measure.seconds}/{measure.requests}", interval, measure.requests)
    taken = rate.take(facts.state.counters, short(f"{measure.scope} {measure.value}"), 1, facts.now)
    if not taken.wait:
        return None
    reason = _reason("throttled", "", f"`{shown(measure)}` {measure.reason}".strip())
    if not measure.simulated:
        return _refused(facts, reason, taken.wait, "", ())
    facts.noted += (simulated_reason(reason),)
    return None


def _counts(limit: LimitSettings, operation: CompiledOperation | None) -> bool:
    if not limit.match:
        return True
    return operation is not None and any(matches(pattern, operation.operation) for pattern in limit.match)


def _compile(limit: LimitSettings, operation: CompiledOperation | None, own: RateLimitSettings) -> _Compiled:
    key, needs_principal = _key(limit, operation, own)
    counted: list[_Counted] = []
    policy: list[str] = []
    if limit.rate:
        per = parse_per(limit.rate)
        burst = limit.burst or per.requests
        interval = per.seconds / per.requests
        rate = Rate(f"{limit.name} rate", interval, burst)
        counted.append(_Counted("rate-exceeded", limit.name, key, rate))
        # A bucket has no window; its quota is the burst, and its window the time in which that comes back.
        policy.append(f'"{limit.name}";q={burst};w={ceil(burst * interval)}')
    if limit.quota:
        per = parse_per(limit.quota)
        name = f"{limit.name}-quota" if limit.rate else limit.name
        quota = Quota(
            f"{limit.name} {limit.window} {per.seconds}", per.requests, per.seconds, limit.window == "sliding"
        )
        counted.append(_Counted("quota-exceeded", name, key, quota))
        policy.append(f'"{name}";q={per.requests};w={per.seconds}')
    at_once = (key, Concurrency(limit.name, limit.concurrent)) if limit.concurrent else None
    return _Compiled(tuple(counted), at_once, needs_principal, tuple(policy))


def _check(limits: Sequence[_Compiled], cost: int, policy: str, *, is_last: bool) -> Callable[[Facts], Outcome]:
    """`policy` is what clients are told of all limits; empty where they are told nothing."""
    counted = tuple((f'"{each.name}";r=%d;t=%d', *each) for limit in limits for each in limit.counted)
    at_once = tuple(limit.at_once for limit in limits if limit.at_once is not None)

    def check(facts: Facts) -> Outcome:
        limited = facts.limited
        if limited is None:
            return None  # refused already: what comes later does not count it
        counters, now = facts.state.counters, facts.now
        for told, reason, name, key, limit in counted:
            taken = limit.take(counters, key(facts), cost, now)
            if policy:
                limited += (told % (taken.left, ceil(taken.reset)),)
            if taken.wait:
                return _refused(facts, _reason(reason, "", f"`{name}`"), taken.wait, policy, limited)
        for key, cap in at_once:
            leave = cap.enter(counters, key(facts))
            if leave is None:
                return _refused(facts, _reason("too-many-at-once", "", f"`{cap.name}`"), 1.0, policy, limited)
            facts.on_close += (leave,)
        if not is_last:
            facts.limited = limited
        elif policy and limited:
            facts.response_headers += (("ratelimit-policy", policy), ("ratelimit", ", ".join(limited)))
        return None

    return check


def _refused(facts: Facts, reason: Reason, wait: float, policy: str, limited: tuple[str, ...]) -> Outcome:
    told: tuple[tuple[int, str, str], ...] = ((429, "retry-after", str(ceil(wait))),)
    if policy and limited:
        told += ((429, "ratelimit-policy", policy), (429, "ratelimit", ", ".join(limited)))
    facts.limited = None
    facts.refusal_headers += told
    return reason


def _key(limit: LimitSettings, operation: CompiledOperation | None, own: RateLimitSettings) -> tuple[_Key, bool]:
    """What tells those apart whom `limit` counts, and whether that rests on who they are."""
    peer = _peer(own.ipv4_prefix, own.ipv6_prefix)
    principal, instead = _principal(peer), _principal(peer, "\t")
    identifier = operation.operation.id if operation is not None else ""
    if limit.cel:
        return _expression(limit.cel, peer, identifier)
    named: Mapping[str, _Key] = {
        "peer": peer,
        "operation": lambda _: identifier,
        "principal": principal,
        "client": lambda facts: facts.principal.client or instead(facts),
        "token": lambda facts: facts.principal.token or instead(facts),
        "realm": lambda facts: facts.principal.realm or instead(facts),
    }
    needs = not {"peer", "operation"}.issuperset(limit.by)
    keys = tuple(named[each] for each in limit.by)
    if len(keys) == 1:
        only = keys[0]
        return (only if limit.by in {("peer",), ("principal",)} else lambda facts: short(only(facts))), needs
    # each part with its length: no choice of names makes two principals one
    return (lambda facts: short("".join([f"{len(part)}:{part}" for part in [key(facts) for key in keys]]))), needs


def _principal(peer: _Key, before: str = "") -> _Key:
    """By principal; `before` tells these from others who are counted by another name of theirs."""

    def key(facts: Facts) -> str:
        # nobody can have a name that begins with a blank line, or with a tabulator
        return f"\n{peer(facts)}" if facts.principal is ANONYMOUS else f"{before}{short(facts.principal.id)}"

    return key


def _peer(v4: int, v6: int) -> _Key:
    def key(facts: Facts) -> str:
        return prefix(facts.request.peer.address, v4, v6)

    return key


def _expression(source: str, peer: _Key, operation: str) -> tuple[_Key, bool]:
    program = compiled(source)
    used = frozenset(program.references()["variables"])

    def key(facts: Facts) -> str:
        try:
            found = program.execute(_surroundings(facts, used, operation))
        except (KeyError, RuntimeError, TypeError, ValueError):
            found = None  # a header that is not there, mostly: to leave it out must not be a way past the limit
        return short(f"={found}") if isinstance(found, str | int | float) else f"\n{peer(facts)}"

    return key, "principal" in used


def _surroundings(facts: Facts, used: frozenset[str], operation: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if "principal" in used:
        principal = facts.principal
        given["principal"] = {
            "id": principal.id,
            "realm": principal.realm,
            "subject": principal.subject,
            "client": principal.client,
            "token": principal.token,
            "scopes": sorted(principal.scopes),
            "roles": sorted(principal.roles),
            "claims": dict(principal.claims),
        }
    if "request" in used:
        canonical = facts.canonical
        headers = {name: value for name, value in canonical.headers.items() if name not in _SECRET_HEADERS}
        given["request"] = {
            "method": facts.request.method,
            "path": canonical.path,
            "query": dict(canonical.query),
            "headers": headers,
        }
    if "peer" in used:
        given["peer"] = {"address": facts.request.peer.address}
    if "operation" in used:
        given["operation"] = operation
    return given


CONTROL = ControlSpec(
    id=_ID,
    title="Nobody asks more than they may",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API4:2023", "API6:2023", "CWE-307", "CWE-770", "CWE-799", "REC-API-15"),
)
