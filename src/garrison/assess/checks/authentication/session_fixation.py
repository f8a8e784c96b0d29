"""Sessions that were there before their owner logged in."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, log_in_request, people, session
from garrison.assess.checks.authentication.guarding import Guard, guards, scrambled
from garrison.assess.compare import succeeded
from garrison.assess.identity import ANONYMOUS, Credential
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Plant a session cookie, log in with it, and see whether it opens what it did not open before."""
    known = people(a)
    among = [each.identity for each in known]
    for guard in guards(a, fits=lambda credential: bool(credential.cookies), among=among):
        person = next(each for each in known if each.identity == guard.identity)
        yield from _planted(a, guard, person)
        return


def _planted(a: Assessment, guard: Guard, person: Person) -> Iterator[Finding]:
    usual = session(a, person)
    request = log_in_request(a, person.name, person.password)
    if usual is None or request is None:
        return
    first = a.probe.send(guard.request, credential=ANONYMOUS)
    for name, value in usual[1].cookies:
        planted = Credential(cookies=((name, _cookie(first.answer, name) or scrambled(value)),))
        before = a.probe.send(guard.request, credential=planted, says="the cookie of nobody is refused")
        entered = a.probe.send(
            request, credential=planted, says=f"{person.identity.name} logs in with that very cookie"
        )
        if guard.accepts(before) or not succeeded(entered.answer, usual[0].answer):
            continue
        after = a.probe.send(guard.request, credential=planted, says="the same cookie now acts in their name")
        if guard.accepts(after):
            says = (
                f"the session in the cookie `{name}` stays the same when somebody logs in: whoever knew it before is in"
            )
            yield a.found(CHECK, [before, entered, after], says=says, slot=f"cookie.{name}")
            return


def _cookie(answer: Answer, wanted: str) -> str:
    """The value that an answer sets for a cookie; empty where it sets none."""
    for name, value in answer.headers:
        key, _, rest = value.partition(";")[0].partition("=")
        if name == "set-cookie" and key.strip() == wanted:
            return rest.strip()
    return ""


CHECK = Check(
    id=CheckId("session-fixation"),
    title="a session from before the log-in is kept",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "cwe.384"),
    looks="A session cookie that the API hands to nobody in particular, or a made-up one, is sent along while "
    "somebody logs in. Proof is that the same cookie is refused before and opens their operations afterwards.",
    why="Whoever plants a cookie in a browser (from a sibling domain, over plain HTTP) waits until its owner logs in "
    "and shares the session.",
    mend="Issue a new session id at every log-in and every change of rights, and accept no id that you did not issue.",
    samples={
        "django": "auth.login(request, user)  # renews the key; never write request.session by hand instead",
        "flask": 'session.clear()\nsession["user"] = user.id  # with server-side sessions: session.regenerate()',
        "fastapi": 'response.set_cookie("sid", sessions.new(user), httponly=True, secure=True, samesite="lax")',
    },
    run=run,
    most=16,
    disturbs=Disturbs.ACCOUNTS,
    needs=("identity",),
)
