"""`no-store-missing`: nothing says that private answers are not to be kept."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.answers import private
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    known = tuple(private(a))
    silent = [(target, each) for target, each in known if not each.answer.header("cache-control")]
    if known and len(silent) == len(known):
        target, example = silent[0]
        yield a.found(
            CHECK,
            [example.says_that("a private answer without `Cache-Control`")],
            confidence=Confidence.MEDIUM,
            slot="answer.cache-control",
            says=f"none of {len(known)} private answers says how long it may be kept, "
            f"{target.method} {target.template} among them",
        )


CHECK = Check(
    id=CheckId("no-store-missing"),
    title="private answers do not forbid to be kept",
    family="configuration",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api8", "cwe.525", "rec.25"),
    looks="Reads the answers that needed a credential. Reported where not one of them has a `Cache-Control` header.",
    why="Browsers and apps keep the answers on disk, where the next user of the device finds them.",
    mend="Send `Cache-Control: no-store` with everything that depends on who asks.",
    samples={"django": "@method_decorator(never_cache, name='dispatch')"},
    run=_run,
    most=0,
)
