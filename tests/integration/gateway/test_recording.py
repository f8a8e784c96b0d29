"""Behind a real gateway: every exchange is on record, processes come back, and status says how things are."""

import json
import os
import signal
import urllib.request
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from tests.integration.envoy.clients import send
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ECHO, Guard, is_alive, until
from tests.unit.adapters.collector import Collector
from tests.unit.cli.program import Done, run

from garrison.adapters.status import GATEWAY, GUARD, WATCH, Child, GatewayStatus, GuardStatus, read_status
from garrison.adapters.store import query

pytestmark = pytest.mark.integration


class Recorded:
    """A guard that enforces a contract and keeps its data in `data`."""

    def __init__(
        self, start: StartGuard, folder: Path, module: str, settings: Mapping[str, Any], contract: str = ECHO
    ) -> None:
        (folder / "api.yaml").write_text(contract)
        given = {"mode": "enforce", "contract": {"file": "api.yaml"}, "data": "data", **settings}
        self.data = folder / "data"
        self._start = partial(start, module=module, folder=folder)
        self.guard: Guard = self._start(given)
        self.port = self.guard.port()

    def start_again(self) -> None:
        """Another guard in the place of one that ended."""
        listen = {**self.guard.given["listen"], "address": f"127.0.0.1:{self.port}"}
        self.guard = self._start({**self.guard.given, "listen": listen})
        assert self.guard.port() == self.port

    def get(self, target: str = "/echo") -> int:
        return send(self.port, "x", {}, target).status

    def status(self) -> GuardStatus:
        status = read_status(self.data, GUARD, GuardStatus)
        assert status
        return status

    def watch(self, before: int = 0) -> int:
        """The watch process' id, once it is another than `before`."""

        def found() -> bool:
            watch = self.status().watch
            return watch is not None and watch.pid not in {0, before}

        until(found, "the watch process runs", self.guard)
        watch = self.status().watch
        assert watch
        return watch.pid

    def gateway(self) -> GatewayStatus:
        status = read_status(self.data, GATEWAY, GatewayStatus)
        assert status
        return status


@pytest.fixture
def recorded(start: StartGuard, tmp_path: Path, filter_module: str) -> Recorded:
    return Recorded(start, tmp_path, filter_module, {})


def garrison(*arguments: str) -> Done:
    """What `garrison ARGUMENTS` says, without a process of its own."""
    return run(*arguments)


def test_every_exchange_is_on_record_when_it_is_answered(recorded: Recorded) -> None:
    for _ in range(5):
        assert recorded.get() == 200
    assert recorded.get("/other") == 404
    found = list(query.events(recorded.data, newest_first=False))
    assert [(event.operation, event.status) for event in found] == [("echo", 200)] * 5 + [(None, 404)]
    assert recorded.data.stat().st_mode & 0o777 == 0o700
    done = garrison("events", "--data", str(recorded.data), "--operation", "echo", "--json")
    assert [json.loads(line)["operation"] for line in done.stdout.splitlines()] == ["echo"] * 5
    assert garrison("events", "--data", str(recorded.data), "--status", "404").stdout.count("unknown-operation") == 1


def test_nothing_is_lost_with_a_killed_envoy_and_counters_go_on(recorded: Recorded) -> None:
    assert recorded.get() == 200
    until(lambda: recorded.gateway().recorded == 1, "it is counted", recorded.guard)
    os.kill(recorded.guard.envoy(), signal.SIGKILL)
    recorded.guard.wait("serving again")
    assert recorded.get() == 200
    until(lambda: recorded.gateway().recorded == 2, "counting goes on", recorded.guard)
    assert query.count(recorded.data) == 2
    envoy = recorded.guard.envoy()
    until(lambda: recorded.status().envoy == Child(envoy, ANY, 1), "it is told", recorded.guard)


def test_nothing_is_lost_with_a_killed_watch_process(recorded: Recorded) -> None:
    first = recorded.watch()
    for _ in range(3):
        recorded.get()
    os.kill(first, signal.SIGKILL)
    recorded.guard.wait("the watch process ended unexpectedly (signal SIGKILL), starting it again in 0.2 s")
    recorded.get()
    second = recorded.watch(before=first)
    recorded.get()
    assert recorded.guard.stop() == 0
    assert not is_alive(second)
    found = [event.id for event in query.events(recorded.data)]
    assert len(found) == len(set(found)) == 5
    watch = recorded.status().watch
    assert watch
    assert watch.restarts == 1


def test_no_watch_process_outlives_a_killed_guard(recorded: Recorded) -> None:
    watch = recorded.watch()
    recorded.guard.signal(signal.SIGKILL)
    recorded.guard.end()
    until(lambda: not is_alive(watch), "the kernel ended it")
    done = garrison("status", "--data", str(recorded.data))
    assert done.returncode == 1
    assert "problem: the guard is not running, and did not stop as it should" in done.stdout.splitlines()


def test_status(recorded: Recorded) -> None:
    recorded.get()
    recorded.watch()
    until(lambda: recorded.gateway().recorded == 1, "it is counted", recorded.guard)
    until(lambda: garrison("status", "--data", str(recorded.data)).returncode == 0, "all is well", recorded.guard)
    told = json.loads(garrison("status", "--data", str(recorded.data), "--json").stdout)
    assert [one["alive"] for one in told["processes"]] == [True] * 3
    assert told["url"] == f"http://127.0.0.1:{recorded.port}"
    assert (told["gateway"]["mode"], told["gateway"]["operations"]) == ("enforce", 1)
    assert told["gateway"]["policy"] == next(query.events(recorded.data)).policy
    assert told["problems"] == []
    recorded.guard.stop()
    done = garrison("status", "--data", str(recorded.data))
    assert (done.returncode, done.stderr) == (1, "")
    assert "problem: the gateway was stopped" in done.stdout.splitlines()


def test_metrics(start: StartGuard, tmp_path: Path, filter_module: str) -> None:
    recorded = Recorded(start, tmp_path, filter_module, {"metrics": {"listen": "127.0.0.1:0"}})
    recorded.get()
    until(lambda: recorded.gateway().recorded == 1, "it is counted", recorded.guard)
    with urllib.request.urlopen(recorded.status().metrics, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    assert 'garrison_exchanges_total{disposition="allowed",operation="echo"} 1.0' in lines
    assert 'garrison_process_up{process="envoy"} 1.0' in lines


def test_telemetry(start: StartGuard, tmp_path: Path, filter_module: str) -> None:
    collector = Collector()
    try:
        recorded = Recorded(start, tmp_path, filter_module, {"telemetry": {"otlp-url": collector.url}})
        recorded.watch()
        until((recorded.data / "status" / WATCH).exists, "the watch process reads", recorded.guard)
        recorded.get()
        recorded.get("/other")
        recorded.guard.stop()
    finally:
        collector.close()
    assert [span.name for span in collector.spans] == ["echo", "GET (undescribed)"]
    assert [record.event_name for record in collector.logs] == ["garrison.objection"]
    found = query.events(recorded.data, newest_first=False)
    assert [span.trace_id.hex() for span in collector.spans] == [event.id.replace("-", "") for event in found]


def test_a_full_spool_is_refused_and_shown(start: StartGuard, tmp_path: Path, filter_module: str) -> None:
    recorded = Recorded(start, tmp_path, filter_module, {"record": {"spool-bytes": 0}})
    answer = send(recorded.port, "x", {}, "/echo")
    assert (answer.status, answer.json()["title"]) == (503, "Service Unavailable")
    recorded.guard.wait(
        "garrison: exchanges that could not be recorded: 1 (the spool is full); so far 0 lost and 1 refused"
    )
    done = garrison("status", "--data", str(recorded.data))
    assert done.returncode == 1
    assert "problem: exchanges refused because they could not be recorded: 1 (the spool is full)" in done.stdout
    recorded.guard.write({**recorded.guard.given, "record": {"spool-bytes": 0, "fail": "open"}})
    recorded.guard.wait("reloaded")
    assert recorded.get() == 200
    recorded.guard.wait("so far 1 lost and 1 refused")
    recorded.guard.write({**recorded.guard.given, "record": {}})
    until(lambda: recorded.get() == 200 and query.count(recorded.data) > 0, "it records again", recorded.guard)


def test_two_guards_do_not_share_a_directory(recorded: Recorded, start: StartGuard, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    guard = start({"data": str(recorded.data)}, folder=other)
    assert guard.end() == 3
    assert f"another gateway keeps its data in `{recorded.data}`" in guard.lines[0]
