"""Blocks and limits through a real gateway: soon in force, and still so after a restart."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ROOT, until

pytestmark = pytest.mark.integration

CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /echo:
    get:
      operationId: echo
      responses: {"200": {description: ok, content: {application/json: {}}}}
"""


def run(*arguments: str) -> None:
    code = "from garrison.cli.main import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, timeout=60
    )


def get(port: int) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/echo")
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def test_block_is_soon_in_force_and_survives_a_restart(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT)
    data = tmp_path / "data"
    settings = {"mode": "enforce", "contract": {"file": str(tmp_path / "api.yaml")}, "data": str(data)}
    guard = start(settings, module=filter_module)
    port = guard.port()
    assert get(port)[0] == 200
    run("block", "127.0.0.0/8", "--reason", "test", "--data", str(data))
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
    run("unblock", "127.0.0.0/8", "--data", str(data))
    until(lambda: get(port)[0] == 200, "the block is not lifted", again)


def test_limit_counts_over_all_workers_and_says_what_is_left(
    start: StartGuard, filter_module: str, tmp_path: Path
) -> None:
    (tmp_path / "api.yaml").write_text(CONTRACT)
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
