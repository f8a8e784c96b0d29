"""Sessions that outlive logging out."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, people, refresh_token_in, session
from garrison.assess.checks.authentication.guarding import Guard, guards
from garrison.assess.doors import Door
from garrison.assess.identity import Credential
from garrison.assess.request import Request
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words


def run(a: Assessment) -> Iterator[Finding]:
    """Open a session, log out of it, and use it again."""
    door = a.doors.log_out
    if door is None:
        a.skip(CHECK, "no log-out operation was recognised")
        return
    known = people(a)
    for guard in guards(a, among=[each.identity for each in known]):
        person = next(each for each in known if each.identity == guard.identity)
        yield from _after(a, guard, person, door)
        return
    a.skip(CHECK, "nobody could log in with a password to log out again")


def _after(a: Assessment, guard: Guard, person: Person, door: Door) -> Iterator[Finding]:
    opened = session(a, person)
    if opened is None:
        return
    credential, refresh = opened[1], refresh_token_in(opened[0].answer)[1]
    before = a.probe.send(guard.request, credential=credential, says="a new session is answered")
    out = a.probe.send(_leaving(a, door, credential, refresh), credential=credential, says="it is ended by logging out")
    if not guard.accepts(before) or not out.is_success:
        a.skip(CHECK, "logging out did not succeed")
        return
    after = a.probe.send(
        guard.request, credential=credential, says="the session that was ended is answered all the same"
    )
    a.probe.forget(person.identity)
    if guard.accepts(after):
        says = "logging out succeeds, and the credential of the session is accepted afterwards as before"
        yield a.found(CHECK, [before, guard.bad, out, after], says=says, target=door.target)


def _leaving(a: Assessment, door: Door, credential: Credential, refresh: str) -> Request:
    """A request to log out; where it takes the token itself, or that which renews it, with that."""
    request = a.api.request(door.target, every=True)
    secret = credential.token or next(iter(credential.secrets), "")
    for slot in request.slots("body", "query"):
        said = words(slot.leaf)
        if "refresh" in said or "token" in said:
            request = request.put(slot, refresh if refresh and "access" not in said else secret)
    return request


CHECK = Check(
    id=CheckId("logout-keeps-session"),
    title="logging out does not end the session",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.613"),
    looks="A new session is opened, used, and ended with the API's own log-out operation, which succeeds. Proof is "
    "that the same credential is answered afterwards, where a made-up one is refused.",
    why="Who logs out at a shared machine, or because a token leaked, believes to be safe and is not: the token works "
    "on until its end.",
    mend="Keep sessions where they can be taken back: a list of live sessions, or of revoked token ids (`jti`) until "
    "their end; and keep the lives of tokens short.",
    samples={
        "fastapi": 'revoked.add(claims["jti"], until=claims["exp"])  # asked on every request',
        "flask": '@jwt.token_in_blocklist_loader\ndef is_revoked(header, claims):\n    return claims["jti"] in revoked',
        "django": "auth.logout(request)  # of Simple JWT: RefreshToken(token).blacklist()",
    },
    run=run,
    most=16,
    disturbs=Disturbs.ACCOUNTS,
    needs=("identity",),
)
