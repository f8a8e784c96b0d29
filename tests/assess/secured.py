"""Serving twins over TLS on loopback."""

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette


@contextlib.contextmanager
def secured(app: Starlette, context: ssl.SSLContext) -> Iterator[str]:
    """Serve an application over TLS. Gives its URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")
    config.load()
    config.ssl = context
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
