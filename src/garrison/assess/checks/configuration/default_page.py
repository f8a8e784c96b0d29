"""`default-page`: the page that a server shows after it is installed."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.configuration.surfaces import DEFAULT_PAGES
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    got = a.probe.send(plain("GET", "/"), says="the root shows the page that the server came with")
    if DEFAULT_PAGES.fits(got.answer):
        yield a.found(CHECK, [got], template="/", says="GET / shows the page that the server came with")


CHECK = Check(
    id=CheckId("default-page"),
    title="the page that a server came with is still there",
    family="configuration",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api8", "cwe.1188", "rec.4"),
    looks="Asks for the root. Proven where the page is one that a well-known server shows after it is installed.",
    why="It tells which server it is, and that nobody went through its settings: other defaults may be there too.",
    mend="Take the default site away, and answer 404 at the root.",
    samples={"nginx": "rm /etc/nginx/sites-enabled/default"},
    run=_run,
    most=1,
)
