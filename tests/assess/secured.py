"""Serving twins on loopback: in the clear, or with the TLS that their state holds."""

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from garrison.lab.served import served


@contextlib.contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an application; with TLS where `app.state.tls` is a context. Gives its URL."""
    context: ssl.SSLContext | None = getattr(app.state, "tls", None)
    if context is None:
        with served(app, "the twin") as origin:
            yield origin
        return
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")
    config.load()
    config.ssl = context
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"https://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
