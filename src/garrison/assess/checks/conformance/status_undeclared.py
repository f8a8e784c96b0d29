"""`status-undeclared`: an operation answers with a status that the contract does not have."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.conformance.kept import seen
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    errors: list[tuple[Target, Exchange]] = []
    for target in a.api.targets:
        odd = [each for each, schema in seen(a, target) if schema is None and each.answer.status < 500]
        errors += [(target, each) for each in odd if each.answer.status >= 400]
        others = [each for each in odd if each.answer.status < 400]
        if others:
            yield _finding(a, target, others)
    if errors:
        yield _errors(a, errors)


def _finding(a: Assessment, target: Target, odd: list[Exchange]) -> Finding:
    statuses = sorted({each.answer.status for each in odd})
    declared = _declared(target)
    return a.found(
        CHECK,
        [each.says_that(f"{each.answer.status} is not among {declared}") for each in odd[:2]],
        target=target,
        slot="answer.status",
        says=f"{target.method} {target.template} answers with {', '.join(map(str, statuses))}; "
        f"the contract has {declared}",
    )


def _errors(a: Assessment, odd: list[tuple[Target, Exchange]]) -> Finding:
    """One finding for all: few contracts list every error, and some are answered by what stands in front of the API."""
    statuses = sorted({each.answer.status for _, each in odd})
    operations = {target.id for target, _ in odd}
    target, example = odd[0]
    return a.found(
        CHECK,
        [example.says_that(f"{example.answer.status} is not among {_declared(target)}")],
        slot="answer.status",
        kind="errors",
        title="errors that the contract does not have",
        severity=Severity.INFORMATIONAL,
        confidence=Confidence.MEDIUM,
        says=f"{len(operations)} of {len(a.api.targets)} operations answer with {', '.join(map(str, statuses))}, "
        f"which the contract does not have; {target.method} {target.template} is one",
    )


def _declared(target: Target) -> str:
    return ", ".join(each.status for each in target.described.responses)


CHECK = Check(
    id=CheckId("status-undeclared"),
    title="a status that the contract does not have",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api9", "cwe.1059", "rec.3"),
    looks="Compares the statuses of all answers that exploration got with the contract. Proven by one such answer; an "
    "error that something in front of the API may have answered has medium confidence.",
    why="Clients do not know what to do with it, and a gateway that holds answers to the contract stops it.",
    mend="Describe the status with its body, or answer with a declared one; describe errors once for all (`default`).",
    samples={"fastapi": '@app.get("/orders/{id}", responses={404: {"model": Problem}})'},
    run=_run,
    most=0,
)
