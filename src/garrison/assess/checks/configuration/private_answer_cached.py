"""`private-answer-cached`: caches on the way may keep what one person alone may see."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.configuration.answers import directives, private
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    for target, known in private(a):
        why = _kept(known)
        if not why:
            continue
        control = a.probe.send(known.request, None, says="without a credential it is refused")
        if control.is_success:
            continue
        yield _finding(
            a, target, known.says_that(f"{known.identity.name if known.identity else ''} gets it: {why}"), control
        )
        return


def _kept(known: Exchange) -> str:
    """Why shared caches may keep an answer (RFC 9111, sections 3 and 3.5); empty where they may not."""
    answer = known.answer
    said = directives(answer.header("cache-control"))
    if not {"no-store", "private"}.isdisjoint(said):
        return ""
    if "public" in said:
        return "`Cache-Control: public` lets shared caches keep it"
    if said.get("s-maxage", "0") not in ("", "0"):
        return "`s-maxage` lets shared caches keep it"
    has_authorization = any(name == "authorization" for name, _ in known.call.headers)
    is_fresh = said.get("max-age", "0") not in ("", "0") or bool(answer.header("expires").strip("0- "))
    is_checked = "no-cache" in said or "vary" in dict(answer.headers)
    if is_fresh and not has_authorization and not is_checked:
        return "it is fresh for a while, and the request has no `Authorization` that would keep caches from it"
    return ""


def _finding(a: Assessment, target: Target, known: Exchange, control: Exchange) -> Finding:
    return a.found(
        CHECK,
        [known, control],
        target=target,
        slot="answer.cache-control",
        says=f"{target.method} {target.template} needs a credential, and its answer may be kept by caches on the way: "
        f"`Cache-Control: {known.answer.header('cache-control')}`",
    )


CHECK = Check(
    id=CheckId("private-answer-cached"),
    title="private answers may be kept by shared caches",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.524", "rec.25"),
    looks="Reads the cache headers of answers that need a credential. Proven where they let shared caches keep it "
    "(`public`, `s-maxage`, or a lifetime where the credential is no `Authorization` header) while the same request "
    "without the credential is refused.",
    why="A proxy or a content network gives the answer to the next one who asks for the same path.",
    mend="Send `Cache-Control: no-store` with everything that depends on who asks.",
    samples={
        "fastapi": "@app.middleware('http')\nasync def private(request: Request, call_next):\n"
        "    response = await call_next(request)\n    response.headers['cache-control'] = 'no-store'\n"
        "    return response",
        "django": "@method_decorator(never_cache, name='dispatch')",
    },
    run=_run,
    most=6,
)
