"""The control socket: commands are answered, whatever goes wrong is said, and it goes on."""

import contextlib
import os
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from garrison.adapters.envoy.control import request, serve
from garrison.core.errors import ConfigError, GatewayError, Problem


def test_commands_are_answered(tmp_path: Path) -> None:
    server = serve(tmp_path / "s", {"status": lambda: {"operations": 3}})
    assert request(tmp_path / "s", "status", timeout=30) == {"operations": 3}
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
    server.close()


def test_problems_arrive_whole(tmp_path: Path) -> None:
    problems = [Problem("g.yaml", "$.a", "is wrong", "mend it", 3), Problem("g.yaml", "$.b", "is wrong too")]

    def refuse() -> None:
        raise ConfigError(problems)

    server = serve(tmp_path / "s", {"reload": refuse})
    with pytest.raises(ConfigError) as caught:
        request(tmp_path / "s", "reload", timeout=30)
    assert list(caught.value.problems) == problems
    server.close()


def test_failures_are_said_and_the_next_command_is_answered(tmp_path: Path) -> None:
    server = serve(tmp_path / "s", {"fail": lambda: 1 // 0, "ping": lambda: "pong"})
    with pytest.raises(GatewayError, match="ZeroDivisionError"):
        request(tmp_path / "s", "fail", timeout=30)
    with pytest.raises(GatewayError, match="unknown command `nonsense`"):
        request(tmp_path / "s", "nonsense", timeout=30)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s"))
        client.sendall(b"not json\n")
        assert b"not a command" in client.recv(999)
    assert request(tmp_path / "s", "ping", timeout=30) == "pong"
    server.close()


def test_it_goes_on_once_there_are_descriptors_again(tmp_path: Path) -> None:
    """A flood of connections takes all that Envoy has, just when somebody changes the policy."""
    server = serve(tmp_path / "s", {"ping": lambda: "pong"})
    with socket.socket(socket.AF_UNIX) as client, few_descriptors():
        client.connect(str(tmp_path / "s"))
        time.sleep(0.1)
    assert request(tmp_path / "s", "ping", timeout=30) == "pong"
    server.close()


@contextlib.contextmanager
def few_descriptors() -> Iterator[None]:
    """No more than there are now."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_nobody_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="does not answer `ping`"):
        request(tmp_path / "s", "ping", timeout=1)


def test_socket_of_an_ended_process_is_replaced(tmp_path: Path) -> None:
    serve(tmp_path / "s", {}).close()
    server = serve(tmp_path / "s", {"ping": lambda: "pong"})
    assert request(tmp_path / "s", "ping", timeout=30) == "pong"
    server.close()
