"""Continuous assessment as a process: as the guard starts it, killed, told to end, and a second one refused."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.harness import Stage, staging
from tests.assess.twins.authorization.keeping import Keeper
from tests.assess.twins.parts import Person
from tests.unit.cli.program import run

from garrison.adapters.beside import assess_command, assess_secrets
from garrison.adapters.companion import Companion
from garrison.adapters.status import ASSESS, AssessStatus, read_status
from garrison.adapters.store.assessments import Assessments
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.adapters.watch_settings import ASSESS_SETTINGS, read_settings
from garrison.assessing import LOCK, Wanted, perform
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.difference import DifferenceKind
from garrison.core.errors import ConfigError

pytestmark = pytest.mark.integration


class Shop(Keeper):
    """Keeps orders; may be slow at reading."""

    pause = 0.0

    async def read(self, request: Request, person: Person) -> Response:
        time.sleep(self.pause)
        return await super().read(request, person)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staging() as opened:
        yield opened


@pytest.fixture
def shop(stage: Stage, tmp_path: Path) -> Shop:
    kept = Shop(weak=["read"])
    stage.app = kept.app()
    (tmp_path / "openapi.json").write_text(json.dumps(stage.app.state.contract))
    return kept


def settings(stage: Stage, folder: Path) -> Settings:
    text = f"""
data: {folder}/data
contract: {{file: openapi.json}}
upstream: {{url: "{stage.origin}"}}
controls:
  virtual-patch: {{patches: [{{id: p-1, finding: abc, operation: getOrder, deny: true}}, {{id: p-2, deny: true}}]}}
assess: {{every: 1d, only: [object-read-by-another], safe: false, pace: 1000}}
notify:
  to: [{{name: lake, ocsf: {{file: told.jsonl}}}}, {{name: mail, apprise: {{url: "json://a:hunter2@127.0.0.1:9"}}}}]
"""
    (folder / "data").mkdir(exist_ok=True)
    return load_settings(text.encode(), f"{folder}/garrison.yaml")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def runs(folder: Path) -> list[tuple[bool, tuple[DifferenceKind, ...]]]:
    """Whether each run was made, and what was different, the first first."""
    with Assessments(folder / "data", is_read=True) as kept:
        return [(run.was_made, tuple(each.kind for each in run.differences)) for run in kept.runs()][::-1]


@contextlib.contextmanager
def process(stage: Stage, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = assess_command(settings(stage, folder))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ}) as running:
        try:
            yield running
        finally:
            running.kill()


def test_beside_a_gateway_it_assesses_at_once_and_tells_what_is_new(stage: Stage, shop: Shop, tmp_path: Path) -> None:
    said: list[str] = []
    wanted = settings(stage, tmp_path)
    companion = Companion("assess", assess_command(wanted), said.append, assess_secrets(wanted))
    try:
        until(lambda: runs(tmp_path) == [(True, (DifferenceKind.FINDING_NEW,))])
        told = tmp_path / "told.jsonl"
        until(told.exists)
        assert json.loads(told.read_text())["unmapped"]["changes"][0].startswith(
            "new: an object of another can be read"
        )
        status = read_status(tmp_path / "data", ASSESS, AssessStatus)
        assert status is not None
        until(lambda: (_status(tmp_path).due - time.time()) > 80_000)
        with (
            pytest.raises(BusyError, match="assesses continuously"),
            the_only_one(tmp_path / "data", "continuous.lock", "another assesses continuously"),
        ):
            pass
    finally:
        companion.stop()
    assert any(line.startswith("assess: garrison: high: new: an object") or "new: an object" in line for line in said)
    assert "hunter2" not in (tmp_path / "data" / ASSESS_SETTINGS).read_text()
    kept = read_settings(tmp_path / "data" / ASSESS_SETTINGS)
    assert kept.assess.every == "1d"
    assert [each.id for each in kept.controls.virtual_patch.patches] == ["p-1", "p-2"]


def _status(folder: Path) -> AssessStatus:
    status = read_status(folder / "data", ASSESS, AssessStatus)
    assert status is not None
    return status


def test_killed_in_the_middle_of_a_run_it_waits_before_it_tries_again(stage: Stage, shop: Shop, tmp_path: Path) -> None:
    shop.pause = 0.2
    with process(stage, tmp_path) as running:
        until(lambda: bool(shop.all))
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert runs(tmp_path) == [(False, ())]
    shop.pause = 0.0
    with process(stage, tmp_path) as again:
        until(lambda: (tmp_path / "data" / "status" / ASSESS).exists() and _status(tmp_path).pid == again.pid)
        until(lambda: 200 < _status(tmp_path).due - time.time() <= 300)


def test_told_to_end_it_takes_away_what_it_made(stage: Stage, shop: Shop, tmp_path: Path) -> None:
    shop.pause = 0.2
    with process(stage, tmp_path) as running:
        until(lambda: bool(shop.all))
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert shop.all == {}
    assert runs(tmp_path) == []


def test_two_assessments_with_one_history_are_refused(stage: Stage, shop: Shop, tmp_path: Path) -> None:
    wanted = Wanted(url=stage.origin, contract=str(tmp_path / "openapi.json"), data=tmp_path)
    with the_only_one(tmp_path, LOCK, ""), pytest.raises(BusyError, match="another assessment is under way"):
        perform(wanted)
    assert shop.people.all == {}


def test_the_command_says_everything_that_is_wrong(tmp_path: Path) -> None:
    from garrison.cli.assess_again import again

    with pytest.raises(ConfigError) as caught:
        again(Wanted(url="http://127.0.0.1:9"), every="1m", quiet_hours="late", config=None)
    assert [problem.path for problem in caught.value.problems] == ["--every", "--quiet-hours", "--data"]
    with pytest.raises(ConfigError) as caught:
        again(Wanted(url="http://127.0.0.1:9", data=tmp_path), every="", quiet_hours="", config=None)
    assert [problem.path for problem in caught.value.problems] == ["--every"]


def test_the_command_goes_on_until_it_is_interrupted(stage: Stage, shop: Shop, tmp_path: Path) -> None:
    program = "import sys; sys.argv = ['garrison', *sys.argv[1:]]; from garrison.cli.main import main; main()"
    arguments = [
        "--contract",
        f"{tmp_path}/openapi.json",
        "--data",
        f"{tmp_path}/data",
        "--only",
        "object-read-by-another",
    ]
    command = [sys.executable, "-c", program, "assess", stage.origin, *arguments, "--every", "1d"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        second = run(*command[3:])
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert line.startswith("garrison: high: new: an object of another can be read at GET /orders/{orderId}")
    assert (second.returncode, running.returncode) == (3, 0)
    assert "another process assesses continuously" in second.stderr
    assert errors.rstrip().endswith("garrison: stopped")
    listed = run("findings", "changes", "--data", f"{tmp_path}/data")
    assert "finding-new" in listed.stdout
