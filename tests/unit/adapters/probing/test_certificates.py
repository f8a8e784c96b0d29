"""When certificates end."""

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from tests.assess.secured import secured

from garrison.adapters.probing.certificates import filed_certificate, shown_certificate

LATER = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
SOONER = dt.datetime(2030, 5, 1, tzinfo=dt.UTC)


def made(ends: dt.datetime) -> tuple[bytes, bytes]:
    """A certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "api")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(ends - dt.timedelta(days=900)).not_valid_after(ends)
    shown = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return shown, private


def test_the_first_of_a_chain_that_ends_counts(tmp_path: Path) -> None:
    file = tmp_path / "chain.pem"
    file.write_bytes(made(LATER)[0] + made(SOONER)[0])
    assert filed_certificate(str(file)) == {f"in `{file}`": SOONER.timestamp()}


def test_what_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no certificate")
    assert filed_certificate(str(tmp_path / "text")) == {}
    assert filed_certificate(str(tmp_path / "missing")) == {}


def test_a_server_is_looked_at_whatever_it_shows(tmp_path: Path) -> None:
    shown, key = made(SOONER)
    (tmp_path / "both.pem").write_bytes(shown + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    with secured(Starlette(), context) as origin:
        assert shown_certificate(f"{origin}/v1") == {f"of {origin.removeprefix('https://')}": SOONER.timestamp()}


def test_a_server_without_one_and_one_that_is_not_there_show_none() -> None:
    assert shown_certificate("http://127.0.0.1:9") == {}
    assert shown_certificate("https://127.0.0.1:9") == {}
