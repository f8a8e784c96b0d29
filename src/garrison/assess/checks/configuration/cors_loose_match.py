"""`cors-loose-match`: origins that only look like a trusted one may read answers."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.origins import FOREIGN, allows, asked, places, trusted, with_credentials
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in places(a):
        control = asked(a, known, FOREIGN, f"a script of {FOREIGN} may not read the answer")
        if allows(control, FOREIGN):
            return  # `cors-any-origin` says so
        for origin in tuple(dict.fromkeys(trusted(a, known)))[:5]:
            if not allows(asked(a, known, origin), origin):
                continue
            for how, forged in _forged(origin):
                passed = asked(a, known, forged, f"a script of {forged}, which is somebody else's, may")
                if allows(passed, forged):
                    yield a.found(
                        CHECK,
                        [control, passed],
                        target=target,
                        slot="header.origin",
                        kind=how,
                        severity=Severity.MEDIUM if with_credentials(passed) else Severity.LOW,
                        says=f"the origin is compared loosely ({how}): {forged} passes as if it were {origin}",
                    )
                    break
            return


def _forged(origin: str) -> Iterator[tuple[str, str]]:
    """Origins of somebody else that pass where only a part is compared."""
    parts = urlsplit(origin)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    yield "only its beginning", f"{parts.scheme}://{host}.grsn.example"
    yield "only its beginning, port included", f"{origin}.grsn.example"
    yield "only its end", f"{parts.scheme}://grsn{_domain(host)}{port}"
    yield "any place in it", f"{parts.scheme}://grsn.example.{host}.grsn.example"
    if "." in host and not host.replace(".", "").isdigit():
        yield "a dot that stands for any character", f"{parts.scheme}://{host.replace('.', 'x', 1)}{port}"


def _domain(host: str) -> str:
    """What somebody else could register a name that ends like it for: of a name its last two parts."""
    is_address = host.replace(".", "").isdigit()
    return host if is_address else ".".join(host.split(".")[-2:])


CHECK = Check(
    id=CheckId("cors-loose-match"),
    title="origins that look like a trusted one are trusted",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.942", "cwe.185", "rec.23"),
    looks="Finds an origin that the API allows (its own, those it names, usual ones of development), then sends "
    "origins that begin with it, end with it or hold it, and belong to somebody else. Proven where such a one is "
    "allowed while a made-up one is not.",
    why="Whoever registers a name that fits the comparison reads the API in the name of those who visit the page.",
    mend="Compare whole origins, character by character, against a list; anchor expressions and escape their dots.",
    samples={
        "fastapi": "app.add_middleware(CORSMiddleware, allow_origin_regex=r'https://[a-z0-9-]+\\.example\\.com')",
        "django": 'CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://[a-z0-9-]+\\.example\\.com$"]',
    },
    run=_run,
    most=40,
)
