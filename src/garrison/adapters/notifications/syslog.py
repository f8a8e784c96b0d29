"""By syslog (RFC 5424): over UDP (RFC 5426), TCP with octet counting (RFC 6587, 3.4.1), TLS (RFC 5425), a Unix socket.

Syslog confirms nothing: a message counts as delivered once the system has taken it, over TCP where the server did not
reset the connection.
"""

import contextlib
import os
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from garrison.adapters.notifications.sender import TIMEOUT, DeliveryError, heading, why
from garrison.config.notify import SyslogSettings
from garrison.core.detection import Severity
from garrison.core.notice import Notice
from garrison.core.printable import printable

MOST_DATAGRAM: Final = 2048
"""Bytes that every receiver should take (RFC 5424, 6.1)."""
_ID: Final = "garrison@32473"
"""Of the structured data: the number is the one for examples (RFC 5612), as Garrison has none of its own."""
_SEVERITIES: Final = {
    Severity.CRITICAL: 2,
    Severity.HIGH: 3,
    Severity.MEDIUM: 4,
    Severity.LOW: 5,
    Severity.INFORMATIONAL: 6,
}
"""RFC 5424, 6.2.1."""
_SHOWN: Final = 5
_LAST: Final = 1.0
"""Seconds to wait for a server that does not close the connection as well."""


class Syslog:
    """One server."""

    batch = 1  # of several it could not be told which had left

    def __init__(self, settings: SyslogSettings) -> None:
        """Raises DeliveryError where the authorities cannot be read."""
        self._parts = urlsplit(settings.address)
        self._facility = settings.facility
        self._host = socket.gethostname()[:255] or "-"
        self._trusted: ssl.SSLContext | None = None
        if self._parts.scheme == "tls":
            try:
                self._trusted = ssl.create_default_context(cafile=settings.ca or None)
            except (OSError, ssl.SSLError) as error:
                raise DeliveryError(f"`{settings.ca}` holds no certificates that can be read") from error

    def send(self, notices: Sequence[Notice]) -> None:
        """Each in a message. Raises DeliveryError."""
        messages = [message(each, self._facility, self._host) for each in notices]
        try:
            match self._parts.scheme:
                case "udp":
                    self._datagrams(messages)
                case "unix":
                    self._unix(messages)
                case _:
                    self._stream(messages)
        except OSError as error:
            raise DeliveryError(why(error)) from None

    def _datagrams(self, messages: Sequence[bytes]) -> None:
        address = (self._parts.hostname or "", self._parts.port or 0)
        family, kind, protocol, _, place = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as sending:
            sending.connect(place)  # so that a closed port on this machine is told
            for each in messages:
                sending.send(_cut(each))

    def _unix(self, messages: Sequence[bytes]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
            sending.settimeout(TIMEOUT)
            sending.connect(self._parts.path)
            for each in messages:
                sending.send(_cut(each))

    def _stream(self, messages: Sequence[bytes]) -> None:
        address = (self._parts.hostname or "", self._parts.port or 0)
        framed = b"".join(b"%d %s" % (len(each), each) for each in messages)
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection(address, TIMEOUT))
            if self._trusted is not None:
                connection = stack.enter_context(self._trusted.wrap_socket(connection, server_hostname=address[0]))
            connection.sendall(framed)
            connection.settimeout(_LAST)
            if isinstance(connection, ssl.SSLSocket):
                # What is closed before it has read all, session tickets too, resets the connection, and what the server
                # has not read by then is lost. RFC 5425, 4.4 asks for it as well.
                with contextlib.suppress(TimeoutError, ssl.SSLError):
                    connection.unwrap()
            else:
                connection.shutdown(socket.SHUT_WR)
                with contextlib.suppress(TimeoutError):
                    connection.recv(1)  # the end, or a reset where it was not taken


def message(notice: Notice, facility: int, host: str) -> bytes:
    """A syslog message."""
    priority = facility * 8 + _SEVERITIES[notice.severity]
    made = datetime.fromtimestamp(notice.made, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = f"<{priority}>1 {made} {host} garrison {os.getpid()} {notice.kind} {_data(notice)} "
    return head.encode("utf-8") + b"\xef\xbb\xbf" + heading(notice).encode("utf-8")


def _data(notice: Notice) -> str:
    named = notice.named
    values = {
        "id": notice.id,
        "incident": notice.incident,
        "state": notice.state,
        "severity": notice.severity,
        "confidence": notice.confidence,
        "detections": str(notice.detections),
        "rules": ",".join(notice.rules[:_SHOWN]),
        "principals": ",".join(named.principals[:_SHOWN]),
        "clients": ",".join(named.clients[:_SHOWN]),
        "peers": ",".join(named.peers[:_SHOWN]),
        "operations": ",".join(named.operations[:_SHOWN]),
        "measures": ",".join(
            f"{each.action} {each.target}{' (simulated)' if each.simulated else ''}"
            for each in notice.measures[-_SHOWN:]
        ),
    }
    parameters = "".join(f' {name}="{_escaped(value)}"' for name, value in values.items() if value)
    return f"[{_ID}{parameters}]"


def _escaped(value: str) -> str:
    """RFC 5424, 6.3.3; what is no printable character would let a value begin a message of its own."""
    return printable(value).replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _cut(content: bytes) -> bytes:
    return content[:MOST_DATAGRAM].decode("utf-8", "ignore").encode("utf-8")
