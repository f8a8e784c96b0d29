"""The gateway as a process: it starts, says so, survives Envoy, drains and leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.integration.envoy.clients import Answer, send
from tests.integration.envoy.running import answers
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import ROOT, children, is_alive, until

from garrison.adapters.envoy.bootstrap import ADMIN_SOCKET

pytestmark = pytest.mark.integration


def get(port: int, target: str = "/echo") -> Answer:
    return send(port, "x", {}, target)


def test_ready_line_is_printed_once_it_serves(start: StartGuard) -> None:
    guard = start({"mode": "monitor"})
    port = guard.port()
    assert get(port).status == 200
    assert guard.lines[0] == f"garrison: listening on http://127.0.0.1:{port} (monitor)"


def cores_of(envoy: int, begin: str) -> set[int]:
    """Where the threads of Envoy may run whose names begin so."""
    tasks = [task for task in Path(f"/proc/{envoy}/task").iterdir() if (task / "comm").read_text().startswith(begin)]
    return {core for task in tasks for core in os.sched_getaffinity(int(task.name))}


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core")
def test_the_judge_has_a_core_that_no_worker_has(start: StartGuard, filter_module: str) -> None:
    usable = os.sched_getaffinity(0)
    guard = start({"mode": "monitor", "listen": {"workers": 1}}, module=filter_module)
    assert get(guard.port()).status == 200
    (own,) = cores_of(guard.envoy(), "judge")
    assert cores_of(guard.envoy(), "wrk:worker_") == usable - {own}


@pytest.mark.skipif(len(os.sched_getaffinity(0)) > 8, reason="each worker would be a thread")
def test_where_there_are_as_many_workers_as_cores_nobody_has_one_of_its_own(
    start: StartGuard, filter_module: str
) -> None:
    usable = os.sched_getaffinity(0)
    guard = start({"mode": "monitor", "listen": {"workers": len(usable)}}, module=filter_module)
    assert get(guard.port()).status == 200
    assert cores_of(guard.envoy(), "judge") == usable == cores_of(guard.envoy(), "wrk:worker_")


def test_envoys_allocator_has_a_cache_for_each_core(start: StartGuard) -> None:
    guard = start()
    assert get(guard.port()).status == 200
    (admin,) = guard.file.parent.glob(f"garrison-*/{ADMIN_SOCKET}")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(admin))
        connection.sendall(b"GET /memory/tcmalloc HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        told = connection.makefile().read()
    kept = re.search(r"(\d+) \(.*\) Bytes in per-CPU cache freelist", told)
    assert kept, told
    assert int(kept[1]) > 0


def test_sigterm_stops_it_without_a_complaint(start: StartGuard) -> None:
    guard = start()
    port = guard.port()
    envoy = guard.envoy()
    assert guard.stop() == 0
    assert guard.lines[1:] == ["garrison: finishing the exchanges under way", "garrison: stopped"]
    assert not is_alive(envoy)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_port_in_use_is_an_error(start: StartGuard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        guard = start({"listen": {"address": address}})
        assert guard.end() == 3
        assert guard.lines == [f"garrison: cannot listen on `{address}`: another program does already"]


def test_two_gateways_do_not_share_a_port(start: StartGuard) -> None:
    address = f"127.0.0.1:{start().port()}"
    second = start({"listen": {"address": address}})
    assert second.end() == 3
    assert "another program does already" in second.lines[0]


def test_exchange_in_flight_is_finished(start: StartGuard, upstream: Upstream) -> None:
    guard = start()
    port = guard.port()
    answers: list[Answer] = []
    client = threading.Thread(target=lambda: answers.append(get(port, "/gated")))
    client.start()
    until(lambda: _active(guard.envoy(), port) > 0, "the exchange began")
    guard.signal(signal.SIGTERM)
    guard.wait("finishing")
    until(lambda: _refuses(port), "new connections are refused")
    upstream.gate.set()
    client.join(30)
    assert guard.end() == 0
    assert answers[0].body.endswith(b"data: 2\n\n")
    assert not any("cut off" in line for line in guard.lines)


def test_second_signal_stops_at_once(start: StartGuard) -> None:
    guard = start()
    port = guard.port()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /gated HTTP/1.1\r\nhost: a\r\n\r\n")
        client.recv(100)
        guard.signal(signal.SIGINT)
        guard.wait("finishing")
        guard.signal(signal.SIGINT)
        assert guard.end() == 0
    assert "garrison: some exchanges were cut off" in guard.lines


def test_grace_is_bounded(start: StartGuard) -> None:
    guard = start()
    with socket.create_connection(("127.0.0.1", guard.port())) as client:
        client.sendall(b"GET /gated HTTP/1.1\r\nhost: a\r\n\r\n")
        client.recv(100)
        assert guard.stop() == 0
    assert "garrison: some exchanges were cut off" in guard.lines


def test_keep_alive_connections_are_told_to_close_while_draining(start: StartGuard) -> None:
    guard = start()
    port = guard.port()
    with socket.create_connection(("127.0.0.1", port)) as idle, socket.create_connection(("127.0.0.1", port)) as busy:
        idle.sendall(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b"connection: close" not in idle.recv(9999)
        busy.sendall(b"GET /gated HTTP/1.1\r\nhost: a\r\n\r\n")
        busy.recv(100)
        guard.signal(signal.SIGTERM)
        until(lambda: _refuses(port), "it drains")
        idle.sendall(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        assert b"connection: close" in idle.recv(9999)


def test_an_envoy_that_ends_is_started_again_on_the_same_port(start: StartGuard) -> None:
    guard = start()
    port = guard.port()
    os.kill(guard.envoy(), signal.SIGKILL)
    guard.wait("envoy ended unexpectedly (signal SIGKILL), starting it again in 0.2 s")
    guard.wait("garrison: serving again (monitor)")
    assert get(port).status == 200


def test_it_goes_on_where_nobody_reads_any_more_what_it_says(upstream: Upstream, tmp_path: Path) -> None:
    """As where a program ends that the log went to, or the disk that it is on is full."""
    listen = {"address": "127.0.0.1:0", "workers": 1}
    (tmp_path / "garrison.yaml").write_text(
        json.dumps({"upstream": {"url": f"http://127.0.0.1:{upstream.port}"}, "listen": listen})
    )
    guard = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("run_guard.py")), "garrison.yaml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(tmp_path)},
    )
    assert guard.stdout is not None
    try:
        port = int(next(line for line in guard.stdout if "listening on" in line).split()[3].rpartition(":")[2])
        guard.stdout.close()
        (envoy,) = children(guard.pid)
        os.kill(envoy, signal.SIGKILL)
        until(lambda: guard.poll() is not None or bool(set(children(guard.pid)) - {envoy}), "another is started")
        assert guard.poll() is None
        until(lambda: answers(port), "it serves again")
        assert get(port).status == 200
    finally:
        guard.terminate()
        guard.wait(60)


def test_no_envoy_outlives_a_killed_guard(start: StartGuard) -> None:
    guard = start()
    guard.port()
    envoy = guard.envoy()
    guard.signal(signal.SIGKILL)
    guard.end()
    until(lambda: not is_alive(envoy), "the kernel ended Envoy")


def test_the_next_guard_removes_what_a_killed_one_left(start: StartGuard, tmp_path: Path) -> None:
    killed = start(folder=tmp_path)
    killed.port()
    (left,) = tmp_path.glob("garrison-*")
    killed.signal(signal.SIGKILL)
    killed.end()
    assert left.is_dir()
    guard = start(folder=tmp_path)
    guard.port()
    (own,) = tmp_path.glob("garrison-*")
    assert own != left
    beside = start(folder=tmp_path)
    assert get(beside.port()).status == get(guard.port()).status == 200
    assert own.is_dir(), "a living guard keeps its own"
    assert beside.stop() == 0


def test_ctrl_c_reaches_the_guard_only(start: StartGuard) -> None:
    guard = start()
    guard.port()
    assert os.getpgid(guard.envoy()) != os.getpgid(guard.process.pid)


def test_admin_interface_is_a_socket_that_only_the_user_may_enter(start: StartGuard) -> None:
    guard = start()
    port = guard.port()
    (run_dir,) = guard.file.parent.glob("garrison-*")
    assert run_dir.stat().st_mode & 0o777 == 0o700
    assert (run_dir / "admin.sock").is_socket()
    listening = {_port_of(line) for line in _sockets(guard.envoy()) if line.split()[3] == "0A"}
    assert listening == {port}


def _sockets(pid: int) -> list[str]:
    """Lines of /proc/net/tcp that belong to the process."""
    links = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [line for line in lines if f"socket:[{line.split()[9]}]" in links]


def _port_of(line: str) -> int:
    return int(line.split()[1].rpartition(":")[2], 16)


def _active(pid: int, port: int) -> int:
    """Established connections of Envoy on its own port."""
    return sum(1 for line in _sockets(pid) if line.split()[3] == "01" and _port_of(line) == port)


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    time.sleep(0.02)
    return False
