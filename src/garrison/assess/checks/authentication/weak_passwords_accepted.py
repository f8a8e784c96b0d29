"""Accounts with passwords that everybody tries first."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, opens
from garrison.assess.doors import name_for, registration
from garrison.assess.identity import ANONYMOUS
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_WEAK: Final = (
    ("a", "of a single letter"),
    ("1234", "of four digits"),
    ("123456", "that is the most frequent of all (`123456`)"),
    ("password", "that is the word `password`"),
    ("12345678", "that is among the most frequent of all (`12345678`)"),
)


def run(a: Assessment) -> Iterator[Finding]:
    """Register with weak passwords, the weakest first."""
    door, entry = a.doors.register, a.doors.log_in
    if door is None or entry is None or door.password is None or not a.accounts:
        return
    for weak, what in _WEAK:
        request, _, password = registration(a.api, door)
        for slot in request.slots("body", "query"):
            if request.value(slot) == password:
                request = request.put(slot, weak)
        made = a.probe.send(request, credential=ANONYMOUS, says=f"an account is registered with a password {what}")
        if not made.is_success:
            continue
        owner = Person(a.accounts[0].identity, name_for(entry, door, request), weak)
        opened = opens(a, owner, weak, "and it opens the account")
        if opened is not None:
            says = f"registration accepts a password {what}"
            yield a.found(CHECK, [made, opened], says=says, target=door.target, slot=door.password)
        return


CHECK = Check(
    id=CheckId("weak-passwords-accepted"),
    title="weak passwords are accepted",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.521"),
    looks="Accounts are registered with passwords that everybody tries first, until one is accepted. Proof is that it "
    "opens the account.",
    why="A few hundred passwords open a good share of the accounts of a service that lets people choose any.",
    mend="Ask for eight characters at least (fifteen where nothing else is asked for), allow long ones, and refuse "
    "those of lists of leaked passwords; do not ask for kinds of characters (NIST SP 800-63B-4, 3.1.1).",
    samples={
        "django": 'AUTH_PASSWORD_VALIDATORS = [{"NAME": f"{BASE}.MinimumLengthValidator"}, '
        '{"NAME": f"{BASE}.CommonPasswordValidator"}]',
        "fastapi": "password: Annotated[SecretStr, Field(min_length=8), AfterValidator(not_leaked)]",
        "flask": "if len(password) < 8 or zxcvbn(password)['score'] < 3:\n    abort(400)",
    },
    run=run,
    most=14,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
