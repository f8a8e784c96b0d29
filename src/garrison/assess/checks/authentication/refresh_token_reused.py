"""Refresh tokens that are good more than once."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import credential_of, people, refresh_token_in, session
from garrison.assess.checks.authentication.guarding import scrambled
from garrison.assess.doors import Door
from garrison.assess.identity import ANONYMOUS, Credential
from garrison.assess.probe import Exchange
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
        cookie, token = refresh_token_in(opened[0].answer) if opened is not None else ("", "")
        if not token:
            a.skip(CHECK, "the answer to logging in holds no refresh token", door.target)
            return
        wrong = _used(a, door, scrambled(token), cookie, "a made-up refresh token is refused")
        first = _used(a, door, token, cookie, "a refresh token is used once")
        again = _used(a, door, token, cookie, "and it is good a second time")
        good = [credential_of(a, each) is not None for each in (wrong, first, again)]
        if good == [False, True, True]:
            says = "a refresh token that has been used is accepted again: one that was stolen works beside its owner's"
            yield a.found(CHECK, [wrong, first, again], says=says, target=door.target)


def _used(a: Assessment, door: Door, token: str, cookie: str, says: str) -> Exchange:
    """The refresh operation with this token, in its cookie or in the place that is named so."""
    request = a.api.request(door.target, every=True)
    if cookie:
        return a.probe.send(request, credential=Credential(cookies=((cookie, token),)), says=says)
    slots = request.slots("body", "query", "header", "cookie")
    named = [slot for slot in slots if "refresh" in words(slot.leaf)]
    named += [slot for slot in slots if "token" in words(slot.leaf)]
    request = request.put(named[0], token) if named else request
    shown = ANONYMOUS if named else Credential(headers=(("authorization", f"Bearer {token}"),))
    return a.probe.send(request, credential=shown, says=says)


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
