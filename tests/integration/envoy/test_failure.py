"""What an error in Python means, and what the filter refuses to start with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.clients import fresh_name, raw_head, read_all, send
from tests.integration.envoy.conftest import scripted_config
from tests.integration.envoy.running import (
    Envoy,
    Notes,
    bootstrap,
    connect,
    filter_entry,
    free_port,
    running,
    until,
)
from tests.integration.envoy.upstream import Upstream

pytestmark = pytest.mark.integration

RAISES = {"raise": "scripted failure"}
PROBLEM = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
NONSENSE: list[dict[str, Any]] = [
    {"directive": 9},
    {"directive": -1},
    {"directive": 1 << 80},
    {"directive": 0x300},
    {"step": "hold"},
    {"step": "refuse", "reply": [99, [], ""]},
    {"step": "refuse", "reply": [403, [["x", "a\r\nset-cookie: b"]], ""]},
    {"step": "refuse", "reply": [403, [["x\n", "a"]], ""]},
    {"step": "refuse", "reply": [403, [["x", "\u20ac"]], ""]},
    {"mutation": ["/a\r\nx: y", [], [], None]},
    {"limit": -5, "step": "observe"},
]


@pytest.fixture(scope="module")
def lenient(
    filter_module: Path, upstream: Upstream, notes: Notes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Envoy]:
    port = free_port()
    entry = filter_entry(filter_module, scripted_config(notes, fail_open=True))
    with running(Envoy(tmp_path_factory.mktemp("lenient"), bootstrap(port, upstream.port, entry), port)) as envoy:
        yield envoy


def calls_before(stage: str) -> dict[str, Any]:
    """A script that raises at one stage and gets there."""
    return {
        "request": {"request": RAISES},
        "request_body": {"request": {"step": "hold"}, "request_body": RAISES},
        "response": {"request": {"interest": "head"}, "response": RAISES},
        "response_body": {
            "request": {"interest": "head"},
            "response": {"step": "hold"},
            "response_body": RAISES,
        },
    }[stage]


@pytest.mark.parametrize("stage", ["request", "request_body", "response", "response_body"])
def test_error_fails_closed(gateway: Envoy, notes: Notes, stage: str) -> None:
    name = fresh_name()
    body = iter([b"a", b"b"]) if stage == "request_body" else None
    answer = send(gateway.port, name, calls_before(stage), "/chunked", "POST" if body else "GET", body)
    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == PROBLEM
    assert notes.calls(name)[-1] == stage, "a session that failed is not called again"


@pytest.mark.parametrize("stage", ["request", "request_body", "response", "response_body"])
def test_error_fails_open_where_told_so(lenient: Envoy, notes: Notes, stage: str) -> None:
    name = fresh_name()
    body = iter([b"a", b"b"]) if stage == "request_body" else None
    answer = send(lenient.port, name, calls_before(stage), "/chunked", "POST" if body else "GET", body)
    assert (answer.status, answer.body) == (200, b"one,two,three")
    assert notes.calls(name)[-1] == stage


def test_fail_mode_may_change_while_envoy_runs(
    filter_module: Path, upstream: Upstream, notes: Notes, tmp_path: Path
) -> None:
    port = free_port()
    entry = filter_entry(filter_module, scripted_config(notes))
    with running(Envoy(tmp_path, bootstrap(port, upstream.port, entry), port)):
        for fail_open in (False, True, False):
            script = {"fail_open": fail_open, "request": RAISES}
            assert (send(port, fresh_name(), script).status == 200) == fail_open


def test_error_is_logged_with_its_traceback(gateway: Envoy) -> None:
    def logged() -> bool:
        send(gateway.port, fresh_name(), {"request": {"raise": "a failure to be found in the log"}})
        text = gateway.log.read_text()
        return "RuntimeError: a failure to be found in the log" in text and "scripted.py" in text

    until(logged, "the traceback is in the log")


def test_error_log_is_limited(gateway: Envoy) -> None:
    before = gateway.log.read_text().count("Traceback")
    for _ in range(200):
        send(gateway.port, fresh_name(), {"request": RAISES})
    assert gateway.log.read_text().count("Traceback") - before < 100


@pytest.mark.parametrize("nonsense", NONSENSE, ids=str)
def test_nonsense_fails_closed(gateway: Envoy, nonsense: dict[str, Any]) -> None:
    answer = send(gateway.port, fresh_name(), {"request": nonsense})
    assert (answer.status, answer.json()) == (500, PROBLEM)


@pytest.mark.parametrize("fail", ["closed", "open"])
def test_error_after_the_head_has_left(gateway: Envoy, lenient: Envoy, fail: str) -> None:
    script = {
        "request": {"interest": "head"},
        "response": {"step": "observe", "limit": 15_000},
        "response_body": RAISES,
    }
    with connect((gateway if fail == "closed" else lenient).port) as connection:
        connection.sendall(raw_head(fresh_name(), script, "/bigchunked/100000", "connection: close"))
        data = read_all(connection)
    assert data.endswith(b"0\r\n\r\n") == (fail == "open")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"factory": "scripted:make_broken"}, "no policy in `scripted:make_broken`"),
        ({"factory": "no_such_module:make"}, "No module named 'no_such_module'"),
        ({"factory": "scripted:make", "eagre": 1}, "unknown field `eagre`"),
    ],
)
def test_bad_configuration_does_not_start(
    filter_module: Path, tmp_path: Path, config: dict[str, Any], message: str
) -> None:
    port = free_port()
    envoy = Envoy(tmp_path, bootstrap(port, 1, filter_entry(filter_module, config)), port)
    assert envoy.process.wait(60) != 0
    assert message in envoy.log.read_text()
