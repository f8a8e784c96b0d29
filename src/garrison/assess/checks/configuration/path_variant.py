"""`path-variant`: another way to write a path evades what protects it."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import with_header
from garrison.assess.compare import same, succeeded
from garrison.assess.identity import ANONYMOUS
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_REFUSED: Final = frozenset({401, 403})
_REWRITES: Final = ("x-original-url", "x-rewrite-url")


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    known = next((each for each in a.survey.baselines(target) if each.identity is not None), None)
    if target.method != "GET" or known is None or target.is_declared_public or a.survey.is_public(target):
        return
    refused = a.probe.send(known.request, None, credential=ANONYMOUS, says="without a credential the path is refused")
    if refused.answer.status not in _REFUSED:
        return
    for how, request in _variants(known.request):
        passed = a.probe.send(
            request, None, credential=ANONYMOUS, says=f"{how} it is answered, without a credential too"
        )
        if succeeded(passed.answer, like=known.answer) and not same(passed.answer, refused.answer):
            if not _is_about(a, known, request, passed):
                continue
            yield a.found(
                CHECK,
                [refused, passed],
                target=target,
                slot="path",
                kind=how,
                says=f"{target.method} {target.template} needs a credential, but not {how}: {passed.call.target}",
            )
            return


def _is_about(a: Assessment, known: Exchange, variant: Request, passed: Exchange) -> bool:
    """Whether it is the operation that answers: what it gives is what the operation gives to somebody."""
    own = a.probe.send(known.request, known.identity)
    return own.is_success and (same(own.answer, passed.answer) or succeeded(passed.answer, like=own.answer))


def _variants(request: Request) -> Iterator[tuple[str, Request]]:
    path = request.url.partition("?")[0].rstrip("/") or "/"
    steps = path.split("/")
    head, last = "/".join(steps[:-1]), steps[-1]
    forms = (
        ("with a slash behind", f"{path}/"),
        ("with two slashes in front", f"/{path}"),
        ("with two slashes inside", f"{head}//{last}"),
        ("in upper case", path.upper()),
        ("with a first letter in upper case", f"{head}/{last[:1].upper()}{last[1:]}"),
        ("with `/./` in it", f"{head}/./{last}"),
        ("with `%2e` in it", f"{head}/%2e/{last}"),
        (
            "with a letter percent-encoded",
            f"{head}/%{ord(last[0]):02x}{last[1:]}" if last and last[0].isalnum() else "",
        ),
        ("with parameters behind `;`", f"{path};a=b"),
        ("with `..;` in it", f"/grsn/..;{path}"),
        ("with an ending", f"{path}.json"),
        ("with a blank behind", f"{path}%20"),
    )
    for how, form in forms:
        if form and form != path:
            yield how, msgspec.structs.replace(request, raw_path=form)
    for name in _REWRITES:
        yield f"in the header `{name}`", with_header(msgspec.structs.replace(request, raw_path="/"), name, path)


CHECK = Check(
    id=CheckId("path-variant"),
    title="another way to write a path evades its protection",
    family="configuration",
    severity=Severity.HIGH,
    tags=("owasp.api8", "owasp.api5", "cwe.178", "cwe.22", "cwe.863", "rec.12"),
    looks="Sends the path of an operation that refuses requests without a credential in a dozen other ways: slashes, "
    "upper case, `.`, `;`, percent-encoding, and headers that proxies rewrite it with. Proven where one is answered "
    "without a credential as the operation answers somebody, while the plain path is refused.",
    why="Everything behind the rule is open to anybody who writes the path so.",
    mend="Protect operations where they are routed, not by patterns of paths before it; normalise paths before any "
    "rule, and refuse those that are not in normal form.",
    samples={"fastapi": "app.include_router(admin, dependencies=[Depends(current_user)])  # no middleware by path"},
    each=_each,
    most=18,
)
