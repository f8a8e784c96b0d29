"""New passwords for whoever asks."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Reset, opens, reset_request, resets, spare
from garrison.assess.identity import ANONYMOUS
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Set a new password of an own account as nobody, without a token or with a made-up one."""
    change = a.doors.change_password
    ways = [each for each in resets(a) if each.sets]
    if change is not None and change.old_password is None and change.target not in [way.door.target for way in ways]:
        ways.append(Reset(change, None))
    person = spare(a) if ways else None
    if person is None:
        return
    for way in ways:
        password = a.api.sampler.password()
        number = way.proof is not None and isinstance(a.api.request(way.door.target, every=True).value(way.proof), int)
        request = reset_request(a, way, person, proof="0" if number else "grsn", password=password)
        what = "with a made-up token" if way.proof is not None else "without any proof"
        done = a.probe.send(request, credential=ANONYMOUS, says=f"anybody sets a new password {what}")
        opened = opens(a, person, password, "the new password opens the account") if done.answer.is_success else None
        if opened is not None:
            says = f"anybody sets a new password for an account {what}"
            yield a.found(CHECK, [done, opened], says=says, target=way.door.target)
            return


CHECK = Check(
    id=CheckId("reset-without-proof"),
    title="anybody can set a new password for an account",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.640", "cwe.620"),
    looks="The operations that set a new password are asked as nobody to do so for an account of the assessment's "
    "own, with a made-up token where they take one. Proof is that the new password opens the account.",
    why="Anybody takes over any account whose name they know.",
    mend="Set a new password only for whoever is logged in and shows the old one, or shows a random token that was "
    "sent to the account's own address and is looked up together with the account.",
    samples={
        "fastapi": "claim = resets.pop(sha256(token), None)\nif claim is None or claim.user_id != user.id:\n"
        "    raise HTTPException(400)",
        "django": "if not default_token_generator.check_token(user, token):\n    return HttpResponse(status=400)",
        "flask": 'user_id = serializer.loads(token, salt="reset", max_age=900)  # raises for anything else',
    },
    run=run,
    most=16,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
