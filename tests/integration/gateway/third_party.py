"""A third party that misbehaves as it is asked to: an HTTPS server, a thread for each connection."""

import json
import ssl
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

CONTRACT = """
openapi: 3.1.0
info: {title: Mail, version: "1"}
security: [{bearer: []}]
paths:
  /messages:
    post:
      operationId: sendMessage
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [to]
              properties: {to: {type: string, format: email}, note: {type: string}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Got"}}}}}
  /{what}:
    get:
      operationId: ask
      parameters: [{name: what, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {$ref: "#/components/schemas/Got"}}, application/octet-stream: {}}
        "302": {description: elsewhere}
        "500": {description: broken, content: {application/json: {schema: {type: object}}}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas: {Got: {type: object, required: [id], properties: {id: {type: string}}, additionalProperties: false}}
"""
GIGABYTE = 1 << 30


class ThirdParty:
    """Listens on a port of `localhost`, with a certificate for `name`."""

    def __init__(self, folder: Path, name: str = "localhost") -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        self.seen: list[tuple[Mapping[str, str], bytes]] = []
        """Header fields and body of each POST."""
        self.sent = 0
        """Bytes of the answers that never end."""
        self._server = _Server(self)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, party: ThirdParty) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.party = party

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who does not like the certificate hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.party.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self._answer(200, {"id": "1"}, {"Set-Cookie": "sid=1; Domain=localhost"})

    def do_GET(self) -> None:
        what = self.path.strip("/")
        port = self.server.party.port
        plain: Mapping[str, tuple[int, Any, Mapping[str, str]]] = {
            "broken": (200, {"id": 1, "secret": "x"}, {}),
            "failing": (500, {"detail": 'Traceback (most recent call last):\n  File "/srv/a.py", line 3'}, {}),
            "elsewhere": (302, None, {"Location": "https://evil.example/"}),
            "moved": (302, None, {"Location": f"https://localhost:{port}/ok"}),
            "markup": (200, "<script>alert(1)</script>", {"Content-Type": "text/html"}),
        }
        if what in {"stated", "endless", "opaque", "drip", "hang"}:
            getattr(self, f"_{what}")()
        else:
            self._answer(*plain.get(what, (200, {"id": "1"}, {})))

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        body = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        own = {"Content-Type": "application/json"} if value is not None else {}
        self._head({**own, "Content-Length": str(len(body)), **headers}, status)
        self.wfile.write(body)

    def _head(self, headers: Mapping[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _stated(self) -> None:
        self._head({"Content-Type": "application/json", "Content-Length": str(GIGABYTE)})

    def _hang(self) -> None:
        time.sleep(30)

    def _endless(self) -> None:
        self._pour("application/json")

    def _opaque(self) -> None:
        self._pour("application/octet-stream")

    def _pour(self, kind: str) -> None:
        """A gigabyte in chunks, as far as somebody takes it."""
        self._head({"Content-Type": kind, "Transfer-Encoding": "chunked"})
        piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
        try:
            for _ in range(GIGABYTE >> 16):
                self.wfile.write(piece)
                self.server.party.sent += 65536
        except OSError:
            self.close_connection = True

    def _drip(self) -> None:
        self._head({"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        try:
            while True:
                self.wfile.write(b"1\r\n \r\n")
                time.sleep(0.1)
        except OSError:
            self.close_connection = True
