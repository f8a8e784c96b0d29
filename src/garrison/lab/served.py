"""Serves an application on loopback while a context lasts."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from garrison.core.errors import GatewayError

_START_TIMEOUT = 10.0


@contextlib.contextmanager
def served(app: Any, name: str) -> Iterator[str]:
    """Serve the ASGI application `app` on a free port of 127.0.0.1; gives its URL. `name` is what it is called in
    errors.

    Raises:
        GatewayError: it does not start.
    """
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, name="garrison-sample", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _START_TIMEOUT
        while not server.started:
            if time.monotonic() > deadline:
                raise GatewayError(f"{name} does not start")
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
