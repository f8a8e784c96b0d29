"""`stack-trace`: an error shows the program's stack."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.configuration.traces import TRACES, found, provoked
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, exchange in provoked(a):
        language = found(exchange.answer, TRACES)
        known = a.survey.baseline(target)
        if not language or (known is not None and found(known.answer, TRACES)):
            continue
        shown = exchange if exchange.says else exchange.says_that("a request that is refused")
        yield a.found(
            CHECK,
            [shown],
            target=target,
            kind=language,
            says=f"the answer to a request that fails shows a stack trace of {language}",
        )
        return


CHECK = Check(
    id=CheckId("stack-trace"),
    title="errors show the program's stack",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.209", "cwe.550", "rec.23"),
    looks="Sends broken JSON, values of wrong types and characters that nobody expects. Proven where the answer has "
    "the structure of a stack trace of Python, Java, JavaScript, C#, PHP, Ruby, Go or Rust, and the ordinary answer "
    "has not.",
    why="It shows paths, libraries with their versions, and lines of the source around the very place that fails.",
    mend="Catch all errors at the edge, answer a problem (RFC 9457) that says no more than the status, and write the "
    "trace to the log under an id that the answer gives.",
    samples={
        "fastapi": "@app.exception_handler(Exception)\n"
        "async def failed(request: Request, error: Exception) -> Response:\n"
        "    return JSONResponse({'title': 'Internal Server Error'}, 500)",
        "django": "DEBUG = False",
        "flask": "@app.errorhandler(Exception)\ndef failed(error):\n    return {'title': 'Internal Server Error'}, 500",
    },
    run=_run,
    most=50,
    disturbs=Disturbs.OBJECTS,
)
