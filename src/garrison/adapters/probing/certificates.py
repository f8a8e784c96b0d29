"""When certificates end: that which a server shows, and those in files."""

import socket
import ssl
from pathlib import Path
from typing import Final

from cryptography import x509

from garrison.adapters.probing.origin import split_url

TIMEOUT: Final = 10.0
"""Seconds to connect, and for the handshake."""


def shown_certificate(url: str) -> dict[str, float]:
    """When the certificate of a server ends (seconds since the epoch), by a name for it; nothing where it shows none.

    Any certificate is taken: whether it holds is for checks to say, and nothing is sent.
    """
    origin, _ = split_url(url)
    if origin.scheme != "https":
        return {}
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((origin.host, origin.port), TIMEOUT) as connection,
            context.wrap_socket(connection, server_hostname=origin.host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
        certificate = x509.load_der_x509_certificate(shown or b"")
    except (OSError, ValueError):
        return {}
    return {f"of {origin.host}:{origin.port}": certificate.not_valid_after_utc.timestamp()}


def filed_certificate(file: str) -> dict[str, float]:
    """When the first of the certificates in a PEM file ends that does; nothing where it cannot be read."""
    try:
        chain = x509.load_pem_x509_certificates(Path(file).read_bytes())
    except (OSError, ValueError):
        return {}
    return {f"in `{file}`": min(each.not_valid_after_utc.timestamp() for each in chain)}
