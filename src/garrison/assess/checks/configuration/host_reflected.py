"""`host-reflected`: addresses in answers are made of a header that the client sends."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import readable, with_header
from garrison.assess.compare import holds
from garrison.assess.identity import Identity
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_HEADERS: Final = ("x-forwarded-host", "host", "forwarded")
_TARGETS: Final = 4


def _run(a: Assessment) -> Iterator[Finding]:
    for target, request, identity in _candidates(a):
        for name in _HEADERS:
            proof = []
            for word in (a.api.sampler.word(), a.api.sampler.word()):
                host = f"{word}.example"
                value = f"host={host}" if name == "forwarded" else host
                sent = a.probe.send(with_header(request, name, value), identity, says=f"`{name}: {value}` comes back")
                if not holds(sent.answer, f"//{host}"):
                    break
                proof.append(sent)
            if len(proof) == 2:
                is_reset = a.doors.reset is not None and target is a.doors.reset.target
                yield a.found(
                    CHECK,
                    proof,
                    target=target,
                    slot=f"header.{name}",
                    severity=Severity.HIGH if is_reset else Severity.LOW,
                    says=f"addresses in answers of {target.method} {target.template} have the host that `{name}` names",
                )
                return


def _candidates(a: Assessment) -> Iterator[tuple[Target, Request, Identity | None]]:
    """Resetting a password first, then answers that hold an address, then others."""
    if a.doors.reset is not None:
        yield a.doors.reset.target, a.api.request(a.doors.reset.target, every=True), None
    found = sorted(readable(a), key=lambda pair: "://" not in pair[1].answer.text)
    yield from ((target, known.request, known.identity) for target, known in found[:_TARGETS])


CHECK = Check(
    id=CheckId("host-reflected"),
    title="addresses in answers are made of what the client sends",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.644", "cwe.20", "rec.13"),
    looks="Sends requests with made-up hosts in `Host`, `X-Forwarded-Host` and `Forwarded`. Proven where two of them "
    "come back as the host of an address in the answer.",
    why="A link in a mail, or in an answer that a cache keeps, leads to somebody else's host and carries the secret "
    "in it there.",
    mend="Make addresses of a configured name, and refuse requests for other hosts at the outermost server.",
    samples={
        "fastapi": 'app.add_middleware(TrustedHostMiddleware, allowed_hosts=["api.example.com"])',
        "django": 'ALLOWED_HOSTS = ["api.example.com"]\nUSE_X_FORWARDED_HOST = False',
    },
    run=_run,
    most=5 * len(_HEADERS) + 8,
    disturbs=Disturbs.OBJECTS,
)
