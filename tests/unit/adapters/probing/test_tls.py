"""What a report of sslyze says, and what is said where it cannot be used."""

import importlib.util
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from garrison.adapters.probing.tls import Sslyze, tls_of
from garrison.assess.tools import Unusable

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def suites(*names: str) -> dict[str, Any]:
    accepted = [{"cipher_suite": {"name": name}} for name in names]
    return {"status": "COMPLETED", "result": {"accepted_cipher_suites": accepted}}


def leaf(**changes: Any) -> dict[str, Any]:
    return {
        "not_valid_before": "2026-01-01T00:00:00Z",
        "not_valid_after": "2027-01-01T00:00:00Z",
        "subject": {"rfc4514_string": "CN=api.example.com"},
        "issuer": {"rfc4514_string": "CN=Some Authority"},
        "subject_alternative_name": {"dns_names": ["api.example.com"], "ip_addresses": []},
        "public_key": {"algorithm": "RSAPublicKey", "key_size": 2048},
        "signature_hash_algorithm": {"name": "SHA256"},
        **changes,
    }


def report(certificate: dict[str, Any], *, trusted: bool = True, **results: Any) -> dict[str, Any]:
    chain = {
        "received_certificate_chain": [certificate],
        "path_validation_results": [{"was_validation_successful": False}, {"was_validation_successful": trusted}],
    }
    found = {"certificate_info": {"status": "COMPLETED", "result": {"certificate_deployments": [chain]}}, **results}
    return {"server_scan_results": [{"scan_status": "COMPLETED", "scan_result": found}]}


def test_reads_versions_and_ciphers_oldest_first() -> None:
    seen = tls_of(
        report(leaf(), tls_1_3_cipher_suites=suites("TLS_A"), tls_1_0_cipher_suites=suites("TLS_B", "TLS_C")),
        "api.example.com",
        NOW,
    )
    assert seen.protocols == ("TLS 1.0", "TLS 1.3")
    assert seen.ciphers == (("TLS 1.0", "TLS_B"), ("TLS 1.0", "TLS_C"), ("TLS 1.3", "TLS_A"))


def test_reads_a_good_certificate() -> None:
    (certificate,) = tls_of(report(leaf()), "api.example.com", NOW).certificates
    assert certificate.fits_host
    assert certificate.is_trusted
    assert not (certificate.is_expired)
    assert not (certificate.is_self_signed)
    assert not (certificate.is_weak_key)
    assert (certificate.key, certificate.signature_hash) == ("RSA 2048", "sha256")


@pytest.mark.parametrize(
    ("names", "host", "fits"),
    [
        ({"dns_names": ["*.example.com"]}, "api.example.com", True),
        ({"dns_names": ["*.example.com"]}, "example.com", False),
        ({"dns_names": ["*.example.com"]}, "a.b.example.com", False),
        ({"dns_names": ["API.example.com"]}, "api.EXAMPLE.com", True),
        ({"dns_names": ["127.0.0.1"], "ip_addresses": []}, "127.0.0.1", False),
        ({"ip_addresses": ["127.0.0.1"]}, "127.0.0.1", True),
        ({}, "api.example.com", False),
    ],
)
def test_compares_names_as_rfc_9525_has_it(names: dict[str, Any], host: str, fits: bool) -> None:
    (certificate,) = tls_of(report(leaf(subject_alternative_name=names)), host, NOW).certificates
    assert certificate.fits_host is fits


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"not_valid_after": "2026-02-28T23:59:59Z"}, "is_expired"),
        ({"not_valid_before": "2026-03-02T00:00:00Z"}, "is_expired"),
        ({"issuer": {"rfc4514_string": "CN=api.example.com"}}, "is_self_signed"),
        ({"public_key": {"algorithm": "RSAPublicKey", "key_size": 1024}}, "is_weak_key"),
        ({"public_key": {"algorithm": "ECPublicKey", "key_size": 192}}, "is_weak_key"),
    ],
)
def test_sees_what_is_wrong_with_a_certificate(changes: dict[str, Any], field: str) -> None:
    (certificate,) = tls_of(report(leaf(**changes)), "api.example.com", NOW).certificates
    assert getattr(certificate, field)


def test_names_known_attacks() -> None:
    seen = tls_of(
        report(
            leaf(),
            heartbleed={"result": {"is_vulnerable_to_heartbleed": True}},
            robot={"result": {"robot_result": "VULNERABLE_WEAK_ORACLE"}},
            tls_compression={"result": {"supports_compression": False}},
        ),
        "api.example.com",
        NOW,
    )
    assert seen.flaws == ("Heartbleed (CVE-2014-0160)", "ROBOT (CVE-2017-13099)")


@pytest.mark.parametrize(
    "found", [{}, {"server_scan_results": []}, {"server_scan_results": [{"scan_status": "ERROR_NO_CONNECTIVITY"}]}, []]
)
def test_says_that_it_could_not_connect(found: Any) -> None:
    with pytest.raises(Unusable, match="could not speak TLS"):
        tls_of(found, "api.example.com", NOW)


def test_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Unusable, match=r"garrison\[assess\]"):
        Sslyze("https://127.0.0.1:1").scan()


@pytest.mark.parametrize("is_harmless", [False, True])
def test_a_harmless_look_tries_no_attack(monkeypatch: pytest.MonkeyPatch, is_harmless: bool) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.extend(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Unusable):
        Sslyze("https://127.0.0.1:1", is_harmless=is_harmless).scan()
    assert "--certinfo" in asked
    assert is_harmless is {"--heartbleed", "--robot", "--openssl_ccs", "--compression", "--reneg"}.isdisjoint(asked)
