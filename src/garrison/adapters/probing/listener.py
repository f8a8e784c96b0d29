"""The listener: waits on loopback for requests that the target itself was made to send (out-of-band proof)."""

import contextlib
import re
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from garrison.assess.call import Caught

MOST_CAUGHT: Final = 10_000
"""Addresses of which the first request is kept."""
_PATIENCE: Final = 5.0
"""Seconds that a connection may be silent."""
_SHOWN: Final = 2_000
"""Characters of a request's target that are kept."""
_TOKEN: Final = re.compile(r"/([A-Za-z0-9_-]{1,64})")


class LoopbackListener:
    """Listens on a free port of 127.0.0.1. Answers whatever comes with a small text, which tells nothing."""

    def __init__(self) -> None:
        self._caught: OrderedDict[str, Caught] = OrderedDict()
        self._news = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def address(self, token: str) -> str:
        """The URL that is `token`'s own: letters, digits, `-` and `_`, 64 at most."""
        if not _TOKEN.fullmatch(f"/{token}"):
            raise ValueError("a token has 1 to 64 letters, digits, `-` or `_`")
        return f"{self.origin}/{token}"

    def caught(self, token: str, seconds: float) -> Caught | None:
        """The first request that came to it, waited for at most so long."""
        deadline = time.monotonic() + seconds
        with self._news:
            while token not in self._caught:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)
            return self._caught[token]

    def take(self, method: str, target: str, peer: str) -> None:
        """A request came."""
        found = _TOKEN.match(target)
        if found is None:
            return
        with self._news:
            self._caught.setdefault(found[1], Caught(found[1], method, target[:_SHOWN], peer))
            while len(self._caught) > MOST_CAUGHT:
                self._caught.popitem(last=False)
            self._news.notify_all()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> "LoopbackListener":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    """Whose threads end with the process, and which says nothing of broken connections."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is none of ours."""


def _handler(listener: LoopbackListener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes every method alike."""

        timeout = _PATIENCE
        server_version = "listener"
        sys_version = ""

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._take
            raise AttributeError(name)

        def _take(self) -> None:
            listener.take(self.command, self.path, self.client_address[0])
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.send_header("content-type", "text/plain")
                self.send_header("content-length", "2")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(b"ok")
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    return Handler
