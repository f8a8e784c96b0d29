"""`method-override`: a header turns one method into another."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import ordinary, with_header
from garrison.assess.compare import same
from garrison.assess.probe import Exchange
from garrison.assess.request import NOTHING, Request, Slot
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_HEADERS: Final = ("x-http-method-override", "x-http-method", "x-method-override")


def _run(a: Assessment) -> Iterator[Finding]:
    """With HEAD in place of GET nothing can be changed: an answer without a body shows that it was obeyed."""
    for target in a.api.targets:
        known = ordinary(a, target) if target.method == "GET" else None
        if known is None or not known.answer.body:
            continue
        post = msgspec.structs.replace(known.request, method="POST", body=NOTHING)
        if any(each.method == "POST" for each in a.api.siblings(target)):
            continue
        control = a.probe.send(post, known.identity, says="POST is refused")
        if control.answer.is_success:
            continue
        for slot, request in _overridden(post):
            sent = a.probe.send(request, known.identity, says="POST that says it is GET is worked off as GET")
            if sent.answer.is_success and same(sent.answer, known.answer):
                yield _finding(a, [control, sent], slot)
                return
        return


def _overridden(post: Request) -> Iterator[tuple[Slot, Request]]:
    for name in _HEADERS:
        yield Slot("header", name), with_header(post, name, "GET")
    yield Slot("query", "_method"), post.put(Slot("query", "_method"), "GET")


def _finding(a: Assessment, proof: list[Exchange], slot: Slot) -> Finding:
    return a.found(CHECK, proof, slot=slot, says=f"`{slot.name}` decides which method is worked off, whatever was sent")


CHECK = Check(
    id=CheckId("method-override"),
    title="a header turns one method into another",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.650", "rec.4"),
    looks="Sends POST to a path that has only GET, then the same with `X-HTTP-Method-Override: GET` and its kin. "
    "Proven where the plain one is refused and the other gets what GET gets.",
    why="Gateways and firewalls that judge by the method see a POST and the service does a DELETE, or the other way "
    "round.",
    mend="Switch the middleware for method override off; clients that need it are long gone.",
    samples={"django": "# take the method-override middleware out of MIDDLEWARE"},
    run=_run,
    most=8,
    disturbs=Disturbs.OBJECTS,
)
