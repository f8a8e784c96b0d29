"""What budgets know after a reload, a release's return, and where there is no place for all."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.adapters.store.ledger import convert
from tests.unit.adapters.store.test_budget_memory import NOON, Gateway

from garrison.adapters.store.budget_memory import BudgetMemory, counted_spaces
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.config.load import load_settings
from garrison.core.errors import RecordError
from garrison.engine.spaces import Release


def test_a_reload_that_failed_for_the_record_is_not_let_by_the_next_time(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 5}")
    gateway.show(0, [1], NOON)
    gateway.writer.close()
    convert(tmp_path, NOON)
    memory = BudgetMemory(gateway.stage.state, pytest.fail)
    memory.apply(gateway.settings, gateway.stage.policy.operations, NOON)
    for file in (tmp_path / "exposures").glob("day=*/*.parquet"):
        file.write_bytes(b"PAR1")
    changed = Gateway(tmp_path, "- {name: hour, limit: 5}\n- {name: firm, per: client, limit: 5, window: 1d}")
    for _ in range(2):
        with pytest.raises(RecordError):
            memory.apply(changed.settings, changed.stage.policy.operations, NOON + 1)


def test_a_budget_that_was_away_knows_what_happened_meanwhile(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 5}")
    memory = BudgetMemory(gateway.stage.state, pytest.fail)

    def reload(budgets: str, now: float) -> None:
        changed = Gateway(tmp_path, budgets)
        memory.apply(changed.settings, changed.stage.policy.operations, now)
        gateway.stage.policy = replace(changed.stage.policy, state=gateway.stage.state)
        memory.complete(changed.settings, changed.stage.policy.operations, now)

    reload("- {name: hour, limit: 3}", NOON)
    assert gateway.show(0, [1], NOON + 1) == 200
    reload("- {name: firm, per: client, limit: 9}", NOON + 2)
    assert gateway.show(0, [2, 3], NOON + 3) == 200
    reload("- {name: hour, limit: 3}", NOON + 4)
    assert gateway.show(0, [4], NOON + 5) == 403


def test_a_release_is_put_in_force_once_whatever_happens_to_its_file(tmp_path: Path) -> None:
    """A file that is moved away and comes back releases nobody who was held since."""
    gateway = Gateway(tmp_path, "- {name: hour, limit: 2, then: hold}")
    budgets, release = gateway.stage.state.budgets, Release(NOON - 1, "principal", "r:ada")
    budgets.releases = frozenset([release])
    assert [gateway.show(0, [number], NOON + number) for number in (1, 2, 3)] == [200, 200, 403]
    budgets.releases = frozenset()
    assert gateway.show(0, [1], NOON + 4) == 403
    budgets.releases = frozenset([release])
    assert gateway.show(0, [1], NOON + 5) == 403


def test_budgets_that_every_operation_replaces_count_nothing_and_stop_nothing(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    none = ", ".join(f"{{match: {each}, controls: {{exposure: {{budgets: []}}}}}}" for each in ("people", "vans"))
    settings = load_settings(f"contract: {{file: x}}\noperations: [{none}]".encode(), "garrison.yaml")
    (space,) = counted_spaces(settings, gateway.stage.policy.operations).values()
    assert space.operations == ()


def test_those_who_were_seen_long_ago_take_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no place they are new again, and whoever comes has a table of their own."""
    budgets = "- {name: hour, limit: 2, new: {within: 7d, limit: 1}}"
    gateway = Gateway(tmp_path, budgets)
    for number in range(60):
        assert gateway.show(3, [number], NOON, peer=f"10.0.0.{number}") == 200
    monkeypatch.setattr("garrison.engine.spaces.MAX_KEYS", 10)
    later = NOON + 5 * 86400
    restarted = Gateway(tmp_path, budgets)
    BudgetMemory(restarted.stage.state, pytest.fail).apply(restarted.settings, restarted.stage.policy.operations, later)
    assert [restarted.show(3, [number], later, peer=f"10.0.1.{number}") for number in range(8)] == [200] * 8


@pytest.mark.parametrize("days", [0, 40])
def test_who_is_held_stays_so_under_what_a_budget_counts_now(tmp_path: Path, days: int) -> None:
    gateway = Gateway(tmp_path, "- {name: hour, limit: 1, then: hold}")
    assert [gateway.show(0, [number], NOON) for number in (1, 2)] == [200, 403]
    gateway.writer.close()
    later = NOON + days * 86400
    for _ in range(2):
        upkeep = Upkeep(tmp_path, retention=Retention(events=30, exposures=30))
        upkeep.step(later)
        upkeep.close(later)
    changed = Gateway(tmp_path, "- {name: hour, limit: 1, per: peer, then: hold}")
    found = {key: sorted(seen.held) for space in changed.again(later).spaces.values() for key, seen in space.items()}
    assert found == {"10.0.0.1": ["hour"]}
