"""Envoy's admin interface over its Unix socket: whether it serves, what is under way, draining."""

import http.client
import socket
from pathlib import Path

import msgspec

from garrison.core.errors import GatewayError

TIMEOUT = 5.0
"""Seconds for one answer. Envoy's main thread gives it, which compiling a policy may keep busy."""

ACTIVE_REQUESTS = "http.ingress.downstream_rq_active"


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("admin", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _Stat(msgspec.Struct, frozen=True):
    name: str = ""
    value: float = 0


class _Stats(msgspec.Struct, frozen=True):
    stats: tuple[_Stat, ...]


class Admin:
    """Questions and orders to one Envoy. Every method raises GatewayError where it does not answer."""

    def __init__(self, path: Path, timeout: float = TIMEOUT) -> None:
        self._path = path
        self._timeout = timeout

    def is_ready(self) -> bool:
        """Whether Envoy serves; False while it starts, and where nobody answers."""
        try:
            status, _ = self._ask("GET", "/ready")
        except GatewayError:
            return False
        return status == 200

    def active_requests(self) -> int:
        """Exchanges under way, upgraded connections included."""
        _, body = self._ask("GET", f"/stats?format=json&filter=^{ACTIVE_REQUESTS}$")
        try:
            stats = msgspec.json.decode(body, type=_Stats).stats
        except msgspec.DecodeError as error:
            raise GatewayError("envoy's statistics cannot be read") from error
        return int(sum(stat.value for stat in stats if stat.name == ACTIVE_REQUESTS))

    def drain(self) -> None:
        """Accept no more connections, and end each one after its next answer."""
        # The graceful kind makes every answer say `connection: close` (or GOAWAY) but keeps accepting; the
        # plain kind stops accepting at once.
        self._ask("POST", "/drain_listeners?graceful&skip_exit")
        self._ask("POST", "/drain_listeners")

    def _ask(self, method: str, target: str) -> tuple[int, bytes]:
        connection = _Connection(self._path, self._timeout)
        try:
            connection.request(method, target)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise GatewayError(f"envoy does not answer `{target}`: {error}") from error
        finally:
            connection.close()
