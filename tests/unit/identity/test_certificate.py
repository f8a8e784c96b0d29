"""Client certificates as identity."""

import pytest

from garrison.config.credentials import CertificateSettings
from garrison.core.canonical import canonicalise
from garrison.core.http import Peer, RequestHead, TlsFacts
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.identity.certificate import method
from garrison.identity.memory import Memory
from garrison.identity.outcome import Attempt, Failure, Outcome

SHOWN = TlsFacts("TLSv1.3", "", "CN=billing,O=Acme", "ab" * 32, "billing.acme.example", "spiffe://acme/billing")


def ask(tls: TlsFacts | None, settings: CertificateSettings) -> Outcome:
    head = RequestHead("GET", "/", "h", (), Peer("192.0.2.1", 1, tls), "https")
    judge = method(SecurityScheme("mtls", "mutualTLS"), settings).authenticate
    return judge(Attempt(head, canonicalise(head), 0.0, Memory()))


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (CertificateSettings(), "CN=billing,O=Acme"),
        (CertificateSettings(principal="dns"), "billing.acme.example"),
        (CertificateSettings(principal="uri"), "spiffe://acme/billing"),
        (CertificateSettings(principal="uri", names=("spiffe://other/*", "spiffe://acme/*")), "spiffe://acme/billing"),
    ],
)
def test_the_certificate_names_the_principal(settings: CertificateSettings, name: str) -> None:
    found = ask(SHOWN, settings)
    assert isinstance(found, Principal)
    assert (found.id, found.token) == (f"certificates:{name}", "ab" * 32)


def test_a_name_that_is_not_let_in() -> None:
    found = ask(SHOWN, CertificateSettings(principal="uri", names=("spiffe://acme/bill",)))
    assert found == Failure("certificate-not-allowed", account="spiffe://acme/billing")


def test_a_certificate_without_such_a_name() -> None:
    bare = TlsFacts("TLSv1.3", "", "CN=x", "ab" * 32)
    assert ask(bare, CertificateSettings(principal="dns")) == Failure("certificate-nameless", "no dns")


@pytest.mark.parametrize("tls", [None, TlsFacts("TLSv1.3"), TlsFacts("TLSv1.3", "", "CN=forged")])
def test_without_a_verified_certificate_nothing_is_presented(tls: TlsFacts | None) -> None:
    assert ask(tls, CertificateSettings()) is None
