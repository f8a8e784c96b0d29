"""`hsts-missing`: nothing keeps browsers from plain HTTP."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.communication.origin import answered, is_https
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_LEAST: Final = 15_552_000
"""Seconds: half a year."""
_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)


def _run(a: Assessment) -> Iterator[Finding]:
    if not is_https(a):
        a.skip(CHECK, "the target was given with `http`")
        return
    known = [each for each in answered(a) if each.answer.status]
    short = [each for each in known if _age(each.answer.header("strict-transport-security")) < _LEAST]
    if known and len(short) == len(known):
        said = short[0].answer.header("strict-transport-security")
        yield a.found(
            CHECK,
            [
                short[0].says_that(
                    f"`Strict-Transport-Security: {said}`" if said else "without `Strict-Transport-Security`"
                )
            ],
            slot="answer.strict-transport-security",
            says=f"answers say `Strict-Transport-Security: {said}`, which is less than half a year"
            if said
            else f"none of {len(known)} answers has `Strict-Transport-Security`",
        )


def _age(value: str) -> int:
    found = _AGE.search(value)
    return int(found.group(1)) if found else 0


CHECK = Check(
    id=CheckId("hsts-missing"),
    title="nothing keeps browsers from plain HTTP",
    family="communication",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.319", "cwe.523", "rec.9"),
    looks="Reads the answers that exploration got over HTTPS. Proven where not one has `Strict-Transport-Security` "
    "(RFC 6797) with half a year or more.",
    why="The first request of a browser may go out in the clear, with cookies, to whoever answers first.",
    mend="Send `Strict-Transport-Security: max-age=31536000; includeSubDomains` with every answer.",
    samples={
        "django": "SECURE_HSTS_SECONDS = 31536000",
        "nginx": 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;',
    },
    run=_run,
    most=0,
)
