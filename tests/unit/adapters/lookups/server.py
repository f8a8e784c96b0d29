"""A server on loopback that answers as it is told: an issuer, an authorization server, one that misbehaves."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import ECKey


class Answer:
    def __init__(
        self, body: object = b"", status: int = 200, headers: Mapping[str, str] | None = None, delay: float = 0
    ) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.headers = dict(headers or {})
        self.delay = delay

    def wait(self) -> None:
        """Let time pass before the answer leaves."""
        time.sleep(self.delay)


class _Patient(ThreadingHTTPServer):
    request_queue_size = 1000
    daemon_threads = True


class Server:
    """`answers` by path; what has none is answered 404. `requests` are those that came."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, Mapping[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.path, headers, body))
                answer = outer.answers.get(self.path) or Answer(status=404)
                answer.wait()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Patient(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients leave here on purpose
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def publish(self, issuer: str, *keys: ECKey) -> None:
        """Be the issuer of that path, with these keys."""
        path = issuer.removeprefix(self.url)
        self.answers[f"{path}/.well-known/openid-configuration"] = Answer(
            {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        )
        self.answers[f"{path}/keys"] = Answer({"keys": [key.as_dict(private=False) for key in keys]})

    def count(self, path: str) -> int:
        return sum(each[0] == path for each in self.requests)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(context)
    try:
        yield server
    finally:
        server.close()


def key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `holds`; what never does fails."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)
