"""`trace-enabled`: TRACE sends back what came, headers included."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    if any(target.method == "TRACE" for target in a.api.targets):
        return
    paths = dict.fromkeys(["/", *(target.template for target in a.api.targets if not target.variables)])
    for path in tuple(paths)[:3]:
        word = a.api.sampler.word()
        sent = a.probe.send(plain("TRACE", path, (("x-grsn", word),)), says="what is sent comes back in the body")
        control = a.probe.send(plain("GET", path, (("x-grsn", word),)), says="which GET does not do")
        if sent.answer.is_success and word in sent.answer.text and word not in control.answer.text:
            yield a.found(
                CHECK,
                [sent, control],
                template=path,
                slot="method",
                says=f"TRACE {path} sends the request's headers back",
            )
            return


CHECK = Check(
    id=CheckId("trace-enabled"),
    title="TRACE sends requests back",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.693", "rec.4"),
    looks="Sends TRACE with a made-up header. Proven where the header's value stands in the answer's body and GET "
    "does not send it back.",
    why="Headers that proxies add on the way, such as tokens for services behind them, are shown to the client.",
    mend="Switch TRACE off at the outermost server (405).",
    samples={"nginx": "if ($request_method = TRACE) { return 405; }", "apache": "TraceEnable off"},
    run=_run,
    most=7,
)
