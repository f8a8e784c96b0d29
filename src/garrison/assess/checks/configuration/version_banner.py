"""`version-banner`: headers tell which program it is, and which version."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.answers import successes
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NAMES: Final = (
    "server",
    "x-powered-by",
    "x-aspnet-version",
    "x-aspnetmvc-version",
    "x-generator",
    "x-runtime-version",
)
_VERSION: Final = re.compile(r"\d+\.\d+")


def _run(a: Assessment) -> Iterator[Finding]:
    for _, known in successes(a):
        told = [(name, known.answer.header(name)) for name in _NAMES if _VERSION.search(known.answer.header(name))]
        if told:
            names = ", ".join(f"`{name}: {value}`" for name, value in told)
            yield a.found(
                CHECK,
                [known.says_that("any answer has them")],
                slot=f"answer.{told[0][0]}",
                says=f"answers name programs with their versions: {names}",
            )
            return


CHECK = Check(
    id=CheckId("version-banner"),
    title="answers name programs and their versions",
    family="configuration",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api8", "cwe.200", "cwe.497", "rec.23"),
    looks="Reads the headers of answers that exploration got. Proven where one names a program with a version.",
    why="Known flaws of just this version can be looked up, and targets for a new one are found by their banner.",
    mend="Take the version out of `Server`, and `X-Powered-By` away, at the outermost server.",
    samples={
        "nginx": "server_tokens off;",
        "express": "app.disable('x-powered-by')",
        "uvicorn": "uvicorn --no-server-header",
    },
    run=_run,
    most=0,
)
