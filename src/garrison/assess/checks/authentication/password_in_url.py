"""Passwords that travel in URLs."""

from collections.abc import Iterator

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, credential_of, people
from garrison.assess.doors import Door, credentials_in, door_of
from garrison.assess.identity import ANONYMOUS
from garrison.assess.request import NOTHING, Request, Slot
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def run(a: Assessment) -> Iterator[Finding]:
    """Log in with name and password in the query: where the contract has it so, and where it does not."""
    known = people(a)
    if not known:
        return
    person = known[0]
    for target in a.api.targets:
        door = door_of(a.api, target)
        if door.names and door.password is not None and door.password.where == "query":
            yield from _tried(a, person, door, a.api.request(target, every=True), "as the contract has it")
    entry = a.doors.log_in
    if entry is not None and entry.password is not None and entry.password.where == "body" and entry.names:
        moved = msgspec.structs.replace(
            entry,
            names=(Slot("query", entry.names[0].name),),
            password=Slot("query", entry.password.name),
        )
        bare = msgspec.structs.replace(a.api.request(entry.target), body=NOTHING)
        for method in ("GET", entry.target.method):
            request = msgspec.structs.replace(bare, method=method)
            found = tuple(_tried(a, person, moved, request, f"by {method}, which the contract does not say"))
            yield from found
            if found:
                return


def _tried(a: Assessment, person: Person, door: Door, request: Request, what: str) -> Iterator[Finding]:
    right = credentials_in(request, door, person.name, person.password)
    opened = a.probe.send(right, credential=ANONYMOUS, says="name and password in the URL are let in")
    if credential_of(a, opened) is None:
        return
    wrong = credentials_in(request, door, person.name, a.api.sampler.password())
    refused = a.probe.send(wrong, credential=ANONYMOUS, says="a wrong password in the URL is not")
    if credential_of(a, refused) is None:
        says = f"logging in works with the password in the URL, {what}"
        yield a.found(CHECK, [opened, refused], says=says, target=door.target, slot=door.password)


CHECK = Check(
    id=CheckId("password-in-url"),
    title="a password travels in the URL",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.598"),
    looks="Name and password are put into the query of the log-in operation, by GET and by its own method, and of "
    "operations whose contract has them there. Proof is that a right password is let in and a wrong one is not.",
    why="URLs end in logs, histories and `Referer` headers, and with them passwords that people use elsewhere too.",
    mend="Take passwords from the body of a POST and from nowhere else; refuse GET on the log-in operation.",
    samples={
        "fastapi": '@app.post("/login")\ndef log_in(given: Annotated[LogIn, Body()]): ...',
        "flask": '@app.post("/login")\ndef log_in():\n    given = request.get_json()  # not request.values',
        "django": "request.POST or json.loads(request.body)  # never request.GET",
    },
    run=run,
    most=16,
    disturbs=Disturbs.ACCOUNTS,
)
