"""The countermeasures in force, in the form that controls look things up in. Immutable: replaced whole on a change."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

from garrison.core.countermeasure import NETWORK_SIDE, Action, Countermeasure, Key, Scope
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

LONGEST_PRODUCT: Final = 40
"""Characters of a product's name that count."""

_NONE: Final[tuple[Countermeasure, ...]] = ()


_Named: TypeAlias = Mapping[str, tuple[Countermeasure, ...]]
"""Measures of one scope, by value."""


class Measures:
    """All countermeasures, found by what they are against."""

    __slots__ = ("_by_scope", "_systems", "against_operations", "against_systems", "against_user_agents", "named",
                 "networks")  # fmt: skip

    def __init__(self, measures: Iterable[Countermeasure] = (), systems: Networks[int] | None = None) -> None:
        """`systems` says which autonomous system a network belongs to. Raises ValueError where one is no network."""
        by_scope: dict[Scope, dict[str, tuple[Countermeasure, ...]]] = {}
        networks: list[tuple[str, Countermeasure]] = []
        for measure in measures:
            if measure.scope is Scope.NETWORK:
                networks.append((measure.value, measure))
            else:
                _add(by_scope.setdefault(measure.scope, {}), measure)
        self._set(Networks(networks), by_scope, systems if systems is not None else Networks(()))

    def changed(self, taken: Iterable[Countermeasure], lifted: Collection[Key]) -> "Measures":
        """These measures, those in `taken` added or in the place of their like, those with the keys `lifted` left out.

        Costs what changed, not what there is: the networks are shared. To be made from measures that were not made so
        themselves. Raises ValueError where one is no network.
        """
        taken = tuple(taken)
        gone = {*lifted, *(measure.key for measure in taken)}
        by_scope = dict(self._by_scope)
        for scope in {scope for _, scope, _ in gone} - {Scope.NETWORK}:
            left = dict(by_scope.get(scope, {}))
            for action, _, value in [key for key in gone if key[1] is scope]:
                left[value] = tuple(each for each in left.get(value, ()) if each.action is not action)
            for measure in taken:
                if measure.scope is scope:
                    _add(left, measure)
            by_scope[scope] = {value: some for value, some in left.items() if some}
        recent = Networks((each.value, each) for each in taken if each.scope is Scope.NETWORK)
        made = Measures.__new__(Measures)
        made._set(_Changed(self.networks, gone, recent), by_scope, self._systems)  # noqa: SLF001  # one of this class
        return made

    def _set(self, networks: "_Finds", by_scope: Mapping[Scope, _Named], systems: Networks[int]) -> None:
        self.networks = networks
        self._by_scope = by_scope
        self._systems = systems
        self.against_systems = by_scope.get(Scope.SYSTEM, {}) if systems else {}
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


class _Finds(Protocol):
    def find(self, address: str) -> tuple[Countermeasure, ...]: ...


class _Changed:
    """Networks with changes: a few beside the many, which stay as they are."""

    __slots__ = ("_before", "_gone", "_recent")

    def __init__(self, before: _Finds, gone: Collection[Key], recent: Networks[Countermeasure]) -> None:
        self._before = before
        self._gone = gone
        self._recent = recent

    def find(self, address: str) -> tuple[Countermeasure, ...]:
        """The measures against networks that hold `address`."""
        found = self._before.find(address)
        if found:
            found = tuple(each for each in found if each.key not in self._gone)
        return (*found, *self._recent.find(address))


def _add(named: dict[str, tuple[Countermeasure, ...]], measure: Countermeasure) -> None:
    named[measure.value] = (*named.get(measure.value, ()), measure)


def first_product(user_agent: str) -> str:
    """The product that a `User-Agent` names first, lower case, cut at 40 characters; empty where it names none."""
    return _first_product(user_agent[:256])


@lru_cache(maxsize=4096)
def _first_product(user_agent: str) -> str:
    found = _PRODUCT.match(user_agent.strip())
    return found[0][:LONGEST_PRODUCT].lower() if found else ""


def _by_product(measures: Mapping[str, tuple[Countermeasure, ...]]) -> Mapping[str, tuple[Countermeasure, ...]]:
    found: dict[str, tuple[Countermeasure, ...]] = {}
    for value, some in measures.items():
        for product in CLASSES.get(value, (value[:LONGEST_PRODUCT],)):
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
