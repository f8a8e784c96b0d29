"""`answer-empty`: a success without the body that the contract promises."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.conformance.kept import has_content, seen
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    for each, schema in seen(a, target):
        is_empty = not each.answer.body and each.answer.is_success and has_content(each)
        if is_empty and schema is not None and schema.json_only:
            yield a.found(
                CHECK,
                [each.says_that(f"{each.answer.status} comes without a body")],
                target=target,
                slot="answer.body",
                says=f"{target.method} {target.template} answers {each.answer.status} without the JSON that the "
                "contract promises",
            )
            return


CHECK = Check(
    id=CheckId("answer-empty"),
    title="a success without the promised body",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.394", "rec.13"),
    looks="Looks for successes without a body where the contract declares JSON. Proven by one such answer.",
    why="Clients take it for done though nothing tells that it is; an error may hide behind it.",
    mend="Answer 204 and describe it, or send the declared body.",
    samples={"fastapi": '@app.delete("/orders/{id}", status_code=204)'},
    each=_each,
    most=0,
)
