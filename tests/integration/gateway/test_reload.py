"""With the filter: policy is enforced, told, reloaded without dropping a connection, and refused where it is bad."""

import http.client
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.clients import send
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import Guard

pytestmark = pytest.mark.integration

CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /echo:
    get:
      operationId: echo
      responses: {"200": {description: ok}}
"""


from_either = pytest.mark.parametrize("guard", ["clients", "proxies"], indirect=True)
"""Whoever asks is an ordinary client, or a trusted proxy, for whom Envoy has a filter chain of its own."""


@pytest.fixture
def guard(request: pytest.FixtureRequest, start: StartGuard, tmp_path: Path, filter_module: str) -> Guard:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    settings: dict[str, Any] = {"mode": "enforce", "contract": {"file": "api.yaml"}}
    if getattr(request, "param", "clients") == "proxies":
        settings["listen"] = {"trusted-proxies": ["127.0.0.1"]}
    guard = start(settings, module=filter_module, folder=tmp_path)
    guard.port()
    return guard


@from_either
def test_what_is_not_described_is_denied_and_told(guard: Guard) -> None:
    port = guard.port()
    assert send(port, "x", {}).status == 200
    answer = send(port, "x", {}, "/other")
    assert answer.status == 404
    event = answer.json()["instance"].removeprefix("urn:uuid:")  # it was not taken for an answer of Envoy's own
    line = guard.wait("denied")
    assert line.startswith("denied GET (undescribed) 404 unknown-operation")
    assert line.endswith(f"[{event}]")


@from_either
def test_a_changed_contract_takes_effect_on_open_connections(guard: Guard) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", guard.port(), timeout=30)

    def status() -> int:
        connection.request("GET", "/other")
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert status() == 404
    before = connection.sock
    (guard.file.parent / "api.yaml").write_text(CONTRACT.replace("/echo", "/other"))
    guard.wait("garrison: reloaded (enforce)")
    assert status() == 200
    assert connection.sock is before
    connection.close()


def test_a_changed_mode_takes_effect(guard: Guard) -> None:
    guard.write({**guard.given, "mode": "monitor"})
    guard.wait("garrison: reloaded (monitor)")
    assert not any("take effect at the next start" in line for line in guard.lines)
    assert send(guard.port(), "x", {}, "/other").status == 200
    assert guard.wait("would deny").startswith("would deny GET (undescribed) 200 unknown-operation")


def test_sighup_reloads(guard: Guard) -> None:
    guard.signal(signal.SIGHUP)
    guard.wait("garrison: reloaded (enforce)")


def test_a_bad_policy_is_refused_with_every_problem(guard: Guard) -> None:
    guard.write({**guard.given, "moed": 1, "version": 2})
    guard.wait("the old one stays in force")
    assert sorted(line for line in guard.lines if ": $." in line) == [
        f"{guard.file}:1: $.moed: unknown key `moed` (hint: did you mean `mode`?)",
        f"{guard.file}:1: $.version: must be `1`, not `2`",
    ]
    assert send(guard.port(), "x", {}, "/other").status == 404


@from_either
def test_a_bad_contract_is_refused_and_does_not_stop_a_restart(guard: Guard) -> None:
    (guard.file.parent / "api.yaml").write_text("openapi: 9.9.9\n")
    guard.wait("the old one stays in force")
    os.kill(guard.envoy(), signal.SIGKILL)
    guard.wait("serving again (enforce)")
    assert send(guard.port(), "x", {}).status == 200
    assert send(guard.port(), "x", {}, "/other").status == 404
    (guard.file.parent / "api.yaml").write_text(CONTRACT.replace("/echo", "/other"))
    guard.wait("garrison: reloaded (enforce)")
    assert send(guard.port(), "x", {}, "/other").status == 200


def test_what_needs_a_restart_is_said_and_kept(guard: Guard) -> None:
    guard.write({**guard.given, "upstream": {"url": "http://127.0.0.1:1"}})
    guard.wait("garrison: changes of upstream take effect at the next start")
    assert send(guard.port(), "x", {}).status == 200
