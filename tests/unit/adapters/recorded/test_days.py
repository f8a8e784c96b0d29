"""Samples go with their day, whether or not more are kept."""

from pathlib import Path

from garrison.adapters.recorded.days import day_of
from garrison.adapters.store.upkeep import Retention, Upkeep

MOMENT = 1_767_225_600.0  # 2026-01-01


def test_day() -> None:
    assert [day_of(MOMENT - 0.001), day_of(MOMENT), day_of(0)] == ["2025-12-31", "2026-01-01", "1970-01-01"]


def test_watch_removes_samples_past_retention(tmp_path: Path) -> None:
    for name in ("day=2025-12-28", "day=2025-12-29", "day=2026-01-01", "elsewhere"):
        folder = tmp_path / "bodies" / name
        folder.mkdir(parents=True)
        (folder / "a.sealed").touch()
    upkeep = Upkeep(tmp_path, retention=Retention(events=3))
    upkeep.step(MOMENT)
    upkeep.close(MOMENT)
    kept = sorted(path.name for path in (tmp_path / "bodies").iterdir())
    assert kept == ["day=2025-12-29", "day=2026-01-01", "elsewhere"]
