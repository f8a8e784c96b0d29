"""Blocks and limits through a real gateway: soon in force, and still so after a restart."""

import http.client
import os
import signal
from pathlib import Path

import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ECHO, until
from tests.unit.cli.program import run

pytestmark = pytest.mark.integration


def garrison(*arguments: str) -> None:
    done = run(*arguments)
    assert done.returncode == 0, done.stderr


def get(port: int, agent: str | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/echo", headers={} if agent is None else {"User-Agent": agent})
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def test_block_is_soon_in_force_and_survives_a_restart(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(ECHO)
    data = tmp_path / "data"
    settings = {"mode": "enforce", "contract": {"file": str(tmp_path / "api.yaml")}, "data": str(data)}
    guard = start(settings, module=filter_module)
    port = guard.port()
    assert get(port)[0] == 200
    garrison("block", "127.0.0.0/8", "--reason", "test", "--data", str(data))
    until(lambda: get(port)[0] == 403, "the block is not in force", guard)
    assert b"127.0.0" not in get(port)[2]
    os.kill(guard.envoy(), signal.SIGKILL)

    def is_back() -> bool:
        try:
            return get(port)[0] == 403
        except OSError:
            return False

    until(is_back, "the block is forgotten with its Envoy", guard)
    guard.stop()
    again = start(settings, module=filter_module)
    port = again.port()
    assert get(port)[0] == 403
    garrison("unblock", "127.0.0.0/8", "--data", str(data))
    until(lambda: get(port)[0] == 200, "the block is not lifted", again)


def test_it_does_not_serve_as_if_nobody_were_blocked(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(ECHO)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "countermeasures.json").write_text("{")
    settings = {"mode": "enforce", "contract": {"file": str(tmp_path / "api.yaml")}, "data": str(data)}
    guard = start(settings, module=filter_module)
    told = guard.wait("envoy did not start", seconds=240)
    assert guard.end() == 3
    assert "countermeasures.json` cannot be used: is damaged" in told
    assert "move it away" in told


def test_classes_of_programs(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(ECHO)
    data = str(tmp_path / "data")
    settings = {"mode": "enforce", "contract": {"file": str(tmp_path / "api.yaml")}, "data": data}
    guard = start(settings, module=filter_module)
    port = guard.port()
    tools, libraries = (
        ["curl/8.5.0", "sqlmap/1.8#stable (https://sqlmap.org)"],
        ["python-requests/2.32", "Go-http-client/1.1"],
    )
    people = ["Mozilla/5.0 (X11; Linux x86_64) curl/8.5.0", "Harbour/7 (like curl)"]
    everybody: list[str | None] = [*tools, *libraries, *people, None]
    assert {get(port, agent)[0] for agent in everybody} == {200}
    garrison("block", "user-agent:@tools", "--data", data)
    until(lambda: get(port, tools[0])[0] == 403, "tools are blocked", guard)
    assert [get(port, agent)[0] for agent in everybody] == [403, 403, 200, 200, 200, 200, 200]
    garrison("block", "user-agent:@libraries", "user-agent:@none", "--data", data)
    until(lambda: get(port)[0] == 403, "who names no program is blocked", guard)
    assert [get(port, agent)[0] for agent in everybody] == [403, 403, 403, 403, 200, 200, 403]
    garrison("unblock", "user-agent:@tools", "--data", data)
    until(lambda: get(port, tools[0])[0] == 200, "tools are let in again", guard)
    assert get(port, libraries[0])[0] == 403
    assert "user-agent-blocked" in guard.wait("user-agent:@libraries")


def test_one_more_than_many(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    """While a large list comes in the gateway serves; one block more, and one less, is then a line in a file."""
    (tmp_path / "api.yaml").write_text(ECHO)
    data = tmp_path / "data"
    settings = {"mode": "enforce", "contract": {"file": str(tmp_path / "api.yaml")}, "data": str(data)}
    guard = start(settings, module=filter_module)
    port = guard.port()
    many = tmp_path / "list.txt"
    many.write_text(
        "".join(f"198.{18 + index % 2}.{index // 256 % 256}.{index % 256}\n" for index in range(0, 60_000, 2))
    )
    assert get(port)[0] == 200
    garrison("block", "--list", str(many), "--data", str(data))
    assert get(port)[0] == 200
    garrison("block", "127.0.0.1", "--data", str(data))
    until(lambda: get(port)[0] == 403, "one more is in force", guard)
    assert len((data / "countermeasures.changes").read_bytes().splitlines()) == 2
    garrison("unblock", "127.0.0.1", "--data", str(data))
    until(lambda: get(port)[0] == 200, "it is lifted", guard)


def test_limit_counts_over_all_workers_and_says_what_is_left(
    start: StartGuard, filter_module: str, tmp_path: Path
) -> None:
    (tmp_path / "api.yaml").write_text(ECHO)
    limit = {"name": "each", "rate": "20/h"}
    settings = {
        "mode": "enforce",
        "contract": {"file": str(tmp_path / "api.yaml")},
        "listen": {"workers": 2},
        "controls": {"rate-limit": {"limits": [limit]}},
    }
    port = start(settings, module=filter_module).port()
    answers = [get(port) for _ in range(24)]
    assert [status for status, _, _ in answers] == [200] * 20 + [429] * 4
    assert answers[0][1]["ratelimit-policy"] == '"each";q=20;w=3600'
    assert answers[0][1]["ratelimit"] == '"each";r=19;t=180'
    refused = answers[-1][1]
    assert 100 < int(refused["retry-after"]) <= 180
    assert refused["ratelimit"].startswith('"each";r=0;t=')
    assert refused["content-type"] == "application/problem+json"
