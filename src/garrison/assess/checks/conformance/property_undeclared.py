"""`property-undeclared`: a property that the contract forbids is taken."""

from collections.abc import Iterator

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, trial
from garrison.assess.checks.conformance.kept import forbids
from garrison.assess.compare import succeeded
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NAME = "grsn_extra"


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    body = target.json_body
    if body is None or body.schema is None or target.is_wiping:
        return
    if a.api.description.said(body.schema, "additionalProperties") is not False:
        return
    known = trial(a, target)
    if known is None or not isinstance(known.request.body, dict):
        return
    request = refreshed(a, known.request)
    more = msgspec.structs.replace(request, body={**request.body, _NAME: "grsn"})
    if not forbids(target, more):
        return
    sent = a.probe.send(more, known.identity, says=f"with `{_NAME}` it succeeds as well")
    if succeeded(sent.answer, like=known.answer):
        yield a.found(
            CHECK,
            [known.says_that("an ordinary request"), sent],
            target=target,
            slot=f"body/{_NAME}",
            says=f"{target.method} {target.template} takes properties that the contract forbids "
            "(`additionalProperties: false`)",
        )


CHECK = Check(
    id=CheckId("property-undeclared"),
    title="properties that the contract forbids are taken",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api3", "cwe.20", "cwe.915", "rec.13"),
    looks="Adds a made-up property where the contract says `additionalProperties: false`. Proven where the request "
    "succeeds as the ordinary one does.",
    why="The contract's promise does not hold; what is bound to objects by name can then be set from outside.",
    mend="Refuse what is not declared, with the contract's schema or the model's own setting.",
    samples={"fastapi": 'class Order(BaseModel):\n    model_config = ConfigDict(extra="forbid")'},
    each=_each,
    most=12,
    disturbs=Disturbs.OBJECTS,
)
