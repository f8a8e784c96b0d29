"""A UTC day ends while the upkeep is at work: each exposure is one, once, and answers are exact to the microsecond."""

import random
from pathlib import Path

import pytest
from tests.unit.adapters.store.ledger import DAY, about, answer

from garrison.adapters.store import ledger
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.adapters.store.record import Recorder
from garrison.adapters.store.spool import SpoolWriter
from garrison.adapters.store.upkeep import Retention, Upkeep
from garrison.core.decision import FailMode

MIDNIGHT = 20_000 * DAY
TICK = 1e-6
OFFSETS = (-120.0, -1.0, -TICK, 0.0, TICK, 1.0, 61.0, -0.5, 0.5, -TICK, 0.0, 130.0, -3600.0)
"""Of the exchanges' beginnings: what lasts long is recorded long after it began, on the other day."""


def told(data: Path, wanted: ExposureFilter) -> list[float]:
    return sorted(round(each.time - MIDNIGHT, 6) for each in ledger.exposures(data, wanted))


def ask(data: Path, so_far: list[float], *offsets: float) -> None:
    for offset in offsets:
        moment = MIDNIGHT + offset
        assert told(data, ExposureFilter(until=moment)) == sorted(each for each in so_far if each < offset)
        assert told(data, ExposureFilter(since=moment)) == sorted(each for each in so_far if each >= offset)
    (seen,) = ledger.summary(data)
    assert (seen.exposures, seen.people) == (len(so_far), len(so_far))


@pytest.mark.parametrize("seed", range(2))
def test_each_exposure_is_one_on_both_sides_of_midnight(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    writer = SpoolWriter(tmp_path / "spool")
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    upkeep = Upkeep(tmp_path, retention=Retention())
    now, so_far = MIDNIGHT - 130.0, list[float]()
    for number, offset in enumerate(OFFSETS):
        now = max(now + chance.choice((0.1, 20.0, 70.0)), MIDNIGHT + offset)
        recorder.record(answer(MIDNIGHT + offset, about(str(number)), duration=now - MIDNIGHT - offset))
        so_far.append(round(offset, 6))
        if chance.random() < 0.5:
            writer.close()  # what comes now begins another segment: this one is finished
        if chance.random() < 0.7:
            upkeep.step(now)
            ask(tmp_path, so_far, 0.0)
    writer.close()
    for _ in range(3):
        now += 700.0
        upkeep.step(now)
        ask(tmp_path, so_far, 0.0)
    assert upkeep.trouble == ""
    upkeep.close(now)
    days = {each.parent.name for each in (tmp_path / "exposures").glob("day=*/*.parquet")}
    assert len(days) == 2
    ask(tmp_path, so_far, -TICK, 0.0, TICK)


def test_a_day_is_let_go_as_a_whole_and_no_sooner(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path / "spool")
    recorder = Recorder(writer, fail=FailMode.CLOSED)
    for number, offset in enumerate((-1.0, -TICK, 0.0, 1.0)):
        recorder.record(answer(MIDNIGHT + offset, about(str(number))))
    writer.close()
    upkeep = Upkeep(tmp_path, retention=Retention(exposures=1))
    for now, left in (
        (MIDNIGHT + 2, [-1.0, -TICK, 0.0, 1.0]),
        (MIDNIGHT + DAY - 1, [-1.0, -TICK, 0.0, 1.0]),
        (MIDNIGHT + DAY + 61, [0.0, 1.0]),
        (MIDNIGHT + 2 * DAY + 122, []),
    ):
        upkeep.step(now)
        assert told(tmp_path, ExposureFilter()) == left
    upkeep.close(MIDNIGHT + 3 * DAY)
