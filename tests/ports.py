"""Ports for servers that cannot choose one themselves, and for none at all."""

import contextlib
import os
import socket


def quiet_port() -> int:
    """A free port that no connection of another test is given meanwhile: below those that Linux gives by itself."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
