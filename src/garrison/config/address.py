"""Addresses as operators write them: the upstream's URL and the gateway's `HOST:PORT`."""

import ipaddress
import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from garrison.core.errors import cause_of

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?\Z")
"""A host name as it stands in the DNS (RFC 1123, section 2.1), the underscore of container names included."""


class Upstream(msgspec.Struct, frozen=True):
    """Where the API is."""

    scheme: Literal["http", "https"]
    host: str
    """Name or address, lower case; an IPv6 address without brackets."""
    port: int

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address rather than a name."""
        return is_ip(self.host)


class Listen(msgspec.Struct, frozen=True):
    """Where the gateway listens."""

    host: str
    """Address without brackets."""
    port: int
    """0 means any free port."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_ip(host: str) -> bool:
    """Whether `host` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def parse_upstream(url: str) -> Upstream:
    """The parts of `http(s)://HOST[:PORT]`; raises ValueError whose text says what is wrong."""
    if not url.isprintable() or " " in url:
        raise ValueError("is not a URL: it holds blanks or control characters")  # urlsplit drops some of them
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"is not a URL: {cause_of(error)}") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError("must begin with `http://` or `https://`")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("must have no path: requests are forwarded with the path they came with")
    host = (parts.hostname or "").lower()
    if not host or not (is_ip(host) or _HOST.match(host)):
        raise ValueError("must name a host")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    if port == 0:
        raise ValueError("port must be between 1 and 65535")
    return Upstream(scheme, host, port or (443 if scheme == "https" else 80))


def parse_listen(address: str) -> Listen:
    """The parts of `HOST:PORT`; raises ValueError whose text says what is wrong."""
    host, colon, port = address.rpartition(":")
    if not colon or not host:
        raise ValueError("must be `HOST:PORT`")
    if not (port.isascii() and port.isdigit() and int(port[:9]) <= 65535):
        raise ValueError("port must be between 0 and 65535")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("must have an IPv6 address in brackets: `[::1]:8080`")
    host = "127.0.0.1" if host == "localhost" else host
    if not is_ip(host):
        raise ValueError("host must be an IP address of this machine: `0.0.0.0` and `[::]` mean all of them")
    return Listen(host, int(port))
