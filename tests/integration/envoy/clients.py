"""Clients of the gateway: one HTTP/1.1 exchange on a raw socket, and HTTP/2 through the h2 library."""

import http.client
import itertools
import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import h2.config
import h2.connection
import h2.events

_numbers = itertools.count(1)


def fresh_name() -> str:
    """A name for one exchange, by which its notes are found."""
    return f"exchange-{next(_numbers)}"


class Answer:
    def __init__(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)


def headers_for(name: str, script: Mapping[str, Any], **more: str) -> dict[str, str]:
    return {"x-name": name, "x-script": json.dumps(script), **{k.replace("_", "-"): v for k, v in more.items()}}


def send(
    port: int,
    name: str,
    script: Mapping[str, Any],
    target: str = "/echo",
    method: str = "GET",
    body: bytes | Iterable[bytes] | None = None,
    context: ssl.SSLContext | None = None,
    **more: str,
) -> Answer:
    """One exchange; a body that is an iterable is sent in chunks, its length unknown."""
    connection: http.client.HTTPConnection
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
    headers = headers_for(name, script, **more)
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def raw_head(name: str, script: Mapping[str, Any], target: str, *lines: str, method: str = "GET") -> bytes:
    fields = [f"{key}: {value}" for key, value in headers_for(name, script).items()]
    return "\r\n".join([f"{method} {target} HTTP/1.1", "host: gateway.test", *fields, *lines, "", ""]).encode()


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        more = connection.recv(65536)
        if not more:
            raise AssertionError(f"closed before {mark!r}: {data!r}")
        data += more
    return data


def read_all(connection: socket.socket) -> bytes:
    data = b""
    while more := connection.recv(65536):
        data += more
    return data


class Http2:
    """One HTTP/2 connection, one stream at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="latin-1"))
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def start(self, headers: Iterable[tuple[str, str]], *, end: bool) -> int:
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, list(headers), end_stream=end)
        self.flush()
        return stream

    def data(self, stream: int, data: bytes, *, end: bool) -> None:
        self.h2.send_data(stream, data, end_stream=end)
        self.flush()

    def trailers(self, stream: int, headers: Iterable[tuple[str, str]]) -> None:
        self.h2.send_headers(stream, list(headers), end_stream=True)
        self.flush()

    def reset(self, stream: int) -> None:
        self.h2.reset_stream(stream)
        self.flush()

    def answer(self, stream: int) -> tuple[Answer, dict[str, str]]:
        """The answer and its trailers. A reset by the gateway is status 0."""
        headers: list[tuple[str, str]] = []
        trailers: list[tuple[str, str]] = []
        body = b""
        while True:
            data = self.socket.recv(65536)
            assert data, "connection closed"
            for event in self.h2.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived):
                    headers = [(_text(key), _text(value)) for key, value in event.headers]
                elif isinstance(event, h2.events.TrailersReceived):
                    trailers = [(_text(key), _text(value)) for key, value in event.headers]
                elif isinstance(event, h2.events.DataReceived):
                    body += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamReset):
                    return Answer(0, [], body), {}
                elif isinstance(event, h2.events.StreamEnded) and event.stream_id == stream:
                    self.flush()
                    return Answer(int(dict(headers)[":status"]), headers, body), dict(trailers)
            self.flush()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def http2_headers(name: str, script: Mapping[str, Any], method: str, path: str, **more: str) -> list[tuple[str, str]]:
    pseudo = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "gateway.test")]
    return [*pseudo, *headers_for(name, script, **more).items()]
