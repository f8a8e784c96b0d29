"""TLS: what a server accepts, looked at by `sslyze`.

It is under the AGPL: it runs as a program of its own, and what it found is read from its JSON. Never imported.
"""

import importlib.util
import ipaddress
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from garrison.assess.tools import HINT, Certificate, Tls, Unusable

_VERSIONS: Final = {
    "ssl_2_0": "SSL 2.0",
    "ssl_3_0": "SSL 3.0",
    "tls_1_0": "TLS 1.0",
    "tls_1_1": "TLS 1.1",
    "tls_1_2": "TLS 1.2",
    "tls_1_3": "TLS 1.3",
}
_LOOKS: Final = ("--certinfo", "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3")
"""Ordinary handshakes alone."""
_ATTACKS: Final = ("--heartbleed", "--robot", "--openssl_ccs", "--compression", "--reneg")
_PATIENCE: Final = 120.0
"""Seconds for the whole look."""
_MOST_JSON: Final = 8 << 20


class Sslyze:
    """Looks at one origin, once."""

    def __init__(self, origin: str, *, is_harmless: bool = False) -> None:
        """With `is_harmless` no known attack is tried: versions, ciphers and the certificate are read alone."""
        self._origin = urlsplit(origin)
        self._commands = _LOOKS if is_harmless else (*_LOOKS, *_ATTACKS)
        self._seen: Tls | None = None

    def scan(self) -> Tls:
        """What it accepts. Raises Unusable."""
        if self._seen is None:
            self._seen = tls_of(self._report(_program()), self._origin.hostname or "", datetime.now(UTC))
        return self._seen

    def _report(self, program: Sequence[str]) -> Any:
        host, port = self._origin.hostname or "", self._origin.port or 443
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        with tempfile.TemporaryDirectory(prefix="garrison-") as folder:
            file = Path(folder) / "tls.json"
            command = [
                *program,
                *self._commands,
                "--mozilla_config=disable",
                f"--json_out={file}",
                place,
            ]
            try:
                done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 - no shell
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Unusable(f"`sslyze` did not come to an end: {type(error).__name__}") from error
            if not file.exists() or file.stat().st_size > _MOST_JSON:
                raise Unusable(f"`sslyze` ended with {done.returncode} and gave no report")
            return json.loads(file.read_bytes())


def _program() -> tuple[str, ...]:
    """How it is started: as a module of this Python, or from wherever it is installed. Raises Unusable."""
    if importlib.util.find_spec("sslyze") is not None:
        return (sys.executable, "-m", "sslyze")
    found = shutil.which("sslyze")
    if found is None:
        raise Unusable(f"TLS is looked at by `sslyze`, which is not there: {HINT}")
    return (found,)


def tls_of(report: Any, host: str, now: datetime) -> Tls:
    """What a report of sslyze says of its first server. Raises Unusable where it could not connect."""
    servers = report.get("server_scan_results") if isinstance(report, Mapping) else None
    if not servers or servers[0].get("scan_status") != "COMPLETED" or not servers[0].get("scan_result"):
        raise Unusable("`sslyze` could not speak TLS with it")
    results = servers[0]["scan_result"]
    suites = {
        name: _result(results, f"{key}_cipher_suites").get("accepted_cipher_suites") or []
        for key, name in _VERSIONS.items()
    }
    deployments = _result(results, "certificate_info").get("certificate_deployments") or []
    return Tls(
        protocols=tuple(name for name, accepted in suites.items() if accepted),
        ciphers=tuple((name, str(each["cipher_suite"]["name"])) for name, found in suites.items() for each in found),
        certificates=tuple(_certificate(each, host, now) for each in deployments),
        flaws=tuple(_flaws(results)),
    )


def _result(results: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = results.get(name)
    value = found.get("result") if isinstance(found, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _flaws(results: Mapping[str, Any]) -> Iterator[str]:
    if _result(results, "heartbleed").get("is_vulnerable_to_heartbleed"):
        yield "Heartbleed (CVE-2014-0160)"
    if _result(results, "openssl_ccs_injection").get("is_vulnerable_to_ccs_injection"):
        yield "injection of ChangeCipherSpec (CVE-2014-0224)"
    if str(_result(results, "robot").get("robot_result", "")).startswith("VULNERABLE"):
        yield "ROBOT (CVE-2017-13099)"
    if _result(results, "tls_compression").get("supports_compression"):
        yield "compression (CRIME, CVE-2012-4929)"
    if _result(results, "session_renegotiation").get("is_vulnerable_to_client_renegotiation_dos"):
        yield "renegotiation that clients start any number of times"


def _certificate(deployment: Mapping[str, Any], host: str, now: datetime) -> Certificate:
    leaf = deployment["received_certificate_chain"][0]
    key = leaf.get("public_key") or {}
    size = int(key.get("key_size") or 0)
    algorithm = str(key.get("algorithm", "")).lower()
    kind = "RSA" if "rsa" in algorithm else "EC" if "ec" in algorithm else "DSA" if "dsa" in algorithm else algorithm
    subject, issuer = (str((leaf.get(name) or {}).get("rfc4514_string", "")) for name in ("subject", "issuer"))
    ends = datetime.fromisoformat(leaf["not_valid_after"])
    paths = deployment.get("path_validation_results") or []
    return Certificate(
        subject=subject,
        not_before=str(leaf["not_valid_before"]),
        not_after=str(leaf["not_valid_after"]),
        is_expired=ends < now or datetime.fromisoformat(leaf["not_valid_before"]) > now,
        fits_host=_fits(leaf.get("subject_alternative_name") or {}, host),
        is_trusted=any(each.get("was_validation_successful") for each in paths),
        is_self_signed=bool(subject) and subject == issuer,
        key=f"{kind} {size}",
        is_weak_key=(kind in ("RSA", "DSA") and size < 2048) or (kind == "EC" and size < 224),
        signature_hash=str((leaf.get("signature_hash_algorithm") or {}).get("name", "")).lower(),
    )


def _fits(names: Mapping[str, Any], host: str) -> bool:
    """Whether the host stands among a certificate's alternative names (RFC 9525)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return any(_covers(str(name).lower(), host.lower()) for name in names.get("dns_names") or ())
    return any(str(each) == str(address) for each in names.get("ip_addresses") or ())


def _covers(name: str, host: str) -> bool:
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host
