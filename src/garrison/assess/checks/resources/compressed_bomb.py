"""`compressed-bomb`: a compressed body is inflated to any size."""

import gzip
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, replaced, with_header, writable
from garrison.assess.compare import same, succeeded
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, encode
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_INFLATED: Final = 10 << 20
_TARGETS: Final = 2


def _run(a: Assessment) -> Iterator[Finding]:
    for at, (target, request, identity) in enumerate(writable(a)):
        if at == _TARGETS:
            return
        control = a.probe.send(request, identity, says="an ordinary request")
        garbled = a.probe.send(_zipped(a, request, 0, good=False), identity, says="with `gzip` said and not done")
        small = a.probe.send(_zipped(a, request, 0), identity, says="the same, compressed, is understood")
        if _alike(control, garbled) or not _alike(control, small):
            continue
        packed = _zipped(a, request, _INFLATED)
        size = len(packed.raw_body or b"")
        bomb = a.probe.send(packed, identity, says=f"{size:,} bytes that inflate to 10 MB are taken as well")
        if _alike(control, bomb):
            yield a.found(
                CHECK,
                [control, small, bomb],
                target=target,
                slot="body",
                says=f"{target.method} {target.template} inflates {size:,} bytes to 10 MB and goes on",
            )
            return


def _zipped(a: Assessment, request: Request, blanks: int, *, good: bool = True) -> Request:
    fresh = refreshed(a, request)
    body = (encode(fresh.body, fresh.media_type) or b"{}") + b" " * blanks
    raw = gzip.compress(body, mtime=0) if good else b"\x00garbled" + body
    return with_header(replaced(fresh, raw, fresh.media_type), "content-encoding", "gzip")


def _alike(control: Exchange, other: Exchange) -> bool:
    if succeeded(control.answer):
        return succeeded(other.answer, like=control.answer)
    return control.answer.status < 500 and same(control.answer, other.answer)


CHECK = Check(
    id=CheckId("compressed-bomb"),
    title="compressed bodies are inflated without bound",
    family="resources",
    severity=Severity.MEDIUM,
    tags=("owasp.api4", "cwe.409", "rec.10"),
    looks="Sends an ordinary body compressed with gzip. Where that is understood (and a garbled one is not), sends it "
    "once with 10 MB of blanks behind it, which are 10 kB compressed. Proven where that is answered as the small one "
    "is.",
    why="A client pays 10 kB for each 10 MB of memory that it makes the service use; nested or larger ones stop it.",
    mend="Refuse `Content-Encoding` in requests (415) where nobody needs it; else count bytes while inflating and "
    "stop at the bound for bodies with 413.",
    samples={
        "fastapi": "inflated = zlib.decompressobj(wbits=31).decompress(body, MAX_BODY)  # stops at the bound",
    },
    run=_run,
    most=4 * _TARGETS + 10,
    disturbs=Disturbs.SERVICE,
)
