"""An upstream with manners of its own: HTTP/1.1 written by hand, one thread a connection."""

import contextlib
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO


class Request:
    def __init__(self, method: str, target: str, headers: list[tuple[str, str]], reader: BinaryIO) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.reader = reader

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def body(self) -> bytes:
        if self.header("transfer-encoding") == "chunked":
            return self.chunked()
        return self.reader.read(int(self.header("content-length") or 0))

    def chunked(self) -> bytes:
        parts = []
        while size := int(self.reader.readline().split(b";")[0], 16):
            parts.append(self.reader.read(size))
            self.reader.readline()
        while self.reader.readline().strip():
            pass
        return b"".join(parts)


def read_request(reader: BinaryIO) -> Request | None:
    line = reader.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = []
    while field := reader.readline().strip():
        name, _, value = field.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    return Request(method, target, headers, reader)


def message(status: str, body: bytes, *headers: str, media_type: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-type: {media_type}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def chunked_head(status: str = "200 OK", *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "transfer-encoding: chunked", *headers, "", ""]).encode()


class Upstream:
    """Answers by path; `gate` holds back what a test wants held back."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.targets: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        # a thread that waits in accept() would take a connection of whoever gets the descriptor next
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rb") as reader:
            while (request := read_request(reader)) is not None:
                self.targets.append(request.target)
                name = request.target.partition("?")[0].strip("/").split("/")[0]
                answer: Callable[[Request, socket.socket], object] = getattr(self, f"on_{name}", self.on_echo)
                if answer(request, connection) is False:
                    return

    def on_echo(self, request: Request, connection: socket.socket) -> None:
        body = request.body()
        heard: dict[str, Any] = {
            "method": request.method,
            "target": request.target,
            "headers": request.headers,
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "body": body[:500].decode("latin-1"),
        }
        text = b"" if request.method == "HEAD" else json.dumps(heard).encode()
        connection.sendall(message("200 OK", text, "x-upstream: yes", "x-banner: v1"))

    def on_chunked(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(chunked_head())
        for part in (b"one,", b"two,", b"three"):
            connection.sendall(chunk(part))
        connection.sendall(b"0\r\n\r\n")

    def on_trailers(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(chunked_head("200 OK", "trailer: x-sum") + chunk(b"body") + b"0\r\nx-sum: 7\r\n\r\n")

    def on_gated(self, request: Request, connection: socket.socket) -> None:
        """The first part at once, the rest when the gate opens."""
        request.body()
        connection.sendall(chunked_head("200 OK", "content-type: text/event-stream") + chunk(b"data: 1\n\n"))
        self.gate.wait(60)
        connection.sendall(chunk(b"data: 2\n\n") + b"0\r\n\r\n")

    def on_big(self, request: Request, connection: socket.socket) -> None:
        request.body()
        size = int(request.target.rpartition("/")[2])
        connection.sendall(message("200 OK", b"x" * size, media_type="text/plain"))

    def on_bigchunked(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(chunked_head())
        for _ in range(int(request.target.rpartition("/")[2]) // 10000):
            connection.sendall(chunk(b"y" * 10000))
        connection.sendall(b"0\r\n\r\n")

    def on_empty(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def on_unmodified(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(b'HTTP/1.1 304 Not Modified\r\netag: "a"\r\ncontent-length: 900\r\n\r\n')

    def on_early(self, request: Request, connection: socket.socket) -> bool:
        """Answers before it has read the request's body, and reads none of it."""
        del request
        connection.sendall(message("413 Content Too Large", b'{"early": true}', "connection: close"))
        time.sleep(0.2)
        return False

    def on_hints(self, request: Request, connection: socket.socket) -> None:
        request.body()
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n" + message("200 OK", b"{}"))

    def on_die(self, request: Request, connection: socket.socket) -> bool:
        """Breaks off in the middle of its answer."""
        request.body()
        connection.sendall(message("200 OK", b"x" * 100)[:-50])
        return False

    def on_garbage(self, request: Request, connection: socket.socket) -> bool:
        request.body()
        connection.sendall(b"\x00\xff not http\r\n\r\n")
        return False

    def on_hang(self, request: Request, connection: socket.socket) -> bool:
        request.body()
        self.gate.wait(60)
        del connection
        return False

    def on_socket(self, request: Request, connection: socket.socket) -> bool:
        """Switches protocols and then echoes bytes."""
        head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"
        connection.sendall(head.encode())
        while data := connection.recv(4096):
            connection.sendall(data.upper())
        del request
        return False
