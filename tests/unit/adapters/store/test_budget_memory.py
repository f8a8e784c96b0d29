"""After a restart budgets know what they knew: from the ledger, part of it in the spool, part in the data set."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.adapters.store.ledger import convert
from tests.unit.controls.acting import JSON, Stage, api, operation, principal
from tests.unit.engine.drive import request_head

from garrison.adapters.event_ids import event_ids
from garrison.adapters.store import budget_windows
from garrison.adapters.store.budget_memory import BudgetMemory, remembered
from garrison.adapters.store.budget_windows import Counted, Window
from garrison.adapters.store.ledger_rows import Rows
from garrison.adapters.store.people_memory import PeopleMemory, people_shown
from garrison.adapters.store.query import events
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.releases import Kept, ReleasesInForce, add_releases
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.decision import FailMode
from garrison.core.errors import RecordError
from garrison.core.http import Peer, ResponseHead
from garrison.core.principal import ANONYMOUS
from garrison.engine.budgets import Budgets
from garrison.engine.exchange import Exchange
from garrison.engine.measures import NO_MEASURES, Measures
from garrison.engine.shown import Shown
from garrison.engine.spaces import Release
from garrison.engine.state import State

NOON = 20_000 * 86400 + 43200.5
PERSON = {"properties": {"id": {"type": "string", "x-garrison-subject": "person"}}}
PATHS = {
    "/people": {"get": {**operation({"type": "array", "items": PERSON}), "operationId": "people"}},
    "/vans": {"get": {**operation({"properties": {"van": {"x-garrison-subject": "vehicle"}}}), "operationId": "vans"}},
}
BUDGETS = """
  - {name: hour, limit: 6, then: hold, new: {within: 2d, limit: 4}}
  - {name: day, limit: 9, window: 1d}
  - {name: vans, subject: vehicle, per: client, limit: 2, then: throttle}
  - {name: nets, per: network, limit: 12}
  - {name: ops, per: operation, limit: 20, match: [people]}
  - {name: watched, per: all, limit: 3, then: alert}
"""
WHO = [principal("ada"), principal("bob"), principal("eve"), ANONYMOUS]


class Gateway:
    """An engine whose events are recorded, and that can be started again."""

    def __init__(self, data: Path, budgets: str = BUDGETS, mode: str = "enforce") -> None:
        told = ", ".join(line.strip(" -") for line in budgets.strip().splitlines())
        self.data = data
        self.stage = Stage(api(PATHS), f"response-schema: {{mode: off}}, exposure: {{mode: {mode}, budgets: [{told}]}}")
        own = f"{{exposure: {{mode: {mode}, budgets: [{told}]}}}}"
        text = f"mode: enforce\ndata: {data}\ncontract: {{file: x}}\ncontrols: {own}"
        self.settings: Settings = load_settings(text.encode(), "garrison.yaml")
        self.writer = SpoolWriter(data / "spool")
        self.record = Recorder(self.writer, fail=FailMode.CLOSED).record
        self.ids = event_ids()

    def show(self, who: int, numbers: list[int], now: float, peer: str = "10.0.0.1", path: str = "/people") -> int:
        self.stage._who = WHO[who]
        exchange = Exchange(self.stage.policy, self.ids(now), now)
        exchange.request(request_head(f"GET {path}", peer=Peer(peer, 1)))
        body = [f'{{"id": "{each}"}}' for each in numbers]
        text = f"[{','.join(body)}]" if path == "/people" else f'{{"van": "{numbers[0]}"}}'
        if exchange.decision.allowed:
            exchange.response(ResponseHead(200, JSON), text.encode())
        event = exchange.close(now)
        self.record(event)
        return event.status

    def again(self, now: float) -> Budgets:
        return remembered(self.data, self.settings, self.stage.policy.operations, now)


def known(budgets: Budgets, settings: Settings, now: float) -> dict[Any, Any]:
    """What the budgets would count; of what is beyond every limit only that it is."""
    return {
        (name, key, window): (min(seen.used(window, seen.cutoff("", window, now)), space.keep), sorted(seen.held))
        for name, space in budgets.spaces.items()
        for key, seen in space.items()
        for window in (3600, 86400)
        if window <= space.horizon and (seen.used(window, seen.cutoff("", window, now)) or seen.held)
    }


@pytest.mark.parametrize("seed", range(6))
def test_windows_and_holds_are_as_they_were(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # keys are read in many parts, some by themselves
        monkeypatch.setattr("garrison.adapters.store.budget_windows.AT_ONCE", 20)
    gateway, chance, now = Gateway(tmp_path), random.Random(seed), NOON
    for turn in range(150):
        now += chance.choice((0.0, 0.3, 60.0, 900.0))
        who = chance.randrange(4)
        if chance.random() < 0.2:
            gateway.show(who, [chance.randrange(5)], now, path="/vans")
        else:
            shown = chance.sample(range(30), chance.choice((1, 1, 2, 3)))
            gateway.show(who, shown, now, peer=f"10.0.{chance.randrange(2)}.{chance.randrange(3)}")
        if turn in {50, 100}:
            gateway.writer.close()
            convert(tmp_path, now)
    lived, again = gateway.stage.state.budgets, gateway.again(now)
    assert known(again, gateway.settings, now) == known(lived, gateway.settings, now)
    assert any(held for _, held in known(lived, gateway.settings, now).values())
    assert again.holds
    assert set(again.spaces) == set(lived.spaces)
    for name, space in lived.spaces.items():
        if name.startswith("principal"):
            assert {key: seen.first for key, seen in space.items()} == {
                key: seen.first for key, seen in again.spaces[name].items()
            }


def test_a_restarted_gateway_goes_on_as_the_other_would(tmp_path: Path) -> None:
    """The next decisions are the same, and who was shown before costs nothing."""
    gateway = Gateway(tmp_path, "- {name: hour, limit: 3}")
    assert [gateway.show(0, [number], NOON + number) for number in range(5)] == [200, 200, 200, 403, 403]
    for converted in (False, True):
        if converted:
            gateway.writer.close()
            convert(tmp_path, NOON)
        restarted = Gateway(tmp_path, "- {name: hour, limit: 3}")
        memory = BudgetMemory(restarted.stage.state, pytest.fail)
        memory.apply(restarted.settings, restarted.stage.policy.operations, NOON + 10)
        assert restarted.show(0, [1], NOON + 10) == 200
        assert restarted.show(0, [7], NOON + 10) == 403
        assert restarted.show(1, [7], NOON + 10) == 200


def test_a_hold_outlives_its_window_and_ends_with_a_release(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 1, then: hold}")
    assert [gateway.show(0, [number], NOON) for number in (1, 2)] == [200, 403]
    gateway.writer.close()
    convert(tmp_path, NOON)
    later = NOON + 40 * 86400
    assert [seen.held for _, seen in gateway.again(later).spaces["principal  "].items()] == [("hour",)]
    add_releases(tmp_path, [Kept(NOON - 1, "principal", "r:ada"), Kept(NOON + 1, "principal", "r:bob")])
    assert gateway.again(later).holds, "what was exceeded after a release holds"
    add_releases(tmp_path, [Kept(NOON + 1, "principal", "r:ada", "day")])
    assert gateway.again(later).holds, "another budget"
    add_releases(tmp_path, [Kept(NOON + 1, "principal", "r:ada", "hour")])
    assert not gateway.again(later).holds


def test_a_hold_outlives_its_event(tmp_path: Path) -> None:
    """However long events are kept: only a release lets in again."""
    gateway = Gateway(tmp_path, "- {name: hour, limit: 1, then: hold}")
    assert [gateway.show(0, [number], NOON) for number in (1, 2)] == [200, 403]
    gateway.writer.close()
    later = NOON + 40 * 86400
    for _ in range(2):
        upkeep = Upkeep(tmp_path, retention=Retention(events=30, exposures=30))
        upkeep.step(later)
        upkeep.close(later)
        assert not upkeep.trouble
    assert not list(events(tmp_path))
    assert [seen.held for _, seen in gateway.again(later).spaces["principal  "].items()] == [("hour",)]
    add_releases(tmp_path, [Kept(NOON + 1, "principal", "r:ada")])
    assert not gateway.again(later).holds


def test_a_file_of_holds_that_is_damaged_is_said(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    (tmp_path / "holds.json").write_bytes(b"{")
    gateway.show(0, [1], NOON)
    with pytest.raises(RecordError, match=r"holds\.json"):
        gateway.again(NOON)


MEASURE = Countermeasure(Action.BLOCK, Scope.PRINCIPAL, "r:somebody", since=NOON)


@pytest.mark.parametrize("measures", [NO_MEASURES, Measures([MEASURE])])
def test_who_was_released_and_is_held_again_is_held_after_a_restart(tmp_path: Path, measures: Measures) -> None:
    """Whatever is looked at first: a release on file lifts what was before it, and nothing after."""
    gateway = Gateway(tmp_path, "- {name: hour, limit: 2, then: hold}")
    add_releases(tmp_path, [Kept(NOON - 1, "principal", "r:ada")])
    assert [gateway.show(0, [number], NOON + number) for number in (1, 2, 3)] == [200, 200, 403]
    restarted = Gateway(tmp_path, "- {name: hour, limit: 2, then: hold}")
    restarted.stage.state.measures = measures
    followers = ReleasesInForce(restarted.stage.state, pytest.fail), BudgetMemory(restarted.stage.state, pytest.fail)
    followers[0].apply(restarted.settings)
    followers[1].apply(restarted.settings, restarted.stage.policy.operations, NOON + 10)
    assert restarted.show(0, [1], NOON + 10) == 403
    followers[0].close()


def test_a_release_that_comes_while_the_memory_is_read_lifts_what_was_before_it(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 2, then: hold}")
    assert [gateway.show(0, [number], NOON + number) for number in (1, 2, 3)] == [200, 200, 403]
    restarted = Gateway(tmp_path, "- {name: hour, limit: 2, then: hold}")
    BudgetMemory(restarted.stage.state, pytest.fail).apply(
        restarted.settings, restarted.stage.policy.operations, NOON + 10
    )
    restarted.stage.state.budgets.releases = frozenset([Release(NOON + 11, "principal", "r:ada")])
    assert [restarted.show(0, [number], NOON + 12) for number in (7, 8, 9)] == [200, 200, 403]


def test_what_was_seen_before_a_release_does_not_count_after_a_restart(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 9}\n- {name: day, limit: 9, window: 1d}")
    for number in range(4):
        gateway.show(0, [number], NOON + number * 10)
    add_releases(tmp_path, [Kept(NOON + 15, "principal", "r:ada", "hour")])
    ((_, seen),) = gateway.again(NOON + 60).spaces["principal  "].items()
    now = NOON + 60
    assert seen.used(3600, seen.cutoff("hour", 3600, now)) == 2
    assert seen.used(86400, seen.cutoff("day", 86400, now)) == 4
    add_releases(tmp_path, [Kept(NOON + 15, "principal", "r:ada")])
    ((_, seen),) = gateway.again(now).spaces["principal  "].items()
    assert seen.used(86400, seen.cutoff("day", 86400, now)) == 2


@pytest.mark.parametrize("at_once", [10, 1000])
def test_of_a_key_that_saw_more_than_matters_the_number_is_known(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garrison.adapters.store.budget_windows.AT_ONCE", at_once)
    gateway = Gateway(tmp_path, "- {name: hour, limit: 5}", mode="monitor")
    for number in range(40):
        gateway.show(0, [number], NOON + number)
    ((_, seen),) = gateway.again(NOON + 60).spaces["principal  "].items()
    assert (len(seen.recent), seen.used(3600, seen.cutoff("hour", 3600, NOON + 60))) == (6, 40)


def test_a_budget_that_a_reload_brings_knows_what_is_on_record(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 5}")
    state = gateway.stage.state
    memory = BudgetMemory(state, pytest.fail)
    memory.apply(gateway.settings, gateway.stage.policy.operations, NOON)
    for number in range(4):
        gateway.show(0, [number], NOON)
    changed = Gateway(tmp_path, "- {name: hour, limit: 5}\n- {name: firm, per: client, limit: 5, window: 1d}")
    memory.apply(changed.settings, changed.stage.policy.operations, NOON + 1)
    gateway.show(0, [4], NOON + 1)
    memory.complete(changed.settings, changed.stage.policy.operations, NOON + 1)
    assert state.budgets.holds is False
    counted = {name: known(state.budgets, changed.settings, NOON + 1) for name in state.budgets.spaces}
    assert counted["client  "]["client  ", "app", 86400] == (5, [])
    assert counted["principal  "]["principal  ", "r:ada", 3600] == (5, [])


def test_an_unreadable_record_stops_a_gateway_that_enforces_budgets_and_no_other(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.show(0, [1], NOON)
    gateway.writer.close()
    convert(tmp_path, NOON)
    for file in (tmp_path / "exposures").glob("day=*/*.parquet"):
        file.write_bytes(b"PAR1")
    memory = BudgetMemory(State(), pytest.fail)
    with pytest.raises(RecordError):
        memory.apply(gateway.settings, gateway.stage.policy.operations, NOON)
    told: list[str] = []
    watching = Gateway(tmp_path, mode="monitor")
    BudgetMemory(State(), told.append).apply(watching.settings, watching.stage.policy.operations, NOON)
    assert told[0].startswith("budgets begin anew: ")


def shown_people(gateway: Gateway, now: float) -> Shown:
    return people_shown(gateway.data, gateway.stage.state.pseudonyms.number, now)


@pytest.mark.parametrize("budgets", ["[]", BUDGETS])
def test_whom_anybody_was_shown_is_known_again(tmp_path: Path, budgets: str) -> None:
    gateway, chance, now = Gateway(tmp_path, "" if budgets == "[]" else budgets, "monitor"), random.Random(5), NOON
    for turn in range(200):
        now += 60.0
        shown = chance.sample(range(40), chance.choice((1, 1, 2, 9)))
        gateway.show(chance.randrange(4), shown, now, peer=f"10.0.0.{chance.randrange(3)}")
        if turn in {50, 120}:
            gateway.writer.close()
            convert(tmp_path, now)
    lived, again = gateway.stage.state.people, shown_people(gateway, now)
    assert again.number == lived.number
    assert again.began == pytest.approx(NOON + 60.0, abs=1e-3)
    assert set(again._tables) == set(lived._tables)
    for who, table in lived._tables.items():
        assert sorted(filter(None, again._tables[who])) == sorted(filter(None, table)), who


@pytest.mark.parametrize("at_once", [20, 1000])
def test_what_is_read_once_for_both_is_what_is_read_twice(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a budget remembers less than is known of people, and for less long."""
    monkeypatch.setattr("garrison.adapters.store.budget_windows.AT_ONCE", at_once)
    gateway, chance, now = Gateway(tmp_path, "- {name: day, limit: 5, window: 1d}", "monitor"), random.Random(7), NOON
    for turn in range(120):
        now += 3600.0
        gateway.show(chance.randrange(4), chance.sample(range(40), chance.choice((1, 2))), now)
        if turn == 60:
            gateway.writer.close()
            convert(tmp_path, now)
    people = PeopleMemory(gateway.stage.state.pseudonyms.number)
    operations = gateway.stage.policy.operations
    both, alone = remembered(tmp_path, gateway.settings, operations, now, people=people), gateway.again(now)
    assert people.is_read
    assert known(both, gateway.settings, now) == known(alone, gateway.settings, now)
    assert {key: dict(seen.recent.items()) for key, seen in both.spaces["principal  "].items()} == {
        key: dict(seen.recent.items()) for key, seen in alone.spaces["principal  "].items()
    }
    apart = shown_people(gateway, now)
    assert (people.shown.began, people.shown.number) == (apart.began, apart.number)
    assert {who: set(table) for who, table in people.shown._tables.items()} == {
        who: set(table) for who, table in apart._tables.items()
    }


def test_a_gateway_that_is_started_again_reads_its_ledger_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Gateway(tmp_path, "- {name: month, limit: 5, window: 30d}")
    first.show(0, [1, 2], NOON)
    read: list[int] = []

    def windows(rows: Rows, counted: Counted, now: float, keep: int) -> Iterator[tuple[str, Window]]:
        read.append(keep)
        return budget_windows.windows(rows, counted, now, keep)

    monkeypatch.setattr("garrison.adapters.store.budget_memory.windows", windows)
    monkeypatch.setattr("garrison.adapters.store.people_memory.windows", windows)
    state = State(b"secret")
    BudgetMemory(state, pytest.fail).apply(first.settings, first.stage.policy.operations, NOON + 9)
    assert read == [PeopleMemory.keep]
    assert state.people.began == NOON


def test_a_gateway_that_is_started_again_knows_whom_it_showed(tmp_path: Path) -> None:
    first = Gateway(tmp_path)
    first.show(0, [1, 2], NOON)
    first.writer.close()
    state = State(b"secret")
    BudgetMemory(state, pytest.fail).apply(first.settings, first.stage.policy.operations, NOON + 9)
    number = int.from_bytes(state.pseudonyms.pseudonym("person", "1")[1], "big")
    assert state.people.has(principal("ada").id, number)
    assert not state.people.has(principal("bob").id, number)
    assert state.people.began == NOON


def test_of_another_key_nothing_is_known(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.show(0, [1, 2], NOON)
    gateway.writer.close()
    people = people_shown(tmp_path, gateway.stage.state.pseudonyms.number + 1, NOON)
    assert (people.began, len(people)) == (None, 0)


def test_what_cannot_be_read_is_said_and_stops_nothing(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, mode="monitor")
    gateway.show(0, [1], NOON)
    gateway.writer.close()
    convert(tmp_path, NOON)
    (tmp_path / "exposures" / "manifest.json").write_bytes(b"{")
    said: list[str] = []
    state = State()
    BudgetMemory(state, said.append).apply(gateway.settings, gateway.stage.policy.operations, NOON)
    assert said[-1].startswith("whom anybody was shown before is not known")
    assert state.people.began is None
