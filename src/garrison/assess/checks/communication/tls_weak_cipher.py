"""`tls-weak-cipher`: cipher suites are accepted that do not protect."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import handshake, tls
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_WEAK: Final[Mapping[str, tuple[re.Pattern[str], Severity]]] = {
    "without encryption": (re.compile(r"_WITH_NULL_"), Severity.HIGH),
    "without authentication of the server": (re.compile(r"_anon_|_ANON_"), Severity.HIGH),
    "made weak for export": (re.compile(r"EXPORT"), Severity.HIGH),
    "with RC4": (re.compile(r"RC4"), Severity.MEDIUM),
    "with DES, 3DES or other ciphers of 64-bit blocks": (re.compile(r"_(3DES|DES|DES40|RC2|IDEA)_"), Severity.MEDIUM),
    "with MD5": (re.compile(r"_MD5$"), Severity.MEDIUM),
    "without forward secrecy": (re.compile(r"^TLS_RSA_WITH_|^TLS_ECDH_(RSA|ECDSA)_"), Severity.LOW),
}


def _run(a: Assessment) -> Iterator[Finding]:
    seen = tls(a, CHECK)
    if seen is None:
        return
    for what, (pattern, severity) in _WEAK.items():
        weak = sorted({suite for _, suite in seen.ciphers if pattern.search(suite)})
        if weak:
            yield a.found(
                CHECK,
                handshake(a, f"the server accepts {weak[0]}"),
                slot="tls.cipher",
                kind=what,
                severity=severity,
                says=f"{a.probe.origin} accepts {len(weak)} cipher suites {what}: {', '.join(weak[:4])}",
            )


CHECK = Check(
    id=CheckId("tls-weak-cipher"),
    title="weak cipher suites are accepted",
    family="communication",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.326", "cwe.327", "rec.9"),
    looks="Has `sslyze` try every cipher suite. Proven where a handshake with a weak one succeeds: without encryption "
    "or authentication, with RC4, DES or MD5, or without forward secrecy.",
    why="What was recorded can be read later, or the connection is taken over on the way.",
    mend="Take a current list (Mozilla's `intermediate`): suites with ECDHE and AES-GCM or ChaCha20 alone.",
    samples={"nginx": "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;\nssl_prefer_server_ciphers off;"},
    run=_run,
    most=2,
)
