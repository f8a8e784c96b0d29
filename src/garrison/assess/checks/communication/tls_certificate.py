"""`tls-certificate`: the certificate does not show who the server is."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import handshake, is_loopback, tls
from garrison.assess.tools import Certificate
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    seen = tls(a, CHECK)
    for certificate in seen.certificates if seen is not None else ():
        for kind, severity, says in _faults(a, certificate):
            yield a.found(
                CHECK,
                handshake(a, f"the server shows the certificate of {certificate.subject or 'nobody'}"),
                slot="tls.certificate",
                kind=kind,
                severity=severity,
                says=f"the certificate of {a.probe.origin} {says}",
            )


def _faults(a: Assessment, certificate: Certificate) -> Iterator[tuple[str, Severity, str]]:
    if certificate.is_expired:
        span = f"from {certificate.not_before[:10]} to {certificate.not_after[:10]}"
        yield "expired", Severity.HIGH, f"is not valid now, but {span}"
    if not certificate.fits_host:
        yield "name", Severity.HIGH, "is another host's: the name that was asked for does not stand in it"
    if certificate.is_weak_key:
        yield "key", Severity.MEDIUM, f"has a weak key ({certificate.key})"
    if certificate.signature_hash in ("md5", "sha1"):
        yield "hash", Severity.MEDIUM, f"is signed with {certificate.signature_hash}"
    if certificate.is_self_signed:
        local = Severity.INFORMATIONAL if is_loopback(a) else Severity.HIGH
        yield "self-signed", local, "is signed by itself: nobody vouches for it"
    elif not certificate.is_trusted and not is_loopback(a):
        yield "untrusted", Severity.MEDIUM, "is from an authority that common stores do not know"


CHECK = Check(
    id=CheckId("tls-certificate"),
    title="the certificate does not show who the server is",
    family="communication",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.295", "cwe.298", "rec.9"),
    looks="Has `sslyze` take the certificate and read it: its span of time, names, key, signature and who vouches for "
    "it. On this machine an authority of one's own is usual, and no finding.",
    why="Clients that are made to accept it accept any other as well: somebody on the way reads and changes "
    "everything.",
    mend="Have certificates issued and renewed by a machine (ACME), for the names that clients use, with keys of 2048 "
    "bits RSA or 256 bits EC and SHA-256.",
    samples={"certbot": "certbot --nginx -d api.example.com"},
    run=_run,
    most=6,
)
