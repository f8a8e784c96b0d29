"""`nosniff-missing`: browsers may take answers for something else than they say."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.answers import successes
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    known = [each for _, each in successes(a) if each.answer.body]
    without = [each for each in known if each.answer.header("x-content-type-options").lower() != "nosniff"]
    if known and len(without) == len(known):
        yield a.found(
            CHECK,
            [without[0].says_that("an answer without `X-Content-Type-Options: nosniff`")],
            confidence=Confidence.MEDIUM,
            slot="answer.x-content-type-options",
            says=f"none of {len(known)} answers has `X-Content-Type-Options: nosniff`",
        )


CHECK = Check(
    id=CheckId("nosniff-missing"),
    title="browsers may guess what answers are",
    family="configuration",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api8", "cwe.693", "rec.23"),
    looks="Reads the answers that exploration got. Reported where not one has `X-Content-Type-Options: nosniff`.",
    why="Where an answer's type is wrong or missing, a browser that opens it may take text of a user for a page with "
    "scripts.",
    mend="Send `X-Content-Type-Options: nosniff` with every answer, at the outermost server.",
    samples={
        "django": "SECURE_CONTENT_TYPE_NOSNIFF = True",
        "nginx": "add_header X-Content-Type-Options nosniff always;",
    },
    run=_run,
    most=0,
)
