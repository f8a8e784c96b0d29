"""Tools: programs and libraries that some checks use, each behind what the checks read of it.

They come with `garrison[assess]`. A check whose tool is not there is reported as untested.
"""

from typing import Final, Protocol

import msgspec

from garrison.assess.request import Request
from garrison.assess.target import Target

HINT: Final = "`pip install 'garrison[assess]'` installs it"


class Unusable(Exception):  # noqa: N818 - no error: the check is reported as untested
    """A tool is not installed, or could not do its work; says why."""


class Certificate(msgspec.Struct, frozen=True):
    """The certificate that a server shows."""

    subject: str
    """As RFC 4514 writes it: `CN=api.example.com`."""
    not_before: str
    """ISO 8601, UTC."""
    not_after: str
    """ISO 8601, UTC."""
    is_expired: bool
    fits_host: bool
    """Whether the name or the address that was asked for stands in it."""
    is_trusted: bool
    """Whether a common store of root certificates leads to it."""
    is_self_signed: bool
    key: str
    """`RSA 2048`, `EC 256`."""
    is_weak_key: bool
    """RSA or DSA below 2048 bits, or a curve below 224 (NIST SP 800-57)."""
    signature_hash: str
    """Lower case: `sha256`; empty where the algorithm has none of its own."""


class Tls(msgspec.Struct, frozen=True):
    """What a server accepts."""

    protocols: tuple[str, ...]
    """The versions it speaks, oldest first: `TLS 1.2`."""
    ciphers: tuple[tuple[str, str], ...]
    """Each accepted cipher suite with the version: `("TLS 1.2", "TLS_RSA_WITH_AES_128_CBC_SHA")`."""
    certificates: tuple[Certificate, ...]
    """The leaf of each chain that it shows."""
    flaws: tuple[str, ...] = ()
    """Known attacks that it is open to: `Heartbleed`."""


class TlsScanner(Protocol):
    """Looks at how the target speaks TLS."""

    def scan(self) -> Tls:
        """What it accepts. Looks once, and remembers. Raises Unusable."""


class Generator(Protocol):
    """Makes requests up that a contract allows, or nearly allows."""

    def cases(self, target: Target, count: int, *, valid: bool) -> tuple[Request, ...]:
        """At most `count` requests to an operation, the same ones each time. Raises Unusable."""


class Tools(msgspec.Struct, frozen=True):
    """What there is; None where the target has nothing for it."""

    tls: TlsScanner | None = None
    generator: Generator | None = None
