"""The control socket: how the guard talks to the engine inside Envoy.

A Unix socket in the run directory, which only the gateway's user may enter. One JSON text a line in each
direction: `{"command": "reload"}` is answered by `{"result": ...}`, by `{"problems": [...]}` where an
operator's file is wrong, or by `{"error": "..."}`.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from garrison.core.errors import ConfigError, GatewayError, Problem, ProblemsError

MAX_LINE = 1 << 20
"""Bytes of one message; a thousand problems take about 200 KiB."""
IDLE_TIMEOUT = 10.0
"""Seconds a connection may be silent before the server turns to the next."""
RETRY = 0.1
"""Seconds until it is tried again to take a connection that could not be taken."""

Handler = Callable[[], Any]
"""Answers one command with something JSON can hold; may raise ProblemsError."""


class Request(msgspec.Struct, frozen=True):
    """One command."""

    command: str


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """Its answer: a result, or what went wrong."""

    result: Any = None
    problems: tuple[Problem, ...] = ()
    error: str = ""


class Server:
    """Answers commands on a daemon thread, one connection after the other, until closed."""

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        path.unlink(missing_ok=True)  # of a process that ended without closing
        self._handlers = dict(handlers)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(4)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="garrison-control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(IDLE_TIMEOUT)

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed, or there is no descriptor left: who connected waits until there is one
                self._closing.wait(RETRY)
                continue
            with connection, contextlib.suppress(OSError):
                connection.settimeout(IDLE_TIMEOUT)
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            while line := lines.readline(MAX_LINE):
                connection.sendall(msgspec.json.encode(self._answer(line)) + b"\n")

    def _answer(self, line: bytes) -> Response:
        try:
            command = msgspec.json.decode(line, type=Request).command
        except msgspec.DecodeError:
            return Response(error="not a command")
        handler = self._handlers.get(command)
        if handler is None:
            return Response(error=f"unknown command `{command}`")
        try:
            return Response(result=msgspec.to_builtins(handler()))
        except ProblemsError as error:
            return Response(problems=error.problems)
        except Exception as error:  # noqa: BLE001  # the thread must go on to answer; the guard reports it
            return Response(error=f"{type(error).__name__}: {error}")


def serve(path: str | Path, handlers: Mapping[str, Handler]) -> Server:
    """Answer `handlers`' commands on the Unix socket `path`, from now on; close the result to stop."""
    return Server(Path(path), handlers)


def request(path: str | Path, command: str, *, timeout: float) -> Any:
    """The result of `command`.

    `timeout` is in seconds. Raises ConfigError where an operator's file is wrong, GatewayError where the
    command failed or nobody answered.
    """
    try:
        line = _exchange(str(path), command, timeout)
        response = msgspec.json.decode(line, type=Response)
    except OSError as error:
        raise GatewayError(f"the engine does not answer `{command}`: {error}") from error
    except msgspec.DecodeError as error:
        raise GatewayError(f"the engine did not finish its answer to `{command}`") from error
    if response.problems:
        raise ConfigError(response.problems)
    if response.error:
        raise GatewayError(f"the engine failed to `{command}`: {response.error}")
    return response.result


def _exchange(path: str, command: str, timeout: float) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        connection.sendall(msgspec.json.encode(Request(command)) + b"\n")
        with connection.makefile("rb") as lines:
            return lines.readline(MAX_LINE)
