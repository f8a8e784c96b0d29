"""What is counted and used survives a killed Envoy and a new guard: nothing is admitted by accident."""

import http.client
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ECHO, Guard, until

from garrison.adapters.store import snapshot
from garrison.adapters.store.journal import numbers

pytestmark = pytest.mark.integration

QUOTA = 600
SENDERS = 4


class Counted:
    """What senders were answered."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.broken = 0
        """Requests without an answer: they may have been counted."""
        self._lock = threading.Lock()

    def send(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/echo")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.broken += 1
            threading.Event().wait(0.05)
        else:
            with self._lock:
                self.statuses.append(status)
        finally:
            connection.close()

    @property
    def passed(self) -> int:
        return self.statuses.count(200)


def settings(directory: Path, limits: list[dict[str, Any]]) -> dict[str, Any]:
    (directory / "api.yaml").write_text(ECHO)
    return {
        "mode": "enforce",
        "contract": {"file": str(directory / "api.yaml")},
        "data": str(directory / "data"),
        "listen": {"workers": 2},
        "controls": {"rate-limit": {"limits": limits}},
    }


def kill_envoy(guard: Guard) -> None:
    before = guard.envoy()
    os.kill(before, signal.SIGKILL)
    until(lambda: _envoy(guard) not in {0, before}, "Envoy is started again", guard)


def _envoy(guard: Guard) -> int:
    try:
        return guard.envoy()
    except IndexError:
        return 0


def test_a_quota_is_exact_whatever_is_killed(
    start: StartGuard, filter_module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Envoy is killed twice under load, the guard stopped once: what was answered was counted, and no more passes."""
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.1")
    given = settings(tmp_path, [{"name": "each", "by": ["peer"], "quota": f"{QUOTA}/week"}])
    guard, counted = start(given, module=filter_module), Counted()
    port = guard.port()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            counted.send(port)

    with ThreadPoolExecutor(SENDERS) as pool:
        try:
            for part in (1, 2):
                senders = [pool.submit(load) for _ in range(SENDERS)]
                until(lambda part=part: counted.passed > part * QUOTA // 6, "some pass", guard)  # type: ignore[misc]
                kill_envoy(guard)
                seen = len(counted.statuses)
                until(lambda seen=seen: len(counted.statuses) > seen + 20, "it goes on", guard)  # type: ignore[misc]
                if part == 1:
                    stop.set()
                    for each in senders:
                        each.result(60)
                    stop.clear()
                    guard.stop()
                    again = {**guard.given, "listen": {**guard.given["listen"], "address": f"127.0.0.1:{port}"}}
                    guard = start(again, module=filter_module)
                    guard.port()
            until(lambda: counted.statuses[-20:] == [429] * 20, "the quota is used up", guard)
        finally:
            stop.set()
    assert QUOTA - counted.broken <= counted.passed <= QUOTA
    assert set(counted.statuses) <= {200, 429, 503}


def test_a_rate_goes_on_and_a_short_one_begins_anew(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    limits = [{"name": "long", "by": ["peer"], "rate": "10/h"}]
    guard, counted = start(settings(tmp_path, limits), module=filter_module), Counted()
    port = guard.port()
    for _ in range(7):
        counted.send(port)
    guard.stop()
    again = start(settings(tmp_path, limits), module=filter_module)
    port = again.port()
    for _ in range(5):
        counted.send(port)
    assert counted.statuses == [200] * 10 + [429] * 2
    again.stop()
    short = settings(tmp_path, [{"name": "short", "by": ["peer"], "rate": "5/s"}])
    port = start(short, module=filter_module).port()
    counted.send(port)
    assert counted.statuses[-1] == 200


def test_the_journal_is_made_small_beside_the_traffic(
    start: StartGuard, filter_module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch process makes snapshots; what is in them counts on."""
    monkeypatch.setenv("GARRISON_TEST_BACKOFF", "0.05")
    limits = [{"name": "each", "by": ["peer"], "quota": "3/week"}]
    guard, counted = start(settings(tmp_path, limits), module=filter_module), Counted()
    port = guard.port()
    slot = tmp_path / "data/state/0"
    for _ in range(2):
        counted.send(port)
    for _ in range(snapshot.DUE):  # each Envoy begins with a segment of its own
        lines = len(guard.lines)
        kill_envoy(guard)
        guard.wait("serving again", after=lines)
    until(lambda: numbers(slot, snapshot.SUFFIX) != [], "a snapshot is made", guard)
    until(lambda: len(numbers(slot, ".journal")) == 1, "what it has taken in is removed", guard)
    guard.stop()
    port = start(settings(tmp_path, limits), module=filter_module).port()
    for _ in range(2):
        counted.send(port)
    assert counted.statuses == [200, 200, 200, 429]
