"""`type-not-checked`: values of other types than the contract has are taken."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, schema_of, trial
from garrison.assess.checks.conformance.kept import forbids
from garrison.assess.compare import succeeded
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST_SLOTS: Final = 4


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.is_wiping or target.json_body is None or target.method not in ("POST", "PUT", "PATCH"):
        return
    known = trial(a, target)
    if known is None:
        return
    taken = []
    for slot in known.request.slots("body")[:_MOST_SLOTS]:
        schema = schema_of(a, target, slot)
        types = a.api.description.types(schema) if schema is not None else frozenset()
        wrong = _wrong(types)
        if wrong is None:
            continue
        request = refreshed(a, known.request).put(slot, wrong)
        if not forbids(target, request):
            continue
        sent = a.probe.send(request, known.identity, says=f"with an object as `{slot.leaf}` it succeeds as well")
        if succeeded(sent.answer, like=known.answer):
            taken.append((slot, sent, "/".join(sorted(types))))
    if taken:
        yield a.found(
            CHECK,
            [known.says_that("an ordinary request"), taken[0][1]],
            target=target,
            slot=taken[0][0],
            says=f"{target.method} {target.template} takes an object where the contract has "
            + ", ".join(f"{kind} (`{slot.leaf}`)" for slot, _, kind in taken),
        )


def _wrong(types: frozenset[str]) -> Any:
    """A value that none of the types allows; None where there is none to be sure of."""
    return {"grsn": ["wrong"]} if types and types.isdisjoint({"object"}) else None


CHECK = Check(
    id=CheckId("type-not-checked"),
    title="values of any type are taken",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.20", "cwe.1287", "rec.13"),
    looks="Puts an object where the contract has a text, a number or a truth value. Proven where the request succeeds "
    "as the ordinary one does.",
    why="Whatever reads the value later fails or takes it for something else; queries built from it can be turned "
    "round.",
    mend="Enforce the contract's schema where requests come in.",
    samples={"fastapi": "class Order(BaseModel):\n    model_config = ConfigDict(strict=True)\n    count: int"},
    each=_each,
    most=_MOST_SLOTS + 10,
    disturbs=Disturbs.OBJECTS,
)
