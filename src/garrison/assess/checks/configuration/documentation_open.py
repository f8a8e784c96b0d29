"""`documentation-open`: the API's description and the pages that show it are open to anybody."""

from collections.abc import Iterator, Mapping

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.configuration.known import prefixes, undeclared
from garrison.assess.checks.configuration.soft import Nowhere
from garrison.assess.checks.configuration.surfaces import DOCUMENTATION
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


def _run(a: Assessment) -> Iterator[Finding]:
    nowhere, shown = Nowhere(a), []
    more: list[str] = []
    for prefix in prefixes(a)[:2]:
        for surface in DOCUMENTATION:
            for path in undeclared(a, [prefix + each for each in surface.paths]):
                got = a.probe.send(plain("GET", path, (("accept", "application/json, text/html"),)))
                if surface.fits(got.answer) and nowhere.is_served(got):
                    shown.append(got.says_that(f"{path} shows {surface.kind} to anybody"))
                    more.extend(_undeclared(a, got.answer))
                    break
    if not shown:
        return
    hidden = tuple(dict.fromkeys(more))
    names = ", ".join(each.call.target for each in shown)
    yield a.found(
        CHECK,
        shown[:3],
        template=shown[0].call.target,
        severity=Severity.MEDIUM if hidden else Severity.LOW,
        says=f"{names} can be read without any credential"
        + (f"; described there and not in the contract: {', '.join(hidden[:5])}" if hidden else ""),
    )


def _undeclared(a: Assessment, answer: Answer) -> Iterator[str]:
    """Operations that a description served by the API has and the contract has not."""
    value = answer.json()
    paths = value.get("paths") if isinstance(value, Mapping) else None
    known = {(target.method, _bare(target.described.path)) for target in a.api.every}
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        for method in item if isinstance(item, Mapping) else ():
            wanted = (str(method).upper(), _bare(str(path)))
            if str(method).lower() in _METHODS and not any(
                own == wanted[0] and (bare == wanted[1] or wanted[1].endswith(bare)) for own, bare in known
            ):
                yield f"{wanted[0]} {path}"


def _bare(path: str) -> str:
    return "/".join("{}" if step.startswith("{") else step for step in path.rstrip("/").split("/"))


CHECK = Check(
    id=CheckId("documentation-open"),
    title="the API's description is open to anybody",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api9", "cwe.1059", "cwe.200", "rec.4"),
    looks="Asks for the usual paths of descriptions (OpenAPI), of pages that show them and of GraphQL consoles. "
    "Proven by what comes back, where a made-up path gets something else. An API that is meant for everybody may well "
    "have them open: accept the finding then.",
    why="Whoever looks for a way in gets every operation, parameter and schema for nothing, internal ones included; "
    "pages that try operations out are a script from elsewhere in your origin.",
    mend="Serve descriptions of internal APIs only to those who are logged in, or not at all from production; keep "
    "internal operations out of published ones.",
    samples={
        "fastapi": "app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)",
        "django": "SPECTACULAR_SETTINGS = {'SERVE_PERMISSIONS': ['rest_framework.permissions.IsAdminUser']}",
    },
    run=_run,
    most=60,
)
