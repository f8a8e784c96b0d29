"""A service with one public operation, over TLS; the twins differ in how it speaks it."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Mapping

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, serving, thing

CONTRACT = contract({"GET /teas": operation(gives=thing("tea"), public=True)})
HOST = "127.0.0.1"


def tea(context: ssl.SSLContext | None = None, headers: Mapping[str, str] | None = None) -> Starlette:
    """The service."""

    async def teas(request: Request) -> Response:
        return answer({"tea": "Assam"}, headers=headers)

    application = serving({"GET /teas": teas})
    application.state.tls = context
    return application


def good() -> ssl.SSLContext:
    """TLS as it should be: current versions, and a certificate for the host."""
    return with_certificate(trustme.CA().issue_cert(HOST))


def with_certificate(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """TLS with another certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    certificate.configure_cert(context)
    return context


def self_signed(folder: str) -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for; its files are written to a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(_address())]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    file = f"{folder}/self-signed.pem"
    with open(file, "wb") as out:  # noqa: PTH123 - a name in a folder for temporary files
        out.write(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _address() -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(HOST)
