"""`plain-http`: requests and answers travel in the clear."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import answered, is_https, is_loopback
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    if is_https(a):
        return
    known = [each for each in answered(a) if each.answer.status]
    secret = next((each for each in known if not each.credential.is_nothing), None)
    shown = secret or next(iter(known), None)
    if shown is None:
        return
    says = "a credential travels in the clear" if secret is not None else "an answer comes in the clear"
    yield a.found(
        CHECK,
        [shown.says_that(says)],
        slot="origin",
        confidence=Confidence.MEDIUM if is_loopback(a) else Confidence.HIGH,
        severity=Severity.INFORMATIONAL if is_loopback(a) else Severity.HIGH if secret is not None else Severity.MEDIUM,
        says=f"{a.probe.origin} answers without TLS"
        + (", and takes credentials so" if secret is not None else "")
        + (
            "; it stands on this machine, where TLS may end before it: see that nothing else reaches it"
            if is_loopback(a)
            else ""
        ),
    )


CHECK = Check(
    id=CheckId("plain-http"),
    title="the API answers without TLS",
    family="communication",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.319", "rec.9"),
    looks="Looks whether the API works over plain HTTP, and whether it takes credentials so. Informational where the "
    "target stands on this machine, for there TLS usually ends in front of it.",
    why="Whoever is on the way reads and changes everything, tokens and passwords included.",
    mend="Serve HTTPS alone: refuse plain requests to APIs (403 or no listener) instead of redirecting them, for a "
    "redirect comes after the credential was sent.",
    samples={"nginx": "listen 443 ssl;\nssl_protocols TLSv1.2 TLSv1.3;"},
    run=_run,
    most=0,
)
