"""The memory of budgets is the ledger: after a restart the windows, who is new and who is held are read from it.

Each space of budgets is read by itself (`budget_windows.py`). Events that exceeded a budget say who is held, and a file
of those that are gone (`holds.py`), unless a later release is on file. Nothing is read more widely than it was: what
cannot be told apart counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import floor
from pathlib import Path

from garrison.adapters.store.budget_windows import Counted, firsts, windows
from garrison.adapters.store.holds import all_holds
from garrison.adapters.store.people_memory import HORIZON, PeopleMemory, people_shown
from garrison.adapters.store.releases import read_releases
from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.config.overrides import controls_for
from garrison.core.errors import RecordError
from garrison.core.operation import Operation
from garrison.engine.budgets import Budgets
from garrison.engine.seen import Seen
from garrison.engine.space import Space
from garrison.engine.spaces import Release
from garrison.engine.state import State
from garrison.exposure.spaces import Budget, Group, groups_for


def counted_spaces(settings: Settings, operations: Sequence[Operation]) -> dict[str, Counted]:
    """The spaces of all budgets that `settings` give these operations, by name."""
    find = controls_for(settings)
    undescribed = {group.space: group for group in groups_for(None, settings.controls.exposure)}
    groups: dict[str, list[Group]] = {name: [group] for name, group in undescribed.items()}
    counted: dict[str, list[str]] = {}
    for operation in operations:
        for group in groups_for(operation, find(operation).exposure):
            groups.setdefault(group.space, []).append(group)
            counted.setdefault(group.space, []).append(operation.id)
    return {
        name: Counted(
            _together(found),
            # what the contract does not describe any more is counted wherever everything is
            None
            if name in undescribed and len(counted.get(name, ())) == len(operations)
            else tuple(counted.get(name, ())),
        )
        for name, found in groups.items()
    }


def remembered(
    data: Path,
    settings: Settings,
    operations: Sequence[Operation],
    now: float,
    *,
    only: Iterable[str] | None = None,
    people: PeopleMemory | None = None,
) -> Budgets:
    """Budgets that know what is on record in `data`; with `only` of these spaces alone. Where one of them counts what
    `people` is made of, that is filled from the same reading.

    Raises RecordError where the record cannot be read.
    """
    budgets = Budgets()
    spaces = counted_spaces(settings, operations)
    chosen = spaces if only is None else {name: spaces[name] for name in only}
    releases = frozenset(each.release for each in read_releases(data))
    for name, each in chosen.items():
        budgets.space(name, each.group.horizon, each.group.keep, each.group.least)
    if _has_record(data):
        for name, each in chosen.items():
            shared = people if people is not None and not people.is_read and people.shares(each) else None
            _read_space(data, budgets, budgets.spaces[name], each, (now, releases), shared)
        _read_holds(data, budgets, chosen, (settings, operations), releases)
    budgets.applied(releases)
    return budgets


def is_enforced(settings: Settings) -> bool:
    """Whether any budget refuses anybody, so that the gateway must not begin without its memory."""
    modes = [
        settings.controls.exposure.mode,
        *(one.controls.get("exposure", {}).get("mode") for one in settings.operations),
    ]
    return settings.mode == "enforce" and "enforce" in modes


def _has_record(data: Path) -> bool:
    return any(any((data / name).glob("*")) for name in ("spool", "exposures", "events"))


def _together(groups: Sequence[Group]) -> Group:
    budgets: dict[str, Budget] = {budget.name: budget for group in groups for budget in group.budgets}
    return groups[0]._replace(
        horizon=max(group.horizon for group in groups),
        keep=max(group.keep for group in groups),
        least=min(group.least for group in groups),
        budgets=tuple(budgets.values()),
    )


def _read_space(
    data: Path,
    budgets: Budgets,
    space: Space,
    counted: Counted,
    told: tuple[float, frozenset[Release]],
    people: PeopleMemory | None,
) -> None:
    """Who was seen in the windows of one space, less whom releases let in again."""
    from garrison.adapters.store.ledger_rows import ExposureFilter, opened  # DuckDB: only where there is a record

    group, (now, releases) = counted.group, told
    released = {
        key: [each for each in releases if (each.per, each.key) == (group.per, key)]
        for key in {each.key for each in releases if each.per == group.per}
    }
    begins = now - max(group.horizon + 1, HORIZON if people is not None else 0)
    keep = max(space.keep, people.keep if people is not None else 0)
    with opened(data, ExposureFilter(since=begins, kind=group.kind or None, with_sent=False)) as rows:
        if people is not None:
            people.begin(rows)
        for key, window in windows(rows, counted, now, keep):
            if people is not None:
                people.add(key, window)
            seen = window.seen(floor(now) - group.horizon - 1, space.keep)
            if not len(seen.recent):
                continue  # only what is read for `people` is of before
            for each in sorted(released.get(key, ())):
                _release(seen, each)
            budgets.load(space, key, seen)  # several rows may be of one key: of addresses of one network
    if people is not None:
        people.is_read = True
    if any(budget.tenure is not None for budget in group.budgets):
        _read_firsts(data, budgets, space, counted)


def _read_firsts(data: Path, budgets: Budgets, space: Space, counted: Counted) -> None:
    """When each key was counted first, ever: what a tenure begins with."""
    from garrison.adapters.store.ledger_rows import ExposureFilter, opened

    with opened(data, ExposureFilter(kind=counted.group.kind or None, with_sent=False)) as rows:
        for key, first in firsts(rows, counted):
            budgets.began(space, key, first)


def _release(seen: Seen, release: Release) -> None:
    """Those who were surely seen before it do not count; who was seen in its very second does."""
    before = floor(release.since)
    if release.budget:
        seen.floors = {**(seen.floors or {}), release.budget: before}
        return
    seen.recent.trim(before)
    if seen.lost_at <= before:
        seen.lost = 0


def _read_holds(
    data: Path,
    budgets: Budgets,
    spaces: Mapping[str, Counted],
    told: tuple[Settings, Sequence[Operation]],
    releases: frozenset[Release],
) -> None:
    find = _exposure_of(*told)
    for hold in all_holds(data):
        for group in find(hold.operation):
            if group.space not in spaces:
                continue
            key = group.key(hold.principal, hold.client, hold.peer, hold.operation or "")
            for budget in group.budgets:
                if budget.name in hold.budgets and not _is_released(releases, group.per, key, (budget.name, hold.over)):
                    budgets.hold(budgets.spaces[group.space], key, budget.name, hold.since)


def _is_released(releases: frozenset[Release], per: str, key: str, hold: tuple[str, float]) -> bool:
    name, since = hold
    return any(
        (each.per, each.key) == (per, key) and each.budget in {"", name} and each.since >= since for each in releases
    )


def _exposure_of(settings: Settings, operations: Sequence[Operation]) -> Callable[[str | None], tuple[Group, ...]]:
    """The budgets that count an operation, by its id."""
    find: Callable[[Operation | None], ControlsSettings] = controls_for(settings)
    known: dict[str, tuple[Group, ...]] = {
        operation.id: groups_for(operation, find(operation).exposure) for operation in operations
    }
    others = groups_for(None, settings.controls.exposure)
    return lambda operation: known.get(operation, others) if operation is not None else others


class BudgetMemory:
    """Gives a gateway's budgets their memory: before it serves, and where a reload brings budgets that are new; and
    tells it before it serves whom anybody was shown."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told where a record cannot be read that nothing depends on."""
        self._state = state
        self._say = say
        self._known: dict[str, Counted] = {}
        """The spaces that have their memory, by name: those of the policy in force, as nothing counts in others."""
        self._fresh: tuple[str, ...] = ()
        self._knows_people = False

    def apply(self, settings: Settings, operations: Sequence[Operation], now: float) -> None:
        """Before a policy is in force, the first one or a changed one, which is made of these. Raises RecordError where
        budgets are enforced and the record cannot be read."""
        people = PeopleMemory(self._state.pseudonyms.number) if settings.data and not self._knows_people else None
        self._remember_budgets(settings, operations, now, people)
        if people is not None:
            self._remember_people(Path(settings.data), people, now)

    def _remember_budgets(
        self, settings: Settings, operations: Sequence[Operation], now: float, people: PeopleMemory | None
    ) -> None:
        self._fresh = ()
        spaces = counted_spaces(settings, operations)
        known = {name: each for name, each in spaces.items() if self._is_known(name, each)}
        wanted = tuple([name for name in spaces if name not in known])
        if wanted and settings.data:
            try:
                found = remembered(Path(settings.data), settings, operations, now, only=wanted, people=people)
            except RecordError as error:
                if is_enforced(settings):
                    raise
                self._say(f"budgets begin anew: {error}")
                self._known = known
                return
            self._state.budgets.adopt(found)
            self._fresh = wanted
        self._known = spaces

    def _is_known(self, name: str, counted: Counted) -> bool:
        """Whether nothing that a space counts now was left out until now."""
        known = self._known.get(name)
        if known is None or known.group.horizon < counted.group.horizon:
            return False
        return known.operations is None or (
            counted.operations is not None and set(counted.operations) <= set(known.operations)
        )

    def _remember_people(self, data: Path, people: PeopleMemory, now: float) -> None:
        """Before the first exchange: whom anybody was shown. Nothing is refused for that, and nothing stops for it."""
        self._knows_people = True
        try:
            if people.is_read:
                self._state.people = people.shown
            elif _has_record(data):
                self._state.people = people_shown(data, self._state.pseudonyms.number, now)
        except RecordError as error:
            self._say(f"whom anybody was shown before is not known: {error}")

    def complete(self, settings: Settings, operations: Sequence[Operation], now: float) -> None:
        """After a changed policy came in force: what happened under the old one meanwhile counts for new budgets."""
        if self._fresh:
            self._state.budgets.adopt(remembered(Path(settings.data), settings, operations, now, only=self._fresh))
            self._fresh = ()
