"""`cors-null-origin`: scripts without an origin of their own may read answers."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.origins import FOREIGN, allows, asked, places, with_credentials
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in places(a):
        null = asked(a, known, "null", "a script in a sandboxed frame (`Origin: null`) may read the answer")
        if not allows(null, "null") or not with_credentials(null):
            continue
        control = asked(a, known, FOREIGN, f"a script of {FOREIGN} may not")
        if allows(control, FOREIGN):
            return  # `cors-any-origin` says so
        yield a.found(
            CHECK,
            [null, control],
            target=target,
            slot="header.origin",
            says="`Origin: null` is allowed, with credentials: any page can make a frame that has it",
        )
        return


CHECK = Check(
    id=CheckId("cors-null-origin"),
    title="scripts without an origin may read answers",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.942", "rec.23"),
    looks="Sends requests with `Origin: null`. Proven where it is allowed together with credentials while a made-up "
    "origin is not.",
    why="Every page can open a sandboxed frame whose origin is `null`: the list of origins protects nobody.",
    mend="Take `null` off the list of allowed origins; test front ends from a server, not from a file.",
    samples={
        "fastapi": 'app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])  # without "null"'
    },
    run=_run,
    most=8,
)
