"""`tls-flaw`: the TLS of the server is open to a known attack."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import handshake, tls
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    seen = tls(a, CHECK)
    for flaw in seen.flaws if seen is not None else ():
        yield a.found(
            CHECK,
            handshake(a, f"the server is open to {flaw}"),
            slot="tls.flaw",
            kind=flaw.partition(" ")[0],
            severity=Severity.CRITICAL if flaw.startswith("Heartbleed") else Severity.MEDIUM,
            says=f"{a.probe.origin} is open to {flaw}",
        )


CHECK = Check(
    id=CheckId("tls-flaw"),
    title="TLS is open to a known attack",
    family="communication",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.327", "cwe.1395", "rec.9"),
    looks="Has `sslyze` try Heartbleed, ROBOT, injection of ChangeCipherSpec, compression and renegotiation without "
    "end. Proven where it says that the server reacts as a vulnerable one does.",
    why="Memory with keys and passwords is read, recorded traffic deciphered, or the server kept busy.",
    mend="Update the TLS library and the server; switch compression and renegotiation by clients off.",
    samples={"debian": "apt-get update && apt-get upgrade openssl"},
    run=_run,
    most=4,
)
