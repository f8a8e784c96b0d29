"""Which budgets count an operation's exposures, and in which spaces: from the settings, for traffic and for what is on
record alike."""

from collections import defaultdict
from typing import NamedTuple

from garrison.config.exposure import BudgetSettings, ExposureSettings, tenure_of, window_of
from garrison.config.overrides import matches
from garrison.core.operation import Operation
from garrison.core.principal import Principal
from garrison.engine.parties import key_of


class Allowance(NamedTuple):
    """Another limit for some."""

    principals: frozenset[str]
    clients: frozenset[str]
    roles: frozenset[str]
    scopes: frozenset[str]
    limit: int

    def fits(self, principal: Principal) -> bool:
        """Whether it is meant for `principal`."""
        return (
            (not self.principals or principal.id in self.principals)
            and (not self.clients or principal.client in self.clients)
            and (not self.roles or not self.roles.isdisjoint(principal.roles))
            and (not self.scopes or not self.scopes.isdisjoint(principal.scopes))
        )


class Budget(NamedTuple):
    """One budget of one operation."""

    name: str
    limit: int
    span: str
    """Its window, as the settings say it."""
    window: int
    """Seconds."""
    then: str
    tenure: tuple[int, int] | None
    """For how many seconds one is new, and the limit meanwhile."""
    allowances: tuple[Allowance, ...]
    least: int
    """The tightest limit that anybody has."""
    most: int
    """The widest."""

    @property
    def refuses(self) -> bool:
        """Whether what goes beyond it does not leave."""
        return self.then != "alert"

    def limit_for(self, principal: Principal, first: int, now: float) -> int:
        """The limit of a key that asks through `principal`; it was shown somebody for the first time at the tick
        `first`, 0: never."""
        limit, named = self.limit, False
        for each in self.allowances:
            if each.fits(principal):
                limit, named = each.limit, bool(each.principals or each.clients)
                break
        if self.tenure is not None and not named and (not first or now - first < self.tenure[0]):
            return min(limit, self.tenure[1])
        return limit


class Group(NamedTuple):
    """Budgets that look at the same table."""

    space: str
    per: str
    kind: str
    """Kind of the subjects that are counted; empty: all."""
    bits: tuple[int, int]
    """Of wider networks."""
    horizon: int
    """Their longest window: seconds."""
    keep: int
    """Their widest limit."""
    least: int
    """Their tightest, of those that refuse."""
    tightest: int
    """Their tightest of all."""
    shortest: int
    """Their shortest window: seconds."""
    budgets: tuple[Budget, ...]

    def key(self, who: str, client: str, address: str, operation: str) -> str:
        """Whose exposures count together; `who` is the principal's id, empty where nobody proved who they are."""
        return key_of(self.per, who, client, address, operation, self.bits)


def groups_for(operation: Operation | None, own: ExposureSettings) -> tuple[Group, ...]:
    """The budgets among `own` that count `operation`; of one that is not described those that count everything."""
    found: defaultdict[tuple[str, str, tuple[str, ...]], list[Budget]] = defaultdict(list)
    for each in own.budgets:
        if not each.match or (operation is not None and any(matches(one, operation) for one in each.match)):
            found[each.per, each.subject, tuple(sorted(set(each.match)))].append(_budget(each))
    bits = own.ipv4_prefix, own.ipv6_prefix
    return tuple(_group(per, kind, match, bits, tuple(budgets)) for (per, kind, match), budgets in found.items())


def _group(per: str, kind: str, match: tuple[str, ...], bits: tuple[int, int], budgets: tuple[Budget, ...]) -> Group:
    networks = f"/{bits[0]}/{bits[1]}" if per == "network" else ""
    return Group(
        space=" ".join((per, kind, networks, *match)),
        per=per,
        kind=kind,
        bits=bits,
        horizon=max(each.window for each in budgets),
        keep=max(each.most for each in budgets),
        least=min([each.least for each in budgets if each.refuses], default=1 << 31),
        tightest=min(each.least for each in budgets),
        shortest=min(each.window for each in budgets),
        budgets=budgets,
    )


def _budget(own: BudgetSettings) -> Budget:
    allowances = tuple(
        Allowance(
            frozenset(each.principals),
            frozenset(each.clients),
            frozenset(each.roles),
            frozenset(each.scopes),
            each.limit,
        )
        for each in own.allowances
    )
    tenure = (tenure_of(own.new), own.new.limit) if own.new is not None else None
    limits = [own.limit, *(each.limit for each in allowances), *([tenure[1]] if tenure else ())]
    return Budget(
        own.name, own.limit, own.window, window_of(own), own.then, tenure, allowances, min(limits), max(limits)
    )
