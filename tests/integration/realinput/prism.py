"""The mock server that plays the API behind the gateway: `@stoplight/prism-cli`."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.integration.realinput.descriptions import peers
from tests.integration.realinput.wire import Call
from tests.ports import quiet_port

_START = 120.0
"""Seconds that the mock server may take: it resolves all of a description before it listens."""


class Answer(NamedTuple):
    """One response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def is_ours(self) -> bool:
        """Whether the gateway gave it: a problem whose instance is an event."""
        kind = next((value for name, value in self.headers if name == "content-type"), "")
        return kind == "application/problem+json" and b'"instance":"urn:uuid:' in self.body


class Client:
    """Sends requests exactly as written, one after the other, over one connection where that lasts."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def send(self, call: Call) -> Answer:
        """The response to `call`."""
        self._connection.putrequest(call.method, call.target, skip_accept_encoding=True)
        for name, value in call.headers:
            self._connection.putheader(name, value.encode())
        if call.body is not None:
            if call.media_type:
                self._connection.putheader("Content-Type", call.media_type)
            self._connection.putheader("Content-Length", str(len(call.body)))
        self._connection.endheaders(call.body)
        response = self._connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
        return Answer(response.status, headers, response.read())


class MockServer(NamedTuple):
    """A mock server that was started."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Return once it listens."""
        deadline = time.monotonic() + _START
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.1)
            else:
                return


@contextmanager
def mock_server(file: Path, log: Path) -> Iterator[MockServer]:
    """A mock server of the description `file`, which may not listen yet."""
    folder, node = peers(), shutil.which("node")
    if folder is None or node is None:
        pytest.skip("the mock server needs node and GARRISON_PEERS")
    program = folder / "node_modules/@stoplight/prism-cli/dist/index.js"
    port = quiet_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [node, str(program), "mock", "-p", str(port), "-v", "silent", str(file)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield MockServer(port, process, log)
    finally:
        process.terminate()
        process.wait(60)
