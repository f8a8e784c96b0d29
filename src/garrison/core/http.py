"""HTTP messages as the engine sees them: immutable facts about one request and its response.

Names and values of headers are text decoded as ISO-8859-1, which maps every byte to one character and back
(RFC 9110, section 5.5), so nothing is lost and nothing can fail to decode. Names are lower case. Bodies are bytes.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields in the order received, repeated names kept. Pseudo-headers (`:path`) are not among them."""


LENGTHS: Final[Mapping[str, int]] = {str(number): number for number in range(4096)}
"""What `Content-Length` says of small bodies. To look one up takes a third of what it takes to read or write it."""


class TlsFacts(msgspec.Struct, frozen=True):
    """What the TLS handshake of the client's connection established."""

    version: str
    """`TLSv1.2` or `TLSv1.3`."""
    server_name: str = ""
    """The name the client asked for (SNI); empty where it named none."""
    subject: str = ""
    """The verified client certificate's subject (RFC 2253); empty where there is none."""
    certificate_sha256: str = ""
    """The client certificate's SHA-256 digest, lower-case hexadecimal; empty where there is none."""
    dns_san: str = ""
    """Its first alternative name that is a DNS name (RFC 5280, 4.2.1.6); Envoy tells of no others."""
    uri_san: str = ""
    """Its first alternative name that is a URI, such as a SPIFFE ID."""


class Peer(msgspec.Struct, frozen=True, gc=False):
    """The network origin of a request: the client, or the last proxy that is trusted to name it."""

    address: str
    """IPv4 or IPv6 address, without port."""
    port: int = 0
    tls: TlsFacts | None = None
    """None where the connection is not encrypted."""


class RequestHead(msgspec.Struct, frozen=True, gc=False):
    """A request without its body, as received."""

    method: str
    target: str
    """The request target exactly as received: path, and query where there is one."""
    authority: str
    """Host and port the client addressed (`Host` or `:authority`)."""
    headers: Headers
    peer: Peer
    scheme: str = "http"
    protocol: str = "HTTP/1.1"
    has_body: bool = False
    """Whether a body follows, even an empty one of unknown length."""


class ResponseHead(msgspec.Struct, frozen=True, gc=False):
    """A response without its body."""

    status: int
    headers: Headers
    has_body: bool = True
    """Whether a body follows, even an empty one of unknown length."""


class Reply(msgspec.Struct, frozen=True):
    """A response that Garrison itself gives."""

    status: int
    headers: Headers
    body: bytes


def header(headers: Headers, name: str) -> str | None:
    """The first value of the header `name` (lower case), or None."""
    for key, value in headers:
        if key == name:
            return value
    return None
