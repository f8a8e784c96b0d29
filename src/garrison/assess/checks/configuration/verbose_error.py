"""`verbose-error`: an error tells of the program's inside."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.configuration.traces import INTERNALS, TRACES, found, provoked
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, exchange in provoked(a):
        told = found(exchange.answer, INTERNALS)
        known = a.survey.baseline(target)
        is_usual = known is not None and bool(found(known.answer, INTERNALS))
        if not told or is_usual or found(exchange.answer, TRACES):
            continue
        shown = exchange if exchange.says else exchange.says_that("a request that is refused")
        yield a.found(CHECK, [shown], target=target, kind=told, says=f"the answer to a request that fails shows {told}")
        return


CHECK = Check(
    id=CheckId("verbose-error"),
    title="errors tell of the program's inside",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.209", "rec.23"),
    looks="Sends broken JSON, values of wrong types and characters that nobody expects. Proven where the answer holds "
    "statements or errors of a database, names of the program's own classes or paths of its files, and the ordinary "
    "answer does not. Whole stack traces are the business of `stack-trace`.",
    why="Messages of the database make injection easy; names and paths show which libraries to look up.",
    mend="Answer a problem (RFC 9457) with a text of your own for each kind of error; never put the exception's text "
    "into an answer.",
    samples={
        "fastapi": "@app.exception_handler(SQLAlchemyError)\n"
        "async def failed(request: Request, error: SQLAlchemyError):\n"
        "    return JSONResponse({'title': 'Bad Request'}, 400)  # never str(error)",
    },
    run=_run,
    most=50,
    disturbs=Disturbs.OBJECTS,
)
