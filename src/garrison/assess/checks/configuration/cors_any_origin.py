"""`cors-any-origin`: scripts of every site may read answers, cookies included."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.origins import FOREIGN, allows, asked, places, with_credentials
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in places(a):
        first = asked(a, known, FOREIGN, f"a script of {FOREIGN} may read the answer")
        if not allows(first, FOREIGN):
            continue
        other = f"https://{a.api.sampler.word()}.test"
        second = asked(a, known, other, f"a script of {other} may as well: the origin is only repeated")
        if not allows(second, other):
            continue
        is_private = known.identity is not None and not a.survey.is_public(target)
        with_cookies = with_credentials(first)
        if not with_cookies and not is_private:
            continue
        yield a.found(
            CHECK,
            [first, second],
            target=target,
            slot="header.origin",
            severity=Severity.HIGH
            if with_cookies and _uses_cookies(a)
            else Severity.MEDIUM
            if with_cookies
            else Severity.LOW,
            says="any `Origin` is repeated in `Access-Control-Allow-Origin`"
            + (" together with `Access-Control-Allow-Credentials: true`" if with_cookies else ""),
        )
        return


def _uses_cookies(a: Assessment) -> bool:
    return any(a.probe.credential(each).cookies for each in a.identities if each.name not in a.probe.lost)


CHECK = Check(
    id=CheckId("cors-any-origin"),
    title="scripts of any site may read answers",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.942", "rec.23"),
    looks="Sends requests with the made-up origins of two sites. Proven where both are repeated in "
    "`Access-Control-Allow-Origin`, with `Access-Control-Allow-Credentials: true`, or on answers that are not public. "
    "`*` without credentials on public answers is no finding.",
    why="A page of somebody else that a logged-in user opens reads the API in the user's name, wherever the browser "
    "adds the credential by itself.",
    mend="List the origins of your own front ends and allow just those; leave `Allow-Credentials` out where the API "
    "takes bearer tokens.",
    samples={
        "fastapi": 'app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])',
        "django": 'CORS_ALLOWED_ORIGINS = ["https://app.example.com"]  # never CORS_ALLOW_ALL_ORIGINS = True',
        "flask": 'CORS(app, origins=["https://app.example.com"], supports_credentials=True)',
    },
    run=_run,
    most=8,
)
