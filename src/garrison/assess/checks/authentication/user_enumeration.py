"""Answers that tell whether somebody has an account."""

from collections.abc import Callable, Iterator

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import (
    Person,
    log_in_request,
    people,
    reset_request,
    resets,
)
from garrison.assess.compare import same, succeeded
from garrison.assess.doors import registration
from garrison.assess.identity import ANONYMOUS
from garrison.assess.probe import Exchange
from garrison.assess.request import Request
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words


def run(a: Assessment) -> Iterator[Finding]:
    """Ask the doors about somebody who is known and about somebody who is not."""
    known = people(a)
    if not known:
        a.skip(CHECK, "nobody is known whose account surely exists: give an identity with its password")
        return
    door = a.doors.log_in
    if door is not None:
        wrong = a.api.sampler.password()
        yield from _told(a, door.target, known[0], "log-in", lambda name: log_in_request(a, name, wrong))
    for reset in resets(a):
        if not reset.sets and reset.door.names:
            yield from _told(
                a,
                reset.door.target,
                known[0],
                "reset",
                lambda name, reset=reset: reset_request(a, reset, _called(a, known[0], name)),  # type: ignore[misc]
            )
    yield from _address_taken(a)


def _called(a: Assessment, person: Person, name: str) -> Person:
    """`person`, or somebody of another name whom nobody knows."""
    return person if name == person.name else Person(msgspec.structs.replace(person.identity, name=name), name, "")


def _told(
    a: Assessment, target: Target, person: Person, what: str, ask: Callable[[str], Request | None]
) -> Iterator[Finding]:
    """Ask twice about each, in turn: what differs each time tells nothing."""
    there: list[tuple[str, Exchange]] = []
    nobody: list[tuple[str, Exchange]] = []
    for _ in range(2):
        for name, kept, says in (
            (person.name, there, "somebody who has an account"),
            (_stranger(a, person.name), nobody, "somebody who has none"),
        ):
            request = ask(name)
            if request is None:
                return
            exchange = a.probe.send(request, credential=ANONYMOUS, says=f"the answer about {says}")
            kept.append((name, exchange))
    ours, theirs = [_plain(*each) for each in there], [_plain(*each) for each in nobody]
    if not same(*ours) or not same(*theirs) or same(ours[0], theirs[0]):
        return
    kind = "status" if ours[0].status != theirs[0].status else "message"
    says = f"the {kind} of the {what} operation tells whether somebody has an account"
    yield a.found(CHECK, [there[0][1], nobody[0][1]], says=says, target=target, kind=what)


def _stranger(a: Assessment, like: str) -> str:
    """A name of nobody, of the same kind."""
    name = a.api.sampler.word()
    return f"{name}@{like.partition('@')[2]}" if "@" in like else name


def _plain(name: str, exchange: Exchange) -> Answer:
    """The answer without the name that was sent, under whatever of its forms."""
    body = exchange.answer.body
    for text in sorted({name, *map(str, _sent(exchange.request))}, key=len, reverse=True):
        if len(text) > 3:
            body = body.replace(text.encode(), b"(name)")
    return msgspec.structs.replace(exchange.answer, body=body)


def _sent(request: Request) -> Iterator[object]:
    yield from (request.value(slot) for slot in request.slots("body", "query", "path"))


def _address_taken(a: Assessment) -> Iterator[Finding]:
    """Register with a new name and the e-mail address of somebody who is there."""
    door = a.doors.register
    if door is None or not a.accounts:
        return
    mails = [slot for slot in door.names if not {"email", "mail"}.isdisjoint(words(slot.leaf))]
    if not mails or len(mails) == len(door.names):
        return
    taken = a.accounts[0].made.value(mails[0])
    request, _, _ = registration(a.api, door)
    again = a.probe.send(request.put(mails[0], taken), credential=ANONYMOUS, says="an address that has an account")
    fresh = a.probe.send(request, credential=ANONYMOUS, says="the same registration with an address that has none")
    if fresh.is_success and not succeeded(again.answer, fresh.answer) and again.answer.status not in (429, 500):
        says = "registration tells whether an e-mail address has an account"
        yield a.found(
            CHECK, [again, fresh], says=says, target=door.target, slot=mails[0], kind="address", severity=Severity.LOW
        )


CHECK = Check(
    id=CheckId("user-enumeration"),
    title="answers tell who has an account",
    family="authentication",
    severity=Severity.MEDIUM,
    tags=("owasp.api2", "cwe.204", "cwe.203"),
    looks="Logging in with a wrong password, and asking for a forgotten one, is tried in turn for an account that "
    "exists and for a name that nobody has, twice each; the names themselves are left out of the comparison. Proof is "
    "that the answers of one kind are the same and those of the two kinds differ. Registration is tried with an "
    "e-mail address that has an account.",
    why="Lists of addresses become lists of customers, and guessing passwords is spent on accounts that exist.",
    mend="Answer the same, in status, text and time, whether or not the account exists: `name or password is wrong`, "
    "`if there is an account, a message is on its way`.",
    samples={
        "fastapi": "if user is None or not verify(password, user.hash):\n    raise HTTPException(401)",
        "django": "user = authenticate(request, username=name, password=password)  # one answer where it is None",
        "flask": "if user is None or not check_password_hash(user.hash, password):\n    abort(401)",
    },
    run=run,
    most=24,
    disturbs=Disturbs.ACCOUNTS,
)
