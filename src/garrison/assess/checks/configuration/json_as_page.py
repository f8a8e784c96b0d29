"""`json-as-page`: JSON that says it is a page."""

from collections.abc import Iterator, Mapping

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.configuration.answers import successes
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in successes(a):
        value = known.answer.json()
        kind = known.answer.media_type
        if value is NOT_JSON or not isinstance(value, Mapping | list) or not value or kind not in ("text/html", ""):
            continue
        told = f"`Content-Type: {kind}`" if kind else "no `Content-Type`"
        yield a.found(
            CHECK,
            [known.says_that(f"JSON with {told}")],
            target=target,
            slot="answer.content-type",
            says=f"{target.method} {target.template} answers JSON with {told}",
        )
        return


CHECK = Check(
    id=CheckId("json-as-page"),
    title="JSON is sent as a page",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.79", "cwe.436", "rec.23"),
    looks="Reads the answers that exploration got. Proven where a body of JSON comes with `Content-Type: text/html` "
    "or none.",
    why="A text with markup that somebody stored becomes a page with scripts where a browser opens the address.",
    mend="Send `Content-Type: application/json` and `X-Content-Type-Options: nosniff`.",
    samples={"flask": "return jsonify(value)  # never json.dumps(value)", "django": "return JsonResponse(value)"},
    run=_run,
    most=0,
)
