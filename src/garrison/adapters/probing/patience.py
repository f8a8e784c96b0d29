"""A network in which one exchange may take so long and no longer, however slowly its bytes drip."""

import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

_PIECE = 1 << 14
"""Bytes written at once: between two pieces it is seen whether time is up."""


class Watch(threading.local):
    """What is known of the exchange that the current thread is in."""

    deadline: float = float("inf")
    """Of the monotonic clock."""
    opened: bool = False
    """Whether a connection was opened for it; else an old one is used."""
    received: int = 0
    """Bytes that came, heads and framing included."""

    def begin(self, seconds: float) -> None:
        """A new exchange, which may take so long."""
        self.deadline = time.monotonic() + seconds
        self.opened = False
        self.received = 0

    def left(self, asked: float | None) -> float:
        """Seconds that may be waited; nothing is left where it is not positive."""
        left = self.deadline - time.monotonic()
        return left if asked is None else min(left, asked)


class PatientNetwork(httpcore.NetworkBackend):
    """Opens TCP connections whose every wait ends with the exchange's time."""

    def __init__(self, watch: Watch) -> None:
        self._inner = httpcore.SyncBackend()
        self._watch = watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """As httpcore asks for it."""
        self._watch.opened = True
        left = _some(self._watch.left(timeout), httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _PatientStream(stream, self._watch)


class _PatientStream(httpcore.NetworkStream):
    """One connection of it."""

    def __init__(self, inner: httpcore.NetworkStream, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        content = self._inner.read(max_bytes, _some(self._watch.left(timeout), httpcore.ReadTimeout))
        self._watch.received += len(content)
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for at in range(0, len(buffer), _PIECE):
            left = _some(self._watch.left(timeout), httpcore.WriteTimeout)
            self._inner.write(buffer[at : at + _PIECE], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _some(self._watch.left(timeout), httpcore.ConnectTimeout)
        return _PatientStream(self._inner.start_tls(ssl_context, server_hostname, left), self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _some(left: float, over: type[Exception]) -> float:
    if left <= 0:
        raise over
    return left
