"""The countermeasures in force, in the form that controls look things up in. Immutable: replaced whole on a change."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

from msgspec.structs import replace

from garrison.core.canonical import LONGEST_PRODUCT
from garrison.core.countermeasure import NETWORK_SIDE, Action, Countermeasure, Key, Scope, parse_target
from garrison.core.decision import Reason
from garrison.core.networks import Networks
from garrison.core.principal import ANONYMOUS, Principal

if TYPE_CHECKING:
    from garrison.engine.facts import Facts

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "@none": frozenset({""}),
    "@tools": frozenset({"curl", "wget", "httpie", "postmanruntime", "insomnia", "sqlmap", "nikto", "nuclei", "ffuf"}),
    "@libraries": frozenset({
        "python-requests", "python-urllib", "python-httpx", "aiohttp", "python", "go-http-client", "java", "okhttp",
        "apache-httpclient", "axios", "node-fetch", "node", "undici", "guzzlehttp", "ruby", "libwww-perl", "scrapy",
    }),
}  # fmt: skip
"""Classes of user agents, by the first product that they name; `@none`: requests that name none."""

_NONE: Final[tuple[Countermeasure, ...]] = ()


_Named: TypeAlias = Mapping[str, tuple[Countermeasure, ...]]
"""Measures of one scope, by value."""


class Found(NamedTuple):
    """What is in force against one exchange."""

    enforced: Countermeasure | None
    simulated: Countermeasure | None
    """One that denies nothing; None also where `enforced` is there."""


NOTHING: Final = Found(None, None)


def first(measures: Iterable[Countermeasure]) -> Found:
    """The first of them that denies, else the first that is simulated."""
    simulated = None
    for each in measures:
        if not each.simulated:
            return Found(each, None)
        simulated = simulated or each
    return NOTHING if simulated is None else Found(None, simulated)


class Measures:
    """All countermeasures, found by what they are against."""

    __slots__ = ("_actions", "_by_scope", "_systems", "against_operations", "against_systems", "against_user_agents",
                 "named", "networks", "steps_up", "throttles", "tightens")  # fmt: skip

    def __init__(self, measures: Iterable[Countermeasure] = (), systems: Networks[int] | None = None) -> None:
        """`systems` says which autonomous system a network belongs to. Raises ValueError where one is no network."""
        by_scope: dict[Scope, dict[str, tuple[Countermeasure, ...]]] = {}
        networks: list[tuple[str, Countermeasure]] = []
        actions: set[Action] = set()
        for measure in measures:
            actions.add(measure.action)
            if measure.scope is Scope.NETWORK:
                networks.append((measure.value, measure))
            else:
                _add(by_scope.setdefault(measure.scope, {}), measure)
        self._set(Networks(networks), by_scope, systems if systems is not None else Networks(()), frozenset(actions))

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
        actions = self._actions.union([each.action for each in taken])
        made._set(_Changed(self.networks, gone, recent), by_scope, self._systems, actions)  # noqa: SLF001  # one of this class
        return made

    def _set(
        self,
        networks: "_Finds",
        by_scope: Mapping[Scope, _Named],
        systems: Networks[int],
        actions: frozenset[Action],
    ) -> None:
        self._actions = actions
        self.throttles = Action.THROTTLE in actions
        """Whether anybody may be throttled: asked of every exchange, and so is what follows."""
        self.steps_up = Action.STEP_UP in actions
        self.tightens = Action.TIGHTEN in actions
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

    def against(self, facts: "Facts") -> Found:
        """What is in force against the principal of an exchange: a block before a revocation."""
        revoked = NOTHING
        blocked = first(self._every(Action.BLOCK, self._against_principal(facts.principal), facts))
        if blocked.enforced is None and Action.REVOKE in self._actions:
            some = [each for part in facts.principal.proved for each in self._against(part) if _is_revoked(part, each)]
            revoked = first(self._every(Action.REVOKE, some, facts))
        if revoked.enforced is not None or blocked == NOTHING:
            return revoked
        return blocked

    def from_origin(self, action: Action, facts: "Facts", *, asks_who: bool | None = None) -> list[Countermeasure]:
        """What is in force because of where the exchange comes from and what it asks for, its program included;
        with `asks_who` only what takes to know who asks, or what does not."""
        measures: Iterable[Countermeasure] = self._against_origin(facts)
        if asks_who is not None:
            measures = [each for each in measures if each.asks_who is asks_who]
        return list(self._every(action, measures, facts))

    def of_principal(self, action: Action, facts: "Facts") -> list[Countermeasure]:
        """What is in force because of who asks."""
        if facts.principal is ANONYMOUS or not self.named:
            return []
        return list(self._every(action, self._against_principal(facts.principal), facts))

    def of_anybody(self, action: Action, facts: "Facts") -> list[Countermeasure]:
        """What is in force for either cause."""
        return [*self.of_principal(action, facts), *self.from_origin(action, facts)]

    def _every(self, action: Action, measures: Iterable[Countermeasure], facts: "Facts") -> Iterator[Countermeasure]:
        """Those of `measures` that do `action` to this exchange."""
        for each in measures:
            if each.action is not action or not each.holds(facts.now):
                continue
            if not each.spares or not self._is_spared(each.spares, facts):
                yield each

    def _against_origin(self, facts: "Facts") -> Iterator[Countermeasure]:
        address = facts.request.peer.address
        yield from self.networks.find(address)
        if self.against_systems:
            for number in self.systems_of(address):
                yield from self.against_systems.get(str(number), _NONE)
        if self.against_operations and facts.operation is not None:
            yield from self.against_operations.get(facts.operation.operation.id, _NONE)
        if self.against_user_agents:
            yield from self.against_user_agents.get(facts.canonical.agent, _NONE)

    def _against_principal(self, principal: Principal) -> Iterator[Countermeasure]:
        for part in principal.proved:
            yield from self._against(part)

    def _against(self, principal: Principal) -> Iterator[Countermeasure]:
        for scope, named in self.named.items():
            yield from named.get(_name(principal, scope), _NONE)

    def _is_spared(self, spares: tuple[str, ...], facts: "Facts") -> bool:
        spared, principal = _spared(spares), facts.principal
        address = facts.request.peer.address
        return (
            principal.id in spared.principals
            or (bool(principal.client) and principal.client in spared.clients)
            or bool(spared.networks.find(address))
            or (bool(spared.systems) and not spared.systems.isdisjoint(self.systems_of(address)))
        )


class _Spared(NamedTuple):
    """Whom a measure does not touch."""

    principals: frozenset[str]
    clients: frozenset[str]
    networks: Networks[bool]
    systems: frozenset[int]


@lru_cache(maxsize=256)
def _spared(spares: tuple[str, ...]) -> _Spared:
    named: dict[Scope, set[str]] = {}
    for text in spares:
        scope, value = parse_target(text)
        named.setdefault(scope, set()).add(value)
    return _Spared(
        frozenset(named.get(Scope.PRINCIPAL, ())),
        frozenset(named.get(Scope.CLIENT, ())),
        Networks((each, True) for each in named.get(Scope.NETWORK, ())),
        frozenset(int(each) for each in named.get(Scope.SYSTEM, ())),
    )


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


def simulated_reason(reason: Reason) -> Reason:
    """`reason` as it is recorded of a measure that is only simulated."""
    return replace(reason, detail=f"{reason.detail} (simulated)".strip())


def _add(named: dict[str, tuple[Countermeasure, ...]], measure: Countermeasure) -> None:
    named[measure.value] = (*named.get(measure.value, ()), measure)


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
