"""`required-not-checked`: a request without something that the contract requires succeeds."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, trial
from garrison.assess.checks.conformance.kept import forbids
from garrison.assess.compare import succeeded
from garrison.assess.request import Request, Slot
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST_SLOTS: Final = 4


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    known = trial(a, target) if target.method in ("GET", "POST", "PUT") and not target.is_wiping else None
    if known is None:
        return
    taken = []
    for slot in tuple(_required(a, target, known.request))[:_MOST_SLOTS]:
        request = known.request if target.is_safe else refreshed(a, known.request)
        request = request.without(slot)
        if slot.where == "body" and not forbids(target, request):
            continue
        sent = a.probe.send(request, known.identity, says=f"without `{slot.leaf}` it succeeds as well")
        if succeeded(sent.answer, like=known.answer):
            taken.append((slot, sent))
    if taken:
        yield a.found(
            CHECK,
            [known.says_that("an ordinary request"), taken[0][1]],
            target=target,
            slot=taken[0][0],
            says=f"{target.method} {target.template} succeeds without what the contract requires: "
            + ", ".join(f"`{slot.leaf}`" for slot, _ in taken),
        )


def _required(a: Assessment, target: Target, request: Request) -> Iterator[Slot]:
    for each in target.described.parameters:
        if each.required and each.location in ("query", "header"):
            yield Slot("query", each.name) if each.location == "query" else Slot("header", each.name.lower())
    body = target.json_body
    required = a.api.description.said(body.schema, "required") if body is not None and body.schema is not None else None
    for name in required if isinstance(required, list) and isinstance(request.body, dict) else ():
        if name in request.body:
            yield Slot("body", str(name))


CHECK = Check(
    id=CheckId("required-not-checked"),
    title="what the contract requires may be missing",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.20", "cwe.1287", "rec.13"),
    looks="Leaves out required parameters and required fields of the body one by one. Proven where the request "
    "succeeds as the ordinary one does.",
    why="The contract's promises do not hold: objects are stored half, and what is assumed to be there is not.",
    mend="Enforce the contract's schema where requests come in.",
    samples={
        "fastapi": "class Order(BaseModel):\n    item: str  # no default: required",
        "flask": "jsonschema.validate(request.json, ORDER)",
    },
    each=_each,
    most=_MOST_SLOTS + 10,
    disturbs=Disturbs.OBJECTS,
)
