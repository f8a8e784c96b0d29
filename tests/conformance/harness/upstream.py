"""A scripted upstream: it answers as it was told, and keeps every byte it got."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import BinaryIO, TypeAlias

import msgspec
from tests.conformance.harness.seen import Forwarded
from tests.conformance.harness.wire import read_chunked
from tests.conformance.values import Answer, Headers

Act: TypeAlias = "Callable[[Heard, socket.socket], bool]"
"""What is done with a request; False closes the connection."""


class Heard(msgspec.Struct, frozen=True):
    """One request as it came over the wire."""

    method: str
    target: str
    headers: Headers
    body: bytes
    reader: BinaryIO

    def header(self, name: str) -> str:
        """The only value of the field `name` (lower case); empty where there is none."""
        values = [value for key, value in self.headers if key.lower() == name]
        assert len(values) <= 1
        return values[0] if values else ""

    def forwarded(self) -> Forwarded:
        """The request without its headers."""
        return Forwarded(self.method, self.target, self.body)


class Upstream:
    """An HTTP/1.1 server, one thread for each connection."""

    def __init__(self) -> None:
        self.answer = Answer(200)
        self.act: Act = self.reply
        self.heard: list[Heard] = []
        self.garbage: list[bytes] = []
        """Lines where a request was expected and none began: what a smuggled request leaves behind."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def expect(self, answer: Answer) -> None:
        """Forget what was heard, and answer like this from now on."""
        self.answer = answer
        self.act = self.reply
        self.heard.clear()
        self.garbage.clear()

    def close(self) -> None:
        """Accept no more connections."""
        # a thread that waits in accept() keeps the socket; shutting it down wakes it
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def reply(self, heard: Heard, connection: socket.socket) -> bool:
        """Say what was told."""
        connection.sendall(answer_bytes(self.answer, heard.method))
        return True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(60)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as reader:
            while (heard := self._read(reader)) is not None:
                self.heard.append(heard)
                if not self.act(heard, connection):
                    return

    def _read(self, reader: BinaryIO) -> Heard | None:
        """One request, read as strictly as RFC 9112 lets: two framings, or none that can be read, are garbage."""
        line = reader.readline()
        if not line:
            return None
        words = line.removesuffix(b"\r\n").split(b" ")
        if len(words) != 3 or words[2] != b"HTTP/1.1":
            self.garbage.append(line)
            return None
        headers: list[tuple[str, str]] = []
        while (field := reader.readline()) not in {b"\r\n", b""}:
            name, _, value = field.removesuffix(b"\r\n").decode("latin-1").partition(":")
            headers.append((name, value.strip(" \t")))
        head = Heard(words[0].decode("latin-1"), words[1].decode("latin-1"), tuple(headers), b"", reader)
        return msgspec.structs.replace(head, body=self._read_body(head, reader))

    def _read_body(self, head: Heard, reader: BinaryIO) -> bytes:
        coding, length = head.header("transfer-encoding"), head.header("content-length")
        if (coding and length) or coding not in {"", "chunked"}:
            self.garbage.append(f"{coding} {length}".encode())
        if coding:
            try:
                return read_chunked(reader)
            except ValueError:  # the client broke off
                return b""
        return reader.read(int(length or 0))


def answer_bytes(answer: Answer, method: str = "GET") -> bytes:
    """An answer as it goes over the wire."""
    bodiless = method == "HEAD" or answer.status in {204, 304}
    lines = [f"HTTP/1.1 {answer.status} Status", *(f"{name}: {value}" for name, value in answer.headers)]
    if not bodiless:
        lines.append(f"Content-Length: {len(answer.body)}")
    body = b"" if bodiless else answer.body
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
