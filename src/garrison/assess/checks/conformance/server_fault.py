"""`server-fault`: a request that the contract allows, or nearly allows, makes the server fail."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import trial
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import NOTHING, Request
from garrison.assess.target import Target
from garrison.assess.tools import HINT, Unusable
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_COUNT: Final = 12
"""Requests of each kind, right and nearly right."""
_SHRINKING: Final = 14
_Simplify: TypeAlias = Callable[[Request], Request]


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    base = _base(a, target)
    if base is None:
        return
    request, identity, is_new = base
    for valid in (True, False) if not is_new else (False,):
        for case in _cases(a, target, request, valid=valid):
            sent = a.probe.send(case, identity)
            a.survey.note(sent)
            if not _fails(sent) or not _fails(a.probe.send(case, identity)):
                continue
            smallest = _shrunk(a, request, sent, identity)
            after = a.probe.send(request, identity, says="an ordinary request is answered well")
            if _fails(after):
                return  # it fails whatever is sent: no fault of this request
            yield _finding(a, target, smallest, after, valid=valid)
            return


def _base(a: Assessment, target: Target) -> tuple[Request, Identity | None, bool] | None:
    """An ordinary request, as whom, and whether it makes accounts; None where nothing may be tried: what deletes would
    have to be given objects."""
    if target.is_wiping or target.method == "DELETE":
        return None
    for door in (a.doors.log_in, a.doors.register):
        if door is not None and door.target is target:
            request = a.api.request(target, every=True)
            for slot in door.names:
                word = a.api.sampler.word()
                request = request.put(slot, f"{word}@example.com" if "mail" in slot.leaf.lower() else word)
            return request, None, door is a.doors.register
    known = trial(a, target) if target.id not in a.doors.targets else None
    return (known.request, known.identity, False) if known is not None else None


def _cases(a: Assessment, target: Target, request: Request, *, valid: bool) -> Iterator[Request]:
    """Made-up requests. Where something is changed they stay about the object of the ordinary request."""
    generator = a.tools.generator
    if generator is None:
        a.skip(CHECK, f"requests are made up by `schemathesis`, which is not there: {HINT}")
        return
    try:
        cases = generator.cases(target, _COUNT, valid=valid)
    except Unusable as missing:
        a.skip(CHECK, str(missing), None if HINT in str(missing) else target)
        return
    for at, case in enumerate(cases):
        is_kept = not target.is_safe or at % 2 == 0
        path = dict(request.path) if is_kept else {**request.path, **case.path}
        yield msgspec.structs.replace(case, template=request.template, path=path)


def _fails(exchange: Exchange) -> bool:
    return exchange.answer.status >= 500 and exchange.answer.status not in (501, 503, 505)


def _shrunk(a: Assessment, ordinary_one: Request, failing: Exchange, identity: Identity | None) -> Exchange:
    """The smallest request found that still fails: place by place it gets what the ordinary one has."""
    best = failing
    tries = 0
    for simpler in _simpler(ordinary_one, failing.request):
        tries += 1
        if tries > _SHRINKING:
            break
        candidate = simpler(best.request)
        if candidate == best.request:
            continue
        sent = a.probe.send(candidate, identity)
        if _fails(sent):
            best = sent
    return best


def _simpler(usual: Request, failing: Request) -> Iterator[_Simplify]:
    yield lambda request: msgspec.structs.replace(request, path=usual.path)
    yield lambda request: msgspec.structs.replace(request, headers=usual.headers, cookies=usual.cookies)
    yield lambda request: msgspec.structs.replace(request, query=usual.query)
    yield lambda request: msgspec.structs.replace(
        request, body=usual.body, raw_body=usual.raw_body, media_type=usual.media_type
    )
    if isinstance(failing.body, dict) and failing.raw_body is None:
        known = usual.body if isinstance(usual.body, dict) else {}
        for name in tuple(failing.body):
            yield partial(_with_usual, name=name, known=known)


def _with_usual(request: Request, name: str, known: Mapping[str, object]) -> Request:
    if not isinstance(request.body, dict):
        return request
    rest = {key: value for key, value in request.body.items() if key != name}
    return msgspec.structs.replace(request, body={**rest, name: known[name]} if name in known else rest)


def _finding(a: Assessment, target: Target, failing: Exchange, after: Exchange, *, valid: bool) -> Finding:
    kind = "allows" if valid else "does not allow"
    what = "a request without a body" if failing.request.body is NOTHING and target.body else "a request"
    return a.found(
        CHECK,
        [failing.says_that(f"a request that the contract {kind}: the server fails"), after],
        target=target,
        kind="valid" if valid else "invalid",
        says=f"{target.method} {target.template} fails with {failing.answer.status} for {what}, which the "
        f"contract {kind}",
    )


CHECK = Check(
    id=CheckId("server-fault"),
    title="the server fails where it should refuse or work",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.755", "cwe.20", "rec.13"),
    looks="Sends a dozen requests that the contract allows and a dozen that it just does not, made up by "
    "schemathesis. Proven where one is answered with a fault of the server (5xx, but for 501, 503 and 505) twice, and "
    "an ordinary request is answered well after it; the request is then made as small as it can be.",
    why="Unforeseen states are where injection and loss of data begin, and each costs the service more than a refusal.",
    mend="Hold requests against the contract's schema before anything else, and answer what remains with 4xx.",
    samples={
        "fastapi": '@app.get("/orders/{number}")\nasync def order(number: Annotated[int, Path(ge=1, le=2**31)]): ...'
    },
    each=_each,
    most=4 * _COUNT + _SHRINKING + 4,
    disturbs=Disturbs.OBJECTS,
)
