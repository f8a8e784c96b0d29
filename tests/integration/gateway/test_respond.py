"""From the exchange that completes a pattern to the measure in force, through a real gateway; and who is told of it."""

import contextlib
import json
import os
import signal
import socket
from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ECHO, Guard, until
from tests.integration.gateway.test_blocking import get
from tests.unit.adapters.notifications.servers import Mails, mail_server, taking
from tests.unit.cli.program import run

from garrison.adapters.status import WATCH, WatchStatus, read_status
from garrison.adapters.store.detections import detections
from garrison.adapters.store.measures import read_measures

pytestmark = pytest.mark.integration

RULES = """
title: Somebody asks for what there is not
name: probing
status: stable
level: high
correlation:
  type: event_count
  rules: probe
  group-by: peer
  timespan: 1m
  condition: {gte: 5}
garrison:
  confidence: high
---
title: An address without a description
name: probe
logsource: {category: webserver, product: garrison}
detection:
  unknown: {reason: unknown-operation}
  condition: unknown
"""
SECRET = f"whsec_{b64encode(bytes(range(32))).decode()}"


def garrison(*arguments: str, status: int = 0) -> str:
    done = run(*arguments)
    assert done.returncode == status, done.stderr
    return done.stdout


def incidents(data: Path) -> list[Any]:
    listed: list[Any] = json.loads(run("incidents", "list", "--json", "--data", str(data)).stdout)["incidents"]
    return listed


def settings(folder: Path, *destinations: dict[str, Any], mode: str = "enforce", **respond: Any) -> dict[str, Any]:
    (folder / "api.yaml").write_text(ECHO)
    (folder / "probing.yml").write_text(RULES)
    return {
        "mode": "enforce",
        "contract": {"file": str(folder / "api.yaml")},
        "data": str(folder / "data"),
        "detect": {"rules": [str(folder / "probing.yml")]},
        "respond": {"mode": mode, **respond},
        "notify": {"to": list(destinations), "every": 1},
    }


def watching(guard: Guard, data: Path) -> None:
    def begun() -> bool:
        found = read_status(data, WATCH, WatchStatus)
        return found is not None and found.is_detecting

    until(begun, "no detection", guard)


def probe(port: int, times: int = 5, source: str = "127.0.0.1") -> None:
    for number in range(times):
        with socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0)) as connection:
            connection.sendall(f"GET /nothing/{number} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 4")


def test_whoever_probes_is_soon_blocked_and_one_command_undoes_it(
    start: StartGuard, filter_module: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    given = settings(tmp_path)
    guard = start(given, module=filter_module)
    port = guard.port()
    watching(guard, data)
    assert get(port)[0] == 200
    probe(port)
    until(lambda: get(port)[0] == 403, "whoever probes is not blocked", guard)
    until(lambda: [each["state"] for each in incidents(data)] == ["contained"], "it is not contained", guard)
    (listed,) = incidents(data)
    assert listed["rules"] == ["probing"]
    shown = garrison("incidents", "show", listed["id"][:5], "--data", str(data))
    assert "blocked 127.0.0.1" in shown
    assert "people      0 exposed since it began" in shown
    assert listed["id"] in garrison("blocks", "--data", str(data))
    guard.stop()
    guard = start(given, module=filter_module)
    port = guard.port()
    assert get(port)[0] == 403, "it is kept over a restart"
    assert garrison("incidents", "undo", listed["id"], "--data", str(data)) == "lifted block 127.0.0.1\n"
    until(lambda: get(port)[0] == 200, "it is not undone", guard)
    assert read_measures(data) == ()
    assert "1 open" in garrison("status", "--data", str(data))
    garrison("incidents", "close", listed["id"], "--data", str(data))
    assert "1 closed" in garrison("status", "--data", str(data))


def test_monitoring_shows_what_it_would_have_done(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    guard = start(settings(tmp_path, mode="monitor"), module=filter_module)
    port = guard.port()
    watching(guard, data)
    probe(port)
    until(lambda: len(read_measures(data)) == 1, "no measure", guard)
    told = guard.lines

    def observed() -> bool:
        assert get(port)[0] == 200
        return any("would deny GET /echo" in line and "network-blocked" in line for line in told)

    until(observed, "nothing was observed", guard)
    assert "block (simulated)" in garrison("blocks", "--data", str(data))


def test_who_is_never_touched_is_not(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    guard = start(settings(tmp_path, never=["127.0.0.0/8"]), module=filter_module)
    port = guard.port()
    watching(guard, data)
    probe(port, 6)
    until(lambda: len(list(detections(data))) == 1, "nothing was found", guard)
    until(lambda: len(incidents(data)) == 1, "nothing became of it", guard)
    assert read_measures(data) == ()
    (listed,) = incidents(data)
    assert [each["what"] for each in listed["timeline"]] == ["detected", "spared"]
    garrison("incidents", "list", "--data", str(data), status=1)


def test_a_watch_process_that_is_killed_tells_once(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    """A server is down, a mail server refuses, the watch process is killed: all are told once, when they are back."""
    data = tmp_path / "data"
    (tmp_path / "secret").write_text(SECRET)
    with taking() as down:
        port_of_hook = down.port
    mails = Mails()
    mails.refuses = True
    with mail_server(mails) as mail_port:
        (tmp_path / "mail").write_text(
            f"mailto://127.0.0.1:{mail_port}?from=garrison@example.com&to=soc@example.com&mode=insecure"
        )
        hook = {
            "url": f"http://127.0.0.1:{port_of_hook}/",
            "secret-file": str(tmp_path / "secret"),
            "unsafe-plain-http": True,
        }
        given = settings(
            tmp_path,
            {"name": "hook", "webhook": hook},
            {"name": "mail", "apprise": {"url-file": str(tmp_path / "mail")}},
            {"name": "lake", "ocsf": {"file": str(tmp_path / "findings.jsonl")}},
        )
        guard = start(given, module=filter_module)
        port = guard.port()
        watching(guard, data)
        probe(port)
        until(lambda: get(port)[0] == 403, "whoever probes is not blocked", guard)
        until(lambda: mails.tries > 0, "the mail server was not asked", guard)
        problem = "problem: `mail` could not be told of incidents (the service refused it, or did not answer)"
        until(lambda: problem in run("status", "--data", str(data)).stdout, "it is not said", guard)
        garrison("status", "--data", str(data), status=1)
        watch = read_status(data, WATCH, WatchStatus)
        assert watch is not None
        os.kill(watch.pid, signal.SIGKILL)
        mails.refuses = False
        with taking(port_of_hook) as up:
            until(lambda: len(up.got) == 1 and len(mails.got) == 1, "they were not told", guard, seconds=60)
            first = msgspec.json.decode(up.got[0].body)
            assert first["type"] == "incident.opened"
            assert first["data"]["measures"][0]["target"] == "127.0.0.1"
            until(lambda: garrison_is_well(data), "it is not well again", guard)
            assert (len(up.got), len(mails.got)) == (1, 1)
    findings = (tmp_path / "findings.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(each)["activity_id"] for each in findings] == [1]
    assert len(list(detections(data))) == 1


def garrison_is_well(data: Path) -> bool:
    """Nothing waits any more."""
    done = json.loads(garrison_status(data))
    return all(not each["waiting"] and not each["trouble"] for each in done["deliveries"])


def garrison_status(data: Path) -> str:
    return run("status", "--json", "--data", str(data)).stdout


def test_killed_again_and_again_it_loses_and_repeats_nothing(
    start: StartGuard, filter_module: str, tmp_path: Path
) -> None:
    """A dozen who probe, one after another, while the watch process is killed at whatever moment."""
    data = tmp_path / "data"
    given = settings(tmp_path, {"name": "lake", "ocsf": {"file": str(tmp_path / "findings.jsonl")}})
    guard = start(given, module=filter_module)
    port = guard.port()
    watching(guard, data)
    peers = [f"127.0.1.{number}" for number in range(1, 13)]
    for number, peer in enumerate(peers):
        probe(port, 3, peer)
        if number % 4 == 1:
            watch = read_status(data, WATCH, WatchStatus)
            assert watch is not None
            with contextlib.suppress(ProcessLookupError):  # it has not come back from the last time
                os.kill(watch.pid, signal.SIGKILL)
        probe(port, 2, peer)

    def found() -> set[str]:
        return {peer for each in detections(data) for peer in each.named.peers}

    until(lambda: found() == set(peers), "not all were found", guard, seconds=90, pause=0.5)
    until(lambda: {each.value for each in read_measures(data)} == set(peers), "not all are blocked", guard)
    until(lambda: garrison_is_well(data), "not all was told", guard)
    guard.stop()
    every = list(detections(data))
    assert len(every) == len({each.id for each in every}) == len(peers)
    since = {each.value: each.since for each in read_measures(data)}
    assert since == {each.named.peers[0]: each.time for each in every}, "each was met once"
    told = [msgspec.json.decode(each) for each in (tmp_path / "findings.jsonl").read_bytes().splitlines()]
    assert [each["activity_id"] for each in told].count(1) == len(
        {each["metadata"]["correlation_uid"] for each in told}
    )
