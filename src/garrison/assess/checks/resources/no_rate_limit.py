"""`no-rate-limit`: requests come as fast as somebody sends them."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import readable
from garrison.assess.checks.resources.limiting import bursts, has_limit
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_READS = 60
_KNOCKS = 40
_SPARE = 15
"""Requests of the operation's share that are left to other checks."""


def _run(a: Assessment) -> Iterator[Finding]:
    proof: list[Exchange] = []
    tried: list[str] = []
    limited = 0
    for name, target, request, identity, count in _candidates(a):
        if a.probe.left(target.id) < count + _SPARE:
            a.skip(CHECK, f"too few of the {name}'s requests were left for a burst", target)
            continue
        before = a.probe.now()
        burst = bursts(a, request, identity, count)
        if not _works(burst[0]):
            continue
        if has_limit(burst):
            limited += 1
            continue
        seconds = a.probe.now() - before
        tried.append(f"{count} requests to {target.method} {target.template} in {seconds:.1f} s")
        proof.append(burst[0].says_that(f"the first of {count} requests to {target.method} {target.template}"))
        proof.append(burst[-1].says_that(f"the last of them, {seconds:.1f} s later, is answered like the first"))
    if not tried:
        return
    is_door = any(each.request.operation in a.doors.targets for each in proof)
    yield a.found(
        CHECK,
        proof,
        says=f"none of {', and none of '.join(tried)} was refused, slowed down or announced a limit",
        severity=Severity.MEDIUM if is_door else Severity.LOW,
        confidence=Confidence.HIGH if is_door and not limited else Confidence.MEDIUM,
    )


def _works(exchange: Exchange) -> bool:
    """Whether the operation is there and does something: what fails or is not served says nothing of limits."""
    return exchange.answer.status < 500 and exchange.answer.status not in (404, 405, 410)


def _candidates(a: Assessment) -> Iterator[tuple[str, Target, Request, Identity | None, int]]:
    """What is asked in bursts: a read, logging in as somebody who does not exist, and asking for a reset of the
    password of nobody."""
    reads = [pair for pair in readable(a) if a.probe.left(pair[0].id) >= _READS + _SPARE] or tuple(readable(a))
    for target, exchange in reads[:1]:
        yield "read", target, exchange.request, exchange.identity, _READS
    for door in (a.doors.log_in, a.doors.reset):
        if door is not None:
            request = a.api.request(door.target, every=True)
            for slot in door.names:
                word = a.api.sampler.word()
                request = request.put(slot, f"{word}@example.com" if "mail" in slot.leaf.lower() else word)
            yield "door", door.target, request, None, _KNOCKS


CHECK = Check(
    id=CheckId("no-rate-limit"),
    title="nothing limits how often one client asks",
    family="resources",
    severity=Severity.MEDIUM,
    tags=("owasp.api4", "cwe.770", "rec.15"),
    looks="Sends at most 60 requests, four at a time, to an operation that reads, and 40 each to log in and to reset "
    "a password as somebody who does not exist. A status of 429, 420, 423 or 503, a `Retry-After` or `RateLimit` "
    "header, a dropped connection or a change of the answers counts as a limit.",
    why="Passwords and codes can be guessed, data copied and the service kept busy as fast as the network carries it. "
    "A limit higher than the burst is not seen by this check: then the finding says no more than that 60 pass.",
    mend="Count requests by account and by address, answer 429 with `Retry-After` beyond a limit, and set a much "
    "lower limit for logging in, registering and resetting. Count attempts by the account that is tried as well.",
    samples={
        "fastapi": "limiter = Limiter(key_func=get_remote_address)  # slowapi\n\n"
        '@app.post("/login")\n@limiter.limit("5/minute")\nasync def login(request: Request, form: Login): ...',
        "django": "REST_FRAMEWORK = {\n"
        '    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],\n'
        '    "DEFAULT_THROTTLE_RATES": {"user": "100/minute"},\n}',
        "flask": 'limiter = Limiter(get_remote_address, app=app, default_limits=["100 per minute"])  # flask-limiter',
    },
    run=_run,
    most=_READS + 2 * _KNOCKS + 4,
    disturbs=Disturbs.SERVICE,
)
