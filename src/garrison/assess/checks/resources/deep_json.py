"""`deep-json`: JSON nested a thousandfold breaks what reads it."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, replaced, writable
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, encode
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_DEPTHS: Final = (1_000, 20_000, 100_000)
_TARGETS: Final = 3
_SLOW: Final = 1.0
"""Seconds above an ordinary answer that are slow for 200 kB of brackets."""


def _run(a: Assessment) -> Iterator[Finding]:
    for at, (target, request, identity) in enumerate(writable(a)):
        if at == _TARGETS:
            return
        control = a.probe.send(request, identity, says="an ordinary request")
        if control.answer.status >= 500 or control.answer.fault:
            continue
        for depth in _DEPTHS:
            says = f"one more property holds {depth:,} lists inside each other"
            broken = a.probe.send(_deep(a, request, depth), identity, says=says)
            if _is_broken(control, broken) and _is_steady(a, control, request, depth, identity):
                what = broken.answer.fault or (
                    f"answers {broken.answer.status}" if broken.answer.status >= 500 else "takes long"
                )
                yield a.found(
                    CHECK,
                    [control, broken],
                    target=target,
                    slot="body",
                    severity=Severity.LOW if broken.answer.status else Severity.MEDIUM,
                    says=f"JSON with {depth:,} levels is not refused: {target.method} {target.template} {what}",
                )
                return


def _deep(a: Assessment, request: Request, depth: int) -> Request:
    fresh = refreshed(a, request)
    nest = b"[" * depth + b"]" * depth
    body = encode(fresh.body, "application/json") or b"{}"
    raw = body[:-1] + (b"," if len(body) > 2 else b"") + b'"grsn":' + nest + b"}" if body[:1] == b"{" else nest
    return replaced(fresh, raw)


def _is_broken(control: Exchange, deep: Exchange) -> bool:
    answer = deep.answer
    if answer.status == 503:
        return False
    return answer.status >= 500 or bool(answer.fault) or answer.seconds > 10 * control.answer.seconds + _SLOW


def _is_steady(a: Assessment, control: Exchange, request: Request, depth: int, identity: Identity | None) -> bool:
    """Whether it is so again, and an ordinary request still is answered as before: no chance."""
    again = a.probe.send(_deep(a, request, depth), identity)
    after = a.probe.send(refreshed(a, request), identity)
    return _is_broken(control, again) and after.answer.status // 100 == control.answer.status // 100


CHECK = Check(
    id=CheckId("deep-json"),
    title="deeply nested JSON breaks the service",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.674", "rec.10"),
    looks="Sends an ordinary body with one more property that holds 1,000, then 20,000, then 100,000 lists inside "
    "each other. Proven where it is answered with a fault of the server, or not at all, or a second late, twice, "
    "while ordinary requests before and after are answered well.",
    why="Each such request costs the client 200 kB and the service a crash of a worker or its stack; where the fault "
    "is not caught, a few of them stop it.",
    mend="Bound the depth of JSON before it is decoded (32 levels are plenty), and answer 400 where the decoder gives "
    "up.",
    samples={
        "fastapi": "@app.exception_handler(RecursionError)\n"
        "async def too_deep(request: Request, error: RecursionError) -> Response:\n"
        "    return JSONResponse({'title': 'too deep'}, 400)",
        "django": "try:\n    value = json.loads(request.body)\nexcept (ValueError, RecursionError):\n"
        "    return HttpResponseBadRequest()",
    },
    run=_run,
    most=6 * _TARGETS + 10,
    disturbs=Disturbs.SERVICE,
)
