"""`method-undeclared`: a path takes methods that the contract does not have."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import ordinary
from garrison.assess.checks.configuration.soft import is_alike
from garrison.assess.compare import same
from garrison.assess.probe import Exchange
from garrison.assess.request import NOTHING, Request
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_METHODS: Final = ("PUT", "PATCH", "DELETE", "POST")


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    siblings = a.api.siblings(target)
    known = ordinary(a, target)
    if target.method != "GET" or target is not siblings[0] or known is None:
        return
    own = next((each for each in a.survey.objects(target) if each.is_own and each.owner is not None), None)
    if target.variables and own is None:
        a.skip(CHECK, "the assessment made no object there that may be changed", target)
        return
    path = dict(own.values) if own is not None else dict(known.request.path)
    base = msgspec.structs.replace(known.request, operation=target.id, path=path, query=())
    identity = own.owner if own is not None else known.identity
    declared = {each.method for each in siblings}
    control = a.probe.send(msgspec.structs.replace(base, method="GRSN"), identity, says="a made-up method is refused")
    if control.answer.is_success:
        return  # everything is answered, whatever the method
    before = a.probe.send(msgspec.structs.replace(base, method="GET"), identity, says="what GET read before")
    for method in _METHODS:
        if method in declared or (method in ("DELETE", "PUT") and not target.variables):
            continue
        sent = a.probe.send(_request(a, base, method, target), identity, says=f"{method} is not declared, and done")
        if sent.is_success and not is_alike(sent.answer, control.answer) and not is_alike(sent.answer, known.answer):
            after, is_done = _effect(a, before, sent)
            proof = [before, sent, after] if is_done else [sent]
            before = after.says_that(before.says)
            yield a.found(
                CHECK,
                [control, *proof],
                target=target,
                slot="method",
                kind=method,
                confidence=Confidence.HIGH if is_done else Confidence.MEDIUM,
                says=f"{method} {target.template} is not in the contract and answers {sent.answer.status}"
                + (", and what GET reads is another afterwards" if is_done else ""),
            )


def _request(a: Assessment, base: Request, method: str, target: Target) -> Request:
    """A body that would change what GET reads, made of the bodies that the contract has for the path or above it."""
    if method == "DELETE":
        return msgspec.structs.replace(base, method=method, body=NOTHING)
    near = [each for each in a.api.targets if each.json_body and target.template.startswith(each.template)]
    body = a.api.request(near[-1], every=True).body if near else {"name": a.api.sampler.word()}
    return msgspec.structs.replace(base, method=method, body=body, media_type="application/json")


def _effect(a: Assessment, before: Exchange, sent: Exchange) -> tuple[Exchange, bool]:
    """What GET reads afterwards, and whether `sent` is why it is something else: what is another each time it is read
    proves nothing."""
    after = a.probe.send(before.request, sent.identity, says="what GET reads afterwards")
    is_other = not same(after.answer, before.answer)
    return after, is_other and same(a.probe.send(before.request, sent.identity).answer, after.answer)


CHECK = Check(
    id=CheckId("method-undeclared"),
    title="a path takes a method that the contract does not have",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api9", "owasp.api5", "cwe.650", "rec.1"),
    looks="Sends PUT, PATCH, DELETE and POST to declared paths that have no such operation, about objects that the "
    "assessment made itself. Proven where it succeeds while a made-up method is refused; the confidence is high where "
    "GET reads something else afterwards, and the same once more.",
    why="What nobody described nobody reviewed, and rules at gateways do not know it: it often changes data with "
    "fewer checks.",
    mend="Serve just the methods that the contract declares (405 with `Allow` for others), or describe the operation "
    "and secure it.",
    samples={
        "django": "http_method_names = ['get', 'head']  # of a view set that only reads",
        "flask": '@app.route("/orders/<id>", methods=["GET"])',
    },
    each=_each,
    most=16,
    disturbs=Disturbs.OBJECTS,
)
