"""Whom a detection is about, and whom nothing may touch."""

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from garrison.core.countermeasure import Scope, parse_target
from garrison.core.detection import MOST_NAMED, Detection


class Target(NamedTuple):
    """Somebody to act against."""

    scope: Scope
    value: str


NARROWEST: Final = ("principal", "token", "client", "peer", "network")
"""In this order those are looked for whom a detection is about."""
_SCOPES: Final[Mapping[str, Scope]] = {
    "principal": Scope.PRINCIPAL,
    "token": Scope.TOKEN,
    "client": Scope.CLIENT,
    "peer": Scope.NETWORK,
    "network": Scope.NETWORK,
    "operation": Scope.OPERATION,
}


def grouped(detection: Detection) -> dict[str, str]:
    """What its events have in common, by kind: `{"peer": "203.0.113.7"}`.

    Told by the values, as a rule may call a field by one of several names.
    """
    named = detection.named
    kinds = {
        "principal": named.principals,
        "token": named.tokens,
        "client": named.clients,
        "peer": named.peers,
        "operation": named.operations,
    }
    found: dict[str, str] = {}
    for field, value in detection.group:
        kind = next((kind for kind, values in kinds.items() if value and value in values), "")
        if not kind and field in {"network", "peer"} and _network(value) is not None:
            kind = field  # of IPv6 a peer is the /64 that its addresses are in
        if kind:
            found.setdefault(kind, value)
    return found


def party_of(detection: Detection) -> str:
    """What kind it is about, the narrowest: `principal`, `peer`, ...; `nobody` where it names none."""
    common = grouped(detection)
    for kind in NARROWEST:
        if targets(detection, kind):
            return kind
    return "operation" if "operation" in common else "nobody"


def targets(detection: Detection, of: str) -> tuple[Target, ...]:
    """Whom a measure `of` that kind would be against; nobody where the detection does not say.

    Who merely took part beside others is no target, except where all who did are known by name: the principals
    behind a network that is shared.
    """
    if of == "narrowest":
        return next((found for kind in NARROWEST if (found := targets(detection, kind))), ())
    common, named = grouped(detection), detection.named
    if of in common:
        return _targets(of, [common[of]])
    if of == "principal":
        behind = bool(common.keys() & {"token", "client", "peer", "network"})
        whole = 0 < len(named.principals) < (MOST_NAMED if behind else 2)
        return _targets(of, named.principals) if whole and not _is_wide(common) else ()
    alone = {"token": named.tokens, "peer": () if named.principals else named.peers, "operation": named.operations}
    values = alone.get(of, ())
    if len(values) != 1 or (_is_wide(common) and of != "operation"):
        return ()
    return _targets(of, values)


def _is_wide(common: Mapping[str, str]) -> bool:
    """Whether it is about an operation, whoever asked for it."""
    return "operation" in common and not common.keys() & set(NARROWEST)


def _targets(kind: str, values: Iterable[str]) -> tuple[Target, ...]:
    """What is no address, as a Unix socket's peer, cannot be met as one."""
    scope = _SCOPES[kind]
    if scope is Scope.NETWORK:
        values = [network for each in values if (network := _network(each)) is not None]
    return tuple([Target(scope, each) for each in values])


@lru_cache(maxsize=4096)
def _network(text: str) -> str | None:
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        return None
    return str(found.network_address) if found.num_addresses == 1 else str(found)


def spared_by(target: Target, detection: Detection, never: Iterable[str]) -> str | None:
    """Which of those in `never` a measure against `target` would touch; None where it touches none.

    Besides the target itself they are those of another kind whom the detection names: nobody is met by way of an
    address that is shared with whoever is never touched.
    """
    named = detection.named
    for text in never:
        scope, value = parse_target(text)
        if (scope, value) == target or _overlap(scope, value, target):
            return text
        if target.scope in {scope, Scope.OPERATION}:
            continue
        among = {Scope.PRINCIPAL: named.principals, Scope.CLIENT: named.clients}.get(scope, ())
        if value in among or (scope is Scope.NETWORK and any(_holds(value, peer) for peer in named.peers)):
            return text
    return None


def _overlap(scope: Scope, value: str, target: Target) -> bool:
    if scope is not Scope.NETWORK or target.scope is not Scope.NETWORK:
        return False
    try:
        one, other = ipaddress.ip_network(value), ipaddress.ip_network(target.value)
    except ValueError:
        return False
    return one.version == other.version and one.overlaps(other)


def _holds(network: str, address: str) -> bool:
    return _overlap(Scope.NETWORK, network, Target(Scope.NETWORK, address))
