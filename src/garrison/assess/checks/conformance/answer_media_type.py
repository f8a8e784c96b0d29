"""`answer-media-type`: an answer comes in a media type that the contract does not have."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.conformance.kept import has_content, seen
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    for each, schema in seen(a, target):
        kind = each.answer.media_type
        if schema is None or not schema.has_body or not each.answer.body or not has_content(each):
            continue
        if schema.body(kind) is None:
            yield a.found(
                CHECK,
                [each.says_that(f"`{kind or 'no media type'}` is not declared for {each.answer.status}")],
                target=target,
                slot="answer.content-type",
                severity=Severity.LOW if each.answer.is_success else Severity.INFORMATIONAL,
                confidence=Confidence.HIGH if each.answer.is_success else Confidence.MEDIUM,
                says=f"{target.method} {target.template} answers {each.answer.status} as "
                f"`{kind or 'no media type at all'}`, which the contract does not have",
            )
            return


CHECK = Check(
    id=CheckId("answer-media-type"),
    title="an answer in a form that the contract does not have",
    family="conformance",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.436", "rec.13"),
    looks="Compares the media types of all answers that exploration got with the contract. Proven by one such answer.",
    why="Clients read it as something else; pages of HTML in place of errors often tell of the server's inside.",
    mend="Answer in the declared media type, errors included, or describe the other one.",
    samples={
        "flask": "@app.errorhandler(HTTPException)\ndef failed(error):\n    return {'title': error.name}, error.code"
    },
    each=_each,
    most=0,
)
