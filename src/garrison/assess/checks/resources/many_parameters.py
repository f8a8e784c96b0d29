"""`many-parameters`: thousands of parameters break or slow what reads them."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import readable
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_COUNT: Final = 2_000
_SLOW: Final = 1.0


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in readable(a):
        control = a.probe.send(known.request, known.identity, says="an ordinary request")
        many = (*known.request.query, *((f"g{number}", "1") for number in range(_COUNT)))
        request = msgspec.structs.replace(known.request, query=many)
        broken = [
            a.probe.send(request, known.identity, says=f"with {_COUNT:,} parameters that mean nothing") for _ in (1, 2)
        ]
        after = a.probe.send(known.request, known.identity)
        if all(_is_broken(control, each) for each in broken) and after.answer.status == control.answer.status:
            answer = broken[0].answer
            what = answer.fault or (f"answers {answer.status}" if answer.status >= 500 else "takes long")
            yield a.found(
                CHECK,
                [control, broken[0]],
                target=target,
                slot="query",
                says=f"with {_COUNT:,} parameters {target.method} {target.template} {what}",
            )
        return


def _is_broken(control: Exchange, many: Exchange) -> bool:
    answer = many.answer
    if answer.status in (503, 505):
        return False
    return answer.status >= 500 or bool(answer.fault) or answer.seconds > 10 * control.answer.seconds + _SLOW


CHECK = Check(
    id=CheckId("many-parameters"),
    title="thousands of parameters break the service",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.770", "rec.10"),
    looks="Sends a request that reads with 2,000 more parameters in its query. Proven where that is answered with a "
    "fault of the server, not at all or a second late, twice, while the request without them is answered well before "
    "and after.",
    why="What reads parameters grows faster than their number in many libraries: few requests keep the service busy.",
    mend="Bound the number of parameters and the length of the request line (100 and 8 kB are plenty), and refuse "
    "undeclared ones with 400.",
    samples={"django": "DATA_UPLOAD_MAX_NUMBER_FIELDS = 100"},
    run=_run,
    most=6,
    disturbs=Disturbs.SERVICE,
)
