"""The countermeasures in force, in the form that controls look things up in. Immutable: replaced whole on a change."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from garrison.core.countermeasure import NETWORK_SIDE, Action, Countermeasure, Scope
from garrison.core.principal import Principal
from garrison.engine.networks import Networks

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "@none": frozenset({""}),
    "@tools": frozenset({"curl", "wget", "httpie", "postmanruntime", "insomnia", "sqlmap", "nikto", "nuclei", "ffuf"}),
    "@libraries": frozenset({
        "python-requests", "python-urllib", "python-httpx", "aiohttp", "python", "go-http-client", "java", "okhttp",
        "apache-httpclient", "axios", "node-fetch", "node", "undici", "guzzlehttp", "ruby", "libwww-perl", "scrapy",
    }),
}  # fmt: skip
"""Classes of user agents, by the first product that they name; `@none`: requests that name none."""

_PRODUCT = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A product's name: a token (RFC 9110, 5.6.2 and 10.1.5)."""

_NONE: Final[tuple[Countermeasure, ...]] = ()


class Measures:
    """All countermeasures, found by what they are against."""

    __slots__ = ("_networks", "_systems", "against_operations", "against_systems", "against_user_agents", "known",
                 "named", "networks")  # fmt: skip

    def __init__(self, measures: Iterable[Countermeasure] = (), systems: Networks[int] | None = None) -> None:
        """`systems` says which autonomous system a network belongs to. Raises ValueError where one is no network."""
        self.known = tuple(measures)
        by_scope: dict[Scope, dict[str, tuple[Countermeasure, ...]]] = {}
        for measure in self.known:
            if measure.scope is not Scope.NETWORK:
                named = by_scope.setdefault(measure.scope, {})
                named[measure.value] = (*named.get(measure.value, ()), measure)
        self.networks = Networks((each.value, each) for each in self.known if each.scope is Scope.NETWORK)
        self._systems: Networks[int] = systems if systems is not None else Networks(())
        self.against_systems = by_scope.get(Scope.SYSTEM, {}) if self._systems else {}
        self.against_operations = by_scope.get(Scope.OPERATION, {})
        self.against_user_agents = _by_product(by_scope.get(Scope.USER_AGENT, {}))
        self.named = {scope: by_scope[scope] for scope in by_scope if scope not in NETWORK_SIDE}
        """Those against principals, by scope and value."""

    def systems_of(self, address: str) -> tuple[int, ...]:
        """The autonomous systems that announce `address`, the one of the narrowest network last."""
        return self._systems.find(address)

    def against(self, principal: Principal, now: float) -> Countermeasure | None:
        """What is in force against `principal`: a block before a revocation."""
        found = None
        for scope, named in self.named.items():
            for measure in named.get(_name(principal, scope), _NONE):
                if not measure.holds(now):
                    continue
                if measure.action is Action.BLOCK:
                    return measure
                if _is_revoked(principal, measure):
                    found = measure
        return found


def first_product(user_agent: str) -> str:
    """The product that a `User-Agent` names first, lower case; empty where it names none."""
    return _first_product(user_agent[:256])


@lru_cache(maxsize=4096)
def _first_product(user_agent: str) -> str:
    found = _PRODUCT.match(user_agent.strip())
    return found[0].lower() if found else ""


def _by_product(measures: Mapping[str, tuple[Countermeasure, ...]]) -> Mapping[str, tuple[Countermeasure, ...]]:
    found: dict[str, tuple[Countermeasure, ...]] = {}
    for value, some in measures.items():
        for product in CLASSES.get(value, (value,)):
            found[product] = (*found.get(product, ()), *some)
    return found


def _name(principal: Principal, scope: Scope) -> str:
    match scope:
        case Scope.PRINCIPAL:
            return principal.id
        case Scope.SUBJECT:
            return principal.subject
        case Scope.CLIENT:
            return principal.client
        case Scope.TOKEN:
            return principal.token
        case _:
            return "all"


def _is_revoked(principal: Principal, measure: Countermeasure) -> bool:
    # a token by its id whenever it was issued: the id says which one is meant
    return measure.scope is Scope.TOKEN or principal.issued < measure.issued_before


NO_MEASURES: Final = Measures()
"""Nothing is in force: so it is with most gateways, which one comparison tells."""
