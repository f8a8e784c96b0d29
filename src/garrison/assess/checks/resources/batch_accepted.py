"""`batch-accepted`: a list of bodies is worked off where the contract means one."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, replaced, writable
from garrison.assess.checks.resources.lists import items
from garrison.assess.compare import same, shape_of
from garrison.assess.probe import Exchange
from garrison.assess.request import encode
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TARGETS: Final = 6
_COUNT: Final = 3


def _run(a: Assessment) -> Iterator[Finding]:
    tried = 0
    for target, request, identity in writable(a):
        if target.method != "POST" or not isinstance(request.body, dict):
            continue
        tried += 1
        if tried > _TARGETS:
            return
        single = a.probe.send(request, identity, says="one body")
        bodies = [refreshed(a, request).body for _ in range(_COUNT)]
        raw = encode(bodies, "application/json") or b"[]"
        batch = a.probe.send(
            replaced(request, raw), identity, says=f"a list of {_COUNT} bodies is worked off, each of them"
        )
        if _is_worked_off(single, batch):
            yield a.found(
                CHECK,
                [single, batch],
                target=target,
                slot="body",
                severity=Severity.MEDIUM if target.id in a.doors.targets else Severity.LOW,
                says=f"{target.method} {target.template} takes one object by the contract, and works off a list of "
                f"{_COUNT} in one request",
            )


def _is_worked_off(single: Exchange, batch: Exchange) -> bool:
    """Whether there is one result for each body, and each looks as that of the single one does."""
    found = items(batch.answer)
    if found is None or len(found) != _COUNT or batch.answer.status >= 500 or same(single.answer, batch.answer):
        return False
    shape = shape_of(single.answer.json())
    told = [shape_of(each) for each in found]
    return all(2 * len(each & shape) > len(shape) for each in told)


CHECK = Check(
    id=CheckId("batch-accepted"),
    title="many operations are done in one request",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.799", "rec.15"),
    looks="Sends a list of three bodies where the contract declares one object. Proven where the answer holds three "
    "results of the kind that a single request gets.",
    why="Limits count requests: with batches a client guesses a thousand passwords, or makes a thousand objects, in "
    "one.",
    mend="Refuse lists where the contract has an object, or count and bound what is in them.",
    samples={"fastapi": '@app.post("/orders")\nasync def order(order: Order): ...  # never `Order | list[Order]`'},
    run=_run,
    most=2 * _TARGETS + 10,
    disturbs=Disturbs.OBJECTS,
)
