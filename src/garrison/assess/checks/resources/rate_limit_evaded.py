"""`rate-limit-evaded`: a limit holds for an address, and the client itself says which one that is."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import readable, with_header
from garrison.assess.checks.communication.origin import is_loopback
from garrison.assess.checks.resources.limiting import bursts, is_limited
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_BURST: Final = 60
_HEADERS: Final = (
    ("x-forwarded-for", "203.0.113.{}"),
    ("x-real-ip", "203.0.113.{}"),
    ("forwarded", "for=203.0.113.{}"),
    ("x-client-ip", "203.0.113.{}"),
    ("true-client-ip", "203.0.113.{}"),
    ("cf-connecting-ip", "203.0.113.{}"),
)
_NEAR: Final = (
    "; it was tried from the machine that it runs on, which many servers take for their own proxy: "
    "try it from another one"
)
_ADDRESSES: Final = (7, 19, 83)
"""Last numbers of made-up addresses (RFC 5737)."""


def _run(a: Assessment) -> Iterator[Finding]:
    for target, request, identity in _candidates(a):
        if a.probe.left(target.id) < _BURST + 20:
            a.skip(CHECK, "too few requests were left for a burst", target)
            continue
        refused = _into_limit(a, request, identity)
        if refused is None:
            continue
        for name, form in _HEADERS:
            proof = _evades(a, target, refused, name, form)
            if proof:
                yield a.found(
                    CHECK,
                    proof,
                    target=target,
                    slot=f"header.{name}",
                    confidence=Confidence.MEDIUM if is_loopback(a) else Confidence.HIGH,
                    says=f"{target.method} {target.template} is limited, and every new address in `{name}` starts the "
                    f"count anew{_NEAR if is_loopback(a) else ''}",
                )
                return


def _candidates(a: Assessment) -> Iterator[tuple[Target, Request, Identity | None]]:
    door = a.doors.log_in
    if door is not None:
        request = a.api.request(door.target, every=True)
        for slot in door.names:
            request = request.put(slot, a.api.sampler.word())
        yield door.target, request, None
    for target, exchange in readable(a):
        yield target, exchange.request, exchange.identity
        return


def _into_limit(a: Assessment, request: Request, identity: Identity | None) -> Exchange | None:
    """A request that a burst made the API refuse; None where it refuses none."""
    burst = bursts(a, request, identity, _BURST, to_refusal=True)
    return next((each for each in burst if is_limited(each.answer) and not each.answer.fault), None)


def _evades(a: Assessment, target: Target, refused: Exchange, name: str, form: str) -> list[Exchange]:
    """The proof that a header evades the limit: each made-up address passes, and without one it still refuses."""
    proof = [refused.says_that("asked too often, the API refuses")]
    for number in _ADDRESSES:
        request = with_header(refused.request, name, form.format(number))
        passed = a.probe.send(request, refused.identity, says=f"with another address in `{name}` it answers again")
        if is_limited(passed.answer):
            return []
        proof.append(passed)
    control = a.probe.send(refused.request, refused.identity, says="without the header it still refuses")
    return [*proof[:3], control] if is_limited(control.answer) else []


CHECK = Check(
    id=CheckId("rate-limit-evaded"),
    title="a limit of requests is evaded by a made-up address",
    family="resources",
    severity=Severity.HIGH,
    tags=("owasp.api4", "cwe.348", "cwe.799", "rec.15"),
    looks="Asks until a limit refuses, then sends the same request with made-up client addresses in the headers that "
    "proxies set (`X-Forwarded-For`, `Forwarded` and others). Proven where three made-up addresses pass while the "
    "same request without the header is still refused afterwards.",
    why="Whoever guesses passwords or copies data writes another address into each request and is never limited.",
    mend="Take the client's address from the connection, or from the header that your own outermost proxy sets and "
    "overwrites, counted from the right by the number of your proxies. Count by account as well.",
    samples={
        "fastapi": "uvicorn.run(app, proxy_headers=True, forwarded_allow_ips='10.0.0.5')  # your proxy, never '*'",
        "django": 'REST_FRAMEWORK = {"NUM_PROXIES": 1}  # 0 where there is none',
        "flask": "app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)  # the number of your proxies; none without one",
    },
    run=_run,
    most=2 * _BURST + 50,
    disturbs=Disturbs.SERVICE,
)
