"""Accounts that belong to whoever registers their name last."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, opens
from garrison.assess.identity import ANONYMOUS
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Register the name of an own account again, with another password."""
    door, account = a.doors.register, a.new_account()
    if door is None or account is None:
        return
    password, request = a.api.sampler.password(), account.made
    for slot in request.slots("body", "query"):
        if request.value(slot) == account.password:
            request = request.put(slot, password)
    again = a.probe.send(request, credential=ANONYMOUS, says="the name of an account is registered once more")
    person = Person(account.identity, account.name, account.password)
    opened = opens(a, person, password, "the second password opens it")
    if opened is not None:
        says = "whoever registers a name that is taken sets the password of its account"
        yield a.found(CHECK, [again, opened], says=says, target=door.target)


CHECK = Check(
    id=CheckId("registration-overwrites-account"),
    title="registering a name again takes its account over",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.287", "cwe.694"),
    looks="An account of the assessment's own is registered a second time, with the same name and another password. "
    "Proof is that the other password opens it, and a third one does not.",
    why="Anybody takes over any account whose name they know, administrators' included.",
    mend="Refuse a name that is taken, with a constraint of the database rather than a look beforehand: two requests "
    "at the same time pass the look.",
    samples={
        "fastapi": "except IntegrityError:  # of a UNIQUE column\n    raise HTTPException(409)",
        "django": "username = models.CharField(max_length=80, unique=True)",
        "flask": "username = db.Column(db.String(80), unique=True, nullable=False)",
    },
    run=run,
    most=12,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
