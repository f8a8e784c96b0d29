"""`tls-old-version`: versions of TLS are spoken that protect no more."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import handshake, tls
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_OLD: Final = {
    "SSL 2.0": Severity.HIGH,
    "SSL 3.0": Severity.HIGH,
    "TLS 1.0": Severity.MEDIUM,
    "TLS 1.1": Severity.MEDIUM,
}


def _run(a: Assessment) -> Iterator[Finding]:
    seen = tls(a, CHECK)
    old = [name for name in seen.protocols if name in _OLD] if seen is not None else []
    if seen is None or not old:
        return
    yield a.found(
        CHECK,
        handshake(a, f"the server speaks {', '.join(seen.protocols)}"),
        slot="tls.version",
        severity=max((_OLD[name] for name in old), key=lambda each: each.rank),
        says=f"{a.probe.origin} speaks {', '.join(old)}, beside "
        + ", ".join(n for n in seen.protocols if n not in old),
    )


CHECK = Check(
    id=CheckId("tls-old-version"),
    title="old versions of TLS are spoken",
    family="communication",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.326", "cwe.327", "rec.9"),
    looks="Has `sslyze` try every version from SSL 2.0 to TLS 1.3. Proven where a handshake of an old one succeeds "
    "(RFC 8996 forbids TLS 1.0 and 1.1).",
    why="Somebody on the way brings both sides down to it, and its ciphers and hashes are broken.",
    mend="Speak TLS 1.3 and 1.2 alone.",
    samples={"nginx": "ssl_protocols TLSv1.2 TLSv1.3;", "python": "context.minimum_version = ssl.TLSVersion.TLSv1_2"},
    run=_run,
    most=1,
)
