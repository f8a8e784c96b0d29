"""Refresh tokens that are good more than once."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import credential_of, people, session
from garrison.assess.checks.authentication.guarding import scrambled
from garrison.assess.compare import leaves
from garrison.assess.doors import Door
from garrison.assess.identity import ANONYMOUS
from garrison.assess.request import Request
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words


def run(a: Assessment) -> Iterator[Finding]:
    """Use one refresh token twice."""
    door = a.doors.refresh
    if door is None:
        return
    for person in people(a)[:1]:
        opened = session(a, person)
        token = _refresh_in(opened[0].answer) if opened is not None else ""
        if not token:
            a.skip(CHECK, "the answer to logging in holds no refresh token", door.target)
            return
        wrong = a.probe.send(
            _with(a, door, scrambled(token)), credential=ANONYMOUS, says="a made-up refresh token is refused"
        )
        first = a.probe.send(_with(a, door, token), credential=ANONYMOUS, says="a refresh token is used once")
        again = a.probe.send(_with(a, door, token), credential=ANONYMOUS, says="and it is good a second time")
        good = [credential_of(a, each) is not None for each in (wrong, first, again)]
        if good == [False, True, True]:
            says = "a refresh token that has been used is accepted again: one that was stolen works beside its owner's"
            yield a.found(CHECK, [wrong, first, again], says=says, target=door.target)


def _refresh_in(answer: Answer) -> str:
    """The refresh token in an answer; empty where there is none."""
    value = answer.json()
    for way, leaf in leaves(value) if value is not NOT_JSON else ():
        if isinstance(leaf, str) and len(leaf) >= 8 and "refresh" in words(way.rpartition("/")[2]):
            return leaf
    return ""


def _with(a: Assessment, door: Door, token: str) -> Request:
    request = a.api.request(door.target, every=True)
    slots = request.slots("body", "query", "header", "cookie")
    best = [slot for slot in slots if "refresh" in words(slot.leaf)] or [s for s in slots if "token" in words(s.leaf)]
    for slot in best[:1]:
        request = request.put(slot, token)
    return request


CHECK = Check(
    id=CheckId("refresh-token-reused"),
    title="a refresh token is good more than once",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.294", "cwe.613"),
    looks="Somebody logs in, and the refresh token of the answer is used twice. Proof is that both uses give a new "
    "token, and a made-up one is refused.",
    why="A refresh token lives for weeks; whoever copies it keeps making tokens, unnoticed, for as long.",
    mend="Give a new refresh token with every use and end the old one; when an old one is used, end all of its family "
    "(RFC 9700, section 2.2.2).",
    samples={
        "django": 'SIMPLE_JWT = {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}',
        "fastapi": "family = refresh.pop(token)  # a second use finds nothing: end the whole family",
        "flask": 'blocklist.add(get_jwt()["jti"])  # in the refresh route, before the new token is made',
    },
    run=run,
    most=10,
    disturbs=Disturbs.ACCOUNTS,
)
