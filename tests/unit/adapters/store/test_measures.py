"""The file of countermeasures: in force soon after it changes, and what is wrong with it changes nothing."""

import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from garrison.adapters.store.measures import (
    CHANGES,
    FILE,
    MOST_CHANGES,
    MeasuresInForce,
    change_measures,
    merged,
    read_measures,
)
from garrison.config.controls import ControlsSettings
from garrison.config.limits import BlockingSettings
from garrison.config.model import Settings
from garrison.core.countermeasure import Action, Countermeasure, Scope
from garrison.core.errors import ConfigError, RecordError
from garrison.engine.state import State


def block(value: str, until: float | None = None) -> Countermeasure:
    return Countermeasure(Action.BLOCK, Scope.NETWORK, value, 1.0, until)


def add(data: Path, *measures: Countermeasure, now: float = 2.0) -> tuple[Countermeasure, ...]:
    return change_measures(data, lambda before: merged(before, measures), now)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Watching:
    def __init__(self, settings: Settings) -> None:
        self.said: list[str] = []
        self.state = State()
        self.files = MeasuresInForce(self.state, self.said.append)
        self.files.apply(settings)

    def blocks(self, address: str) -> bool:
        return bool(self.state.measures.networks.find(address))


@pytest.fixture
def watch() -> Iterator[Callable[[Settings], Watching]]:
    made: list[Watching] = []

    def begin(settings: Settings) -> Watching:
        made.append(Watching(settings))
        return made[-1]

    yield begin
    for each in made:
        each.files.close()


def test_kept_for_the_owner_alone_and_read_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add(data, block("192.0.2.1"))
    add(data, block("192.0.2.1", 50.0), block("192.0.2.2"))
    assert read_measures(data) == (block("192.0.2.1", 50.0), block("192.0.2.2"))
    assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600
    assert add(data, now=50.0) == (block("192.0.2.2"),), "what has ended goes"
    assert read_measures(tmp_path / "none") == ()


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    def work(first: int) -> None:
        for last in range(10):
            add(tmp_path, block(f"10.0.{first}.{last}"))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_measures(tmp_path)) == 40


def test_change_is_in_force_without_being_told(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    add(tmp_path, block("192.0.2.1"))
    watching = watch(Settings(data=str(tmp_path)))
    assert watching.blocks("192.0.2.1"), "at once, as after a restart"
    add(tmp_path, block("192.0.2.2"))
    until(lambda: watching.blocks("192.0.2.2"))
    change_measures(tmp_path, lambda _: (), 2.0)
    until(lambda: not watching.blocks("192.0.2.1"))
    add(tmp_path, block("192.0.2.3"))
    until(lambda: watching.blocks("192.0.2.3"))
    (tmp_path / FILE).unlink()
    until(lambda: not watching.blocks("192.0.2.3"))
    assert watching.said == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b'{"version":2}', b'{"measures":[{"action":"block"}]}',
        b'{"measures":[{"action":"block","scope":"network","value":"nowhere","since":1}]}', b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_damaged_file_is_said_and_changes_nothing(
    content: bytes, tmp_path: Path, watch: Callable[[Settings], Watching]
) -> None:
    add(tmp_path, block("192.0.2.1"))
    watching = watch(Settings(data=str(tmp_path)))
    (tmp_path / FILE).write_bytes(content)
    until(lambda: bool(watching.said))
    assert watching.blocks("192.0.2.1")
    assert FILE in watching.said[0]
    if b"nowhere" not in content:  # what no command writes is told from what is no file of measures at all
        with pytest.raises(RecordError, match=FILE):
            read_measures(tmp_path)
    (tmp_path / FILE).unlink()
    add(tmp_path, block("192.0.2.9"))
    until(lambda: watching.blocks("192.0.2.9"))


@pytest.mark.parametrize("name", [FILE, CHANGES])
def test_nothing_begins_as_if_nobody_were_blocked(name: str, tmp_path: Path) -> None:
    add(tmp_path, block("192.0.2.1"))
    add(tmp_path, block("192.0.2.2"))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(b"{\n")
    with pytest.raises(RecordError, match=f"`{tmp_path / name}` cannot be used: .*; move it away to begin anew"):
        Watching(Settings(data=str(tmp_path), mode="enforce"))
    (tmp_path / name).write_bytes(whole)
    watching = Watching(Settings(data=str(tmp_path), mode="enforce"))
    watching.files.close()
    assert watching.blocks("192.0.2.1")
    assert watching.blocks("192.0.2.2")


def test_where_nothing_is_refused_a_damaged_file_is_only_said(
    tmp_path: Path, watch: Callable[[Settings], Watching]
) -> None:
    (tmp_path / FILE).write_bytes(b"{")
    settings = Settings(data=str(tmp_path), mode="monitor")
    watching = watch(settings)
    assert FILE in watching.said[0]
    with pytest.raises(RecordError, match=FILE):
        watching.files.apply(Settings(data=str(tmp_path), mode="enforce"))  # from now on it would count
    (tmp_path / FILE).unlink()
    add(tmp_path, block("192.0.2.9"))
    until(lambda: watching.blocks("192.0.2.9"))  # what was followed is followed still


def test_nothing_begins_without_the_autonomous_systems_that_are_named(
    tmp_path: Path, watch: Callable[[Settings], Watching]
) -> None:
    settings = Settings(
        data=str(tmp_path),
        mode="enforce",
        controls=ControlsSettings(blocking=BlockingSettings(systems_file=str(tmp_path / "none"))),
    )
    with pytest.raises(ConfigError, match=r"systems-file.*there is no such file"):
        Watching(settings)
    watching = watch(Settings(data=str(tmp_path), mode="enforce"))
    with pytest.raises(ConfigError, match="systems-file"):
        watching.files.apply(settings)
    add(tmp_path, block("192.0.2.9"))
    until(lambda: watching.blocks("192.0.2.9"))


def test_a_change_costs_a_line_however_much_there_is(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    add(tmp_path, *[block(f"10.{each // 256}.{each % 256}.0/24") for each in range(3000)])
    watching = watch(Settings(data=str(tmp_path)))
    assert watching.blocks("10.1.2.3")
    before = (tmp_path / FILE).stat()
    add(tmp_path, block("192.0.2.1"), block("10.1.2.0/24", 50.0))
    change_measures(tmp_path, lambda kept: [each for each in kept if each.value != "10.0.0.0/24"], 2.0)
    until(lambda: watching.blocks("192.0.2.1") and not watching.blocks("10.0.0.1"))
    assert (tmp_path / FILE).stat() == before, "what was there stays as it is"
    assert len((tmp_path / CHANGES).read_bytes().splitlines()) == 1 + 3
    assert [each.until for each in watching.state.measures.networks.find("10.1.2.3")] == [50.0]
    again = watch(Settings(data=str(tmp_path)))
    assert again.blocks("192.0.2.1")
    assert not again.blocks("10.0.0.1")
    assert len(read_measures(tmp_path)) == 3000


def test_many_changes_are_put_in_one_file(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    """Whoever watches has each in force all the while."""
    add(tmp_path, block("10.0.0.1"))
    watching = watch(Settings(data=str(tmp_path)))
    before = (tmp_path / FILE).stat().st_ino
    for first in range(0, MOST_CHANGES + 200, 100):
        add(tmp_path, *[block(f"10.1.{first // 100}.{last}") for last in range(100)])
        until(lambda first=first: watching.blocks(f"10.1.{first // 100}.99"))  # type: ignore[misc]
        assert watching.blocks("10.0.0.1")
        assert watching.blocks("10.1.0.0")
    assert (tmp_path / FILE).stat().st_ino != before
    assert len(read_measures(tmp_path)) == MOST_CHANGES + 201
    add(tmp_path, block("192.0.2.1"))
    until(lambda: watching.blocks("192.0.2.1"))
    assert watching.blocks("10.1.0.0")
    assert watching.said == []


@pytest.mark.parametrize(
    "content",
    [b"x\n", b"[]\n", b"{}\n", b'{"generation":1}\n{"take":{}}\n', b'{"generation":1}\n{"lift":["a","b","c"]}\n'],
)
def test_damaged_changes_are_said_and_change_nothing(
    content: bytes, tmp_path: Path, watch: Callable[[Settings], Watching]
) -> None:
    add(tmp_path, block("192.0.2.1"))
    add(tmp_path, block("192.0.2.2"))
    watching = watch(Settings(data=str(tmp_path)))
    (tmp_path / CHANGES).write_bytes(content)
    until(lambda: bool(watching.said))
    assert CHANGES in watching.said[0]
    assert watching.blocks("192.0.2.1")
    assert watching.blocks("192.0.2.2")
    with pytest.raises(RecordError, match=CHANGES):
        read_measures(tmp_path)


def test_half_a_line_and_older_changes_are_passed_over(tmp_path: Path) -> None:
    add(tmp_path, block("192.0.2.1"))
    add(tmp_path, block("192.0.2.2"))
    content = (tmp_path / CHANGES).read_bytes()
    (tmp_path / CHANGES).write_bytes(content[:-5])
    assert read_measures(tmp_path) == (block("192.0.2.1"),)
    add(tmp_path, block("192.0.2.3"))
    assert read_measures(tmp_path) == (block("192.0.2.1"), block("192.0.2.3")), "nothing is put behind half a line"
    (tmp_path / CHANGES).write_bytes(b'{"generation":1}\n' + content.partition(b"\n")[2])
    assert read_measures(tmp_path) == (block("192.0.2.1"), block("192.0.2.3"))


def test_a_few_are_in_force_while_many_are_made_ready(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    """Changes that belong to a file that is not read yet come after what both files said before."""
    add(tmp_path, block("192.0.2.1"))
    add(tmp_path, block("192.0.2.2"), block("192.0.2.3"))
    watching = watch(Settings(data=str(tmp_path)))
    put = watching.files._take_changes  # as its thread calls it, before the other one is done
    put(b'{"generation":9000}\n')
    assert all(watching.blocks(f"192.0.2.{last}") for last in (1, 2, 3))
    put(
        b'{"generation":9000}\n{"take":{"action":"block","scope":"network","value":"192.0.2.4","since":1.0}}\n'
        b'{"lift":["block","network","192.0.2.3"]}\n'
    )
    assert [watching.blocks(f"192.0.2.{last}") for last in (1, 2, 3, 4)] == [True, True, False, True]


def test_without_a_file_there_are_no_autonomous_systems(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    table = tmp_path / "systems.csv"
    table.write_text("network,number\n192.0.2.0/24,64496\n")
    controls = ControlsSettings(blocking=BlockingSettings(systems_file=str(table)))
    watching = watch(Settings(data=str(tmp_path), controls=controls))
    watching.files.apply(Settings(data=str(tmp_path)))
    assert watching.state.measures.systems_of("192.0.2.7") == ()


def test_autonomous_systems_come_from_a_file(tmp_path: Path, watch: Callable[[Settings], Watching]) -> None:
    table = tmp_path / "systems.csv"
    table.write_text("network,asn\n192.0.2.0/24,64496\n2001:db8::/32,AS64497,Example\n\n")
    controls = ControlsSettings(blocking=BlockingSettings(systems_file=str(table)))
    watching = watch(Settings(data=str(tmp_path), controls=controls))
    assert watching.state.measures.systems_of("192.0.2.7") == (64496,)
    assert watching.state.measures.systems_of("2001:db8::7") == (64497,)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("192.0.2.0/24,who\n")
    wrong.replace(table)  # in one step: one that is written in place is empty for a moment
    until(lambda: bool(watching.said))
    assert "line 1 names no autonomous system" in watching.said[0]
    assert watching.state.measures.systems_of("192.0.2.7") == (64496,)
