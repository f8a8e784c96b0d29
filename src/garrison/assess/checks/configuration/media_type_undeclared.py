"""`media-type-undeclared`: a body is taken in a media type that the contract does not have."""

import html
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, replaced, writable
from garrison.assess.compare import succeeded
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request, encode
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TARGETS: Final = 4
_FORM: Final = "application/x-www-form-urlencoded"
_XML: Final = "application/xml"
_TEXT: Final = "text/plain"


def _run(a: Assessment) -> Iterator[Finding]:
    tried, reported = 0, set[str]()
    for target, request, identity in writable(a):
        if not isinstance(request.body, Mapping) or target.id in a.doors.targets or tried >= _TARGETS:
            continue
        tried += 1
        control = a.probe.send(request, identity, says="the declared media type")
        nonsense = a.probe.send(_empty(a, request), identity, says="a body of nothing is refused")
        if not control.is_success or succeeded(nonsense.answer, like=control.answer):
            continue  # it looks at no body at all
        for kind in (_FORM, _XML, _TEXT):
            if kind not in reported and kind not in {each.media_type for each in target.described.bodies}:
                finding = _look(a, target, request, identity, [control, nonsense], kind)
                if finding is not None:
                    reported.add(kind)
                    yield finding


def _empty(a: Assessment, request: Request) -> Request:
    return replaced(refreshed(a, request), b"", "application/json")


def _look(
    a: Assessment, target: Target, request: Request, identity: Identity | None, proof: list[Exchange], kind: str
) -> Finding | None:
    uses_cookies = any(exchange.credential.cookies for exchange in proof)
    if kind == _TEXT and not uses_cookies:
        return None
    sent = a.probe.send(_written(a, request, kind), identity, says=f"the same as `{kind}` is taken as well")
    if not succeeded(sent.answer, like=proof[0].answer):
        return None
    return a.found(
        CHECK,
        [*proof, sent],
        target=target,
        slot="header.content-type",
        kind=kind,
        severity=Severity.MEDIUM if kind == _XML or (uses_cookies and kind in (_FORM, _TEXT)) else Severity.LOW,
        says=f"{target.method} {target.template} takes `{kind}`, and the contract has only "
        + ", ".join(f"`{each.media_type}`" for each in target.described.bodies),
    )


def _written(a: Assessment, request: Request, kind: str) -> Request:
    fresh = refreshed(a, request)
    body: Mapping[str, Any] = fresh.body
    if kind == _FORM:
        return msgspec.structs.replace(fresh, media_type=_FORM)
    if kind == _TEXT:
        return replaced(fresh, encode(body, "application/json") or b"", _TEXT)
    inner = "".join(f"<{name}>{html.escape(str(value), quote=False)}</{name}>" for name, value in body.items())
    return replaced(fresh, f'<?xml version="1.0"?><root>{inner}</root>'.encode(), _XML)


CHECK = Check(
    id=CheckId("media-type-undeclared"),
    title="bodies are taken in a form that the contract does not have",
    family="configuration",
    severity=Severity.LOW,
    tags=("owasp.api8", "cwe.436", "cwe.352", "rec.13"),
    looks="Sends the same object as a form and as XML where the contract declares JSON, and as `text/plain` where the "
    "credential is a cookie. Proven where it succeeds as JSON does, while an empty body is refused.",
    why="Parsers that nobody thinks of bring their own weaknesses (XML entities), what reads bodies at the gateway "
    "sees another thing than the service, and a form of another site can post it with the user's cookies.",
    mend="Accept just the declared media types, and answer 415 to others.",
    samples={
        "django": 'REST_FRAMEWORK = {"DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"]}',
        "flask": "if not request.is_json:\n    abort(415)",
    },
    run=_run,
    most=6 * _TARGETS + 10,
    disturbs=Disturbs.OBJECTS,
)
