"""`answer-schema`: the body of an answer is not what the contract says."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.conformance.kept import seen, violations
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    for each, schema in seen(a, target):
        broken = violations(each, schema) if schema is not None else ()
        if broken:
            first = broken[0]
            told = f"`{first.location}`: {first.detail or first.keyword}"
            yield a.found(
                CHECK,
                [each.says_that(f"the body breaks the schema at {told}")],
                target=target,
                slot=f"answer.{first.location}",
                says=f"the body of {each.answer.status} breaks its schema in {len(broken)} "
                f"{'place' if len(broken) == 1 else 'places'}, first at {told}",
            )
            return


CHECK = Check(
    id=CheckId("answer-schema"),
    title="an answer that its schema does not allow",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api3", "cwe.1059", "rec.13"),
    looks="Holds the bodies of all answers that exploration got against the contract's schemas. Proven by one such "
    "answer.",
    why="Clients break, and what the contract does not know nobody guards: undeclared fields may hold what was not to "
    "leave.",
    mend="Make answers from a model that has just the declared fields, or mend the schema.",
    samples={"fastapi": '@app.get("/orders/{id}", response_model=Order)'},
    each=_each,
    most=0,
)
