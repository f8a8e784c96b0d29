"""HTTP/1.1 by hand: requests leave exactly as written, answers are read to their end and not a byte further."""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import BinaryIO

import msgspec
from tests.conformance.values import Headers, Request

GUARD = 60.0
"""Seconds after which a test is stuck; no test expects anything to take any time."""


class Got(msgspec.Struct, frozen=True):
    """A response as it came."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first value of the field `name` (lower case); empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def request_bytes(request: Request) -> bytes:
    """The request as it goes over the wire, to be followed by the end of the connection."""
    lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {request.authority}"]
    lines += [f"{name}: {value}" for name, value in request.fields()]
    body = request.body or b""
    if request.chunked:
        body = chunks(body)
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


def chunks(body: bytes, size: int = 1000) -> bytes:
    """`body` in chunked transfer coding (RFC 9112, 7.1)."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def exchange(port: int, request: Request) -> Got:
    """Send one request and read its answer."""
    with socket.create_connection(("127.0.0.1", port), GUARD) as connection:
        return talk(connection, request_bytes(request), head=request.method == "HEAD")


def talk(connection: socket.socket, data: bytes, *, head: bool = False) -> Got:
    """Send bytes and read one answer; an answer that comes early, before all was sent, counts."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(data)
    with connection.makefile("rb") as reader:
        return read_answer(reader, head=head)


def read_answer(reader: BinaryIO, *, head: bool = False) -> Got:
    """One response (RFC 9112, 6.3); interim ones are passed over. A closed connection is status 0."""
    try:
        line = reader.readline()
        if not line:
            return Got(0, (), b"")
        status = int(line.split(b" ", 2)[1])
        headers = read_fields(reader)
        if 100 <= status < 200 and status != 101:
            return read_answer(reader, head=head)
        got = Got(status, headers, b"")
        empty = head or status in {101, 204, 304}
        return got if empty else Got(status, headers, read_body(reader, got))
    except ConnectionResetError:
        return Got(0, (), b"")


def read_fields(reader: BinaryIO) -> Headers:
    """Header fields up to the empty line."""
    fields = []
    while line := reader.readline().rstrip(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        fields.append((name, value.strip()))
    return tuple(fields)


def read_body(reader: BinaryIO, got: Got) -> bytes:
    """A body by its framing."""
    if got.header("transfer-encoding").lower() == "chunked":
        return read_chunked(reader)
    length = got.header("content-length")
    return reader.read(int(length)) if length else reader.read()


def read_chunked(reader: BinaryIO) -> bytes:
    """A chunked body; ValueError where it breaks off."""
    parts = []
    while size := int(reader.readline().split(b";")[0], 16):
        parts.append(reader.read(size))
        reader.readline()
    while reader.readline().strip():
        pass
    return b"".join(parts)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until `condition` holds."""
    deadline = time.monotonic() + GUARD
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.002)
