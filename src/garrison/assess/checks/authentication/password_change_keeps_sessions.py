"""Sessions that outlive a change of password."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import opens, session, spare, through
from garrison.assess.checks.authentication.guarding import guard_for
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Open two sessions, change the password in one, and use the other."""
    door = a.doors.change_password
    if door is None or door.password is None:
        a.skip(CHECK, "no operation that changes the own password was recognised")
        return
    person = spare(a)
    guard = guard_for(a, person.identity) if person is not None else None
    old, other = (session(a, person), session(a, person)) if person is not None else (None, None)
    if person is None or guard is None or old is None or other is None:
        a.skip(CHECK, "no account with an operation of its own could be made")
        return
    before = a.probe.send(guard.request, credential=old[1], says="a session from before is answered")
    password = a.api.sampler.password()
    change = through(a, door, person).put(door.password, password)
    changed = a.probe.send(change, credential=other[1], says="in another session the password is changed")
    proven = opens(a, person, password, "the new password is the one that opens the account now")
    if proven is None or not guard.accepts(before):
        a.skip(CHECK, "the password could not be changed", door.target)
        return
    after = a.probe.send(guard.request, credential=old[1], says="the session from before is answered all the same")
    if guard.accepts(after):
        says = "after a change of password the sessions that were open before stay open"
        yield a.found(CHECK, [before, guard.bad, changed, proven, after], says=says, target=door.target)


CHECK = Check(
    id=CheckId("password-change-keeps-sessions"),
    title="a change of password does not end other sessions",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.613"),
    looks="An account of the assessment's own opens two sessions and changes its password in one of them; that the "
    "new password opens the account shows that it was changed. Proof is that the other session's credential is "
    "answered as before.",
    why="People change their password when somebody else may be in their account; that somebody stays in.",
    mend="End every other session of the account when its password changes, and refuse tokens that were issued before "
    "that moment.",
    samples={
        "fastapi": 'if claims["iat"] < user.password_changed_at:\n    raise HTTPException(401)',
        "django": "update_session_auth_hash(request, user)  # keeps this session and ends the others",
        "flask": 'if claims["iat"] < user.password_changed_at:\n    abort(401)',
    },
    run=run,
    most=24,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
