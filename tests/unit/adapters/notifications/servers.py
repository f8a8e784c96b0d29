"""Servers on loopback that are told of incidents, and that may refuse."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from tests.ports import quiet_port


class Got(NamedTuple):
    """One request."""

    headers: dict[str, str]
    body: bytes


class Taking:
    """A server that takes requests, and answers `status`."""

    def __init__(self, port: int = 0) -> None:
        self.got: list[Got] = []
        self.status = 204
        taking = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                taking.got.append(Got({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(taking.status)
                self.send_header("location", "http://127.0.0.1:1/")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@contextlib.contextmanager
def taking(port: int = 0) -> Iterator[Taking]:
    server = Taking(port)
    try:
        yield server
    finally:
        server.close()


class Mails:
    """What a mail server got; it refuses while `refuses`."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.tries = 0
        self.refuses = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802  # so it is called
        del server, session, options
        self.tries += 1
        if self.refuses:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # so it is called
        del server, session
        self.got.append(envelope.content.decode("utf-8", "replace"))
        return "250 OK"


@contextlib.contextmanager
def mail_server(mails: Mails) -> Iterator[int]:
    """Its port."""
    port = quiet_port()
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
