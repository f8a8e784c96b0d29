"""`status-undeclared`: an operation answers with a status that the contract does not have."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.conformance.kept import seen
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    odd = [each for each, schema in seen(a, target) if schema is None and each.answer.status < 500]
    if not odd:
        return
    statuses = sorted({each.answer.status for each in odd})
    declared = ", ".join(each.status for each in target.described.responses)
    yield a.found(
        CHECK,
        [each.says_that(f"{each.answer.status} is not among {declared}") for each in odd[:2]],
        target=target,
        slot="answer.status",
        severity=Severity.LOW if statuses[0] < 400 else Severity.INFORMATIONAL,
        confidence=Confidence.HIGH if statuses[0] < 400 else Confidence.MEDIUM,
        says=f"{target.method} {target.template} answers with {', '.join(map(str, statuses))}; "
        f"the contract has {declared}",
    )


CHECK = Check(
    id=CheckId("status-undeclared"),
    title="a status that the contract does not have",
    family="conformance",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api9", "cwe.1059", "rec.3"),
    looks="Compares the statuses of all answers that exploration got with the contract. Proven by one such answer; an "
    "error that something in front of the API may have answered has medium confidence.",
    why="Clients do not know what to do with it, and a gateway that holds answers to the contract stops it.",
    mend="Describe the status with its body, or answer with a declared one; describe errors once for all (`default`).",
    samples={"fastapi": '@app.get("/orders/{id}", responses={404: {"model": Problem}})'},
    each=_each,
    most=0,
)
