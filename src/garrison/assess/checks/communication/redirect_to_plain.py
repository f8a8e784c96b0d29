"""`redirect-to-plain`: an answer leads a client with its credential to plain HTTP or to another host."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import readable
from garrison.assess.checks.communication.origin import is_https
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TARGETS: Final = 6
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in tuple(readable(a))[:_TARGETS]:
        path = known.request.url.partition("?")[0]
        moved = f"{path.rstrip('/')}/" if not path.endswith("/") else path.rstrip("/")
        request = msgspec.structs.replace(known.request, raw_path=moved)
        sent = a.probe.send(request, known.identity)
        where = _leads_to(a, sent)
        if where:
            yield a.found(
                CHECK,
                [sent.says_that(f"the answer leads to {where}")],
                target=target,
                slot="answer.location",
                severity=Severity.MEDIUM if known.identity is not None else Severity.LOW,
                says=f"asked for {moved}, the API leads clients to {where}",
            )
            return


def _leads_to(a: Assessment, sent: Exchange) -> str:
    """Where an answer leads that a credential should not go; empty where it does not."""
    if sent.answer.status not in _REDIRECTS:
        return ""
    own, there = urlsplit(a.probe.origin), urlsplit(sent.answer.header("location"))
    if not there.netloc:
        return ""
    if there.scheme == "http" and is_https(a):
        return f"plain HTTP at {there.netloc}"
    return f"another host, {there.netloc}" if there.hostname != own.hostname else ""


CHECK = Check(
    id=CheckId("redirect-to-plain"),
    title="clients are led to plain HTTP or to another host",
    family="communication",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.319", "cwe.601", "rec.9"),
    looks="Asks for declared paths with and without a slash behind, which many servers answer with a redirect. Proven "
    "where `Location` leads from HTTPS to plain HTTP or to another host.",
    why="Clients follow and send the credential there, in the clear.",
    mend="Tell the service that TLS ends in front of it, or make redirects relative; let APIs answer 404 instead of "
    "redirecting.",
    samples={
        "fastapi": "app = FastAPI(redirect_slashes=False)",
        "uvicorn": "uvicorn --proxy-headers --forwarded-allow-ips=10.0.0.5",
    },
    run=_run,
    most=_TARGETS,
)
