"""How budgets stand: who has seen how many of how many, and who is held; read from the record, as after a restart."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from garrison.adapters.store.budget_memory import counted_spaces, remembered
from garrison.config.model import Settings
from garrison.core.networks import peer_of
from garrison.core.operation import Operation
from garrison.core.principal import Principal
from garrison.engine.limits import SHARED
from garrison.engine.parties import key_of
from garrison.engine.seen import Seen
from garrison.engine.space import Space
from garrison.exposure.spaces import Budget, Group


class User(msgspec.Struct, frozen=True):
    """One key of a budget."""

    key: str
    """As the record names it; who proved nothing is `anonymous at` their peer."""
    used: int
    """Distinct people within the window that ends now."""
    limit: int
    """What the key may see by its name; roles and scopes are not on record, and may allow more or less."""
    held: bool
    first: float
    """When it was shown anybody for the first time: seconds since the epoch."""


class BudgetState(msgspec.Struct, frozen=True):
    """One budget, and who uses it most."""

    name: str
    subject: str
    per: str
    limit: int
    window: str
    then: str
    match: tuple[str, ...]
    keys: int
    """Keys with anybody in the window."""
    held: int
    """Keys that it holds."""
    top: tuple[User, ...]
    """Those who are held first, then those that have used most of what they may."""


def budget_states(
    data: Path, settings: Settings, operations: Sequence[Operation], now: float, most: int
) -> list[BudgetState]:
    """Every budget, with at most so many users of each. Raises RecordError where the record cannot be read."""
    budgets = remembered(data, settings, operations, now)
    return [
        _state(each.group, budget, budgets.spaces[name], now, most)
        for name, each in counted_spaces(settings, operations).items()
        for budget in each.group.budgets
    ]


def keys_of(party: str, name: str, bits: tuple[int, int]) -> list[tuple[str, str]]:
    """`per` and key of every table in which the party that an operator names is counted."""
    if party == "principal":
        return [
            ("principal", key_of("principal", name, "", "", "", bits)),
            ("client", key_of("client", name, "", "", "", bits)),
        ]
    if party == "peer":
        nobody = [(per, key_of(per, "", "", name, "", bits)) for per in ("principal", "client")]
        return [("peer", peer_of(name)), *nobody]
    if party == "network":
        return [("network", key_of("network", "", "", name.partition("/")[0], "", bits))]
    if party == "client":
        return [("client", key_of("client", "", name, "", "", bits))]
    return [(party, name)]


def _state(group: Group, budget: Budget, space: Space, now: float, most: int) -> BudgetState:
    users = list(_users(budget, space, group.per, now))
    users.sort(key=lambda each: (-each.held, -each.used / max(1, each.limit), each.key))
    return BudgetState(
        budget.name,
        group.kind,
        group.per,
        budget.limit,
        budget.span,
        budget.then,
        tuple(group.space.split(" ", 3)[3:]),
        sum(each.used > 0 for each in users),
        sum(each.held for each in users),
        tuple(users[:most]),
    )


def _users(budget: Budget, space: Space, per: str, now: float) -> Iterator[User]:
    for key, seen in space.items():
        used = seen.used(budget.window, seen.cutoff(budget.name, budget.window, now))
        held = budget.name in seen.held
        if used or held:
            yield User(shown(key, per), used, _limit(budget, seen, key, per, now), held, float(seen.first))


def _limit(budget: Budget, seen: Seen, key: str, per: str, now: float) -> int:
    client = key if per == "client" else ""
    return budget.limit_for(Principal(key if per == "principal" else "", "", "", client), seen.first, now)


def shown(key: str, per: str) -> str:
    """A key in words."""
    if per == "all":
        return "all"
    if key == SHARED:
        return "those for whom there was no place"
    if key.startswith("\n"):
        return f"anonymous at {key[1:]}"
    return f"{key[1:]}, without a client" if key.startswith("\t") else key
