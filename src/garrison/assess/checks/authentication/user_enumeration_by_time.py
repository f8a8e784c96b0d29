"""Times that tell whether somebody has an account."""

from collections.abc import Iterator
from statistics import median
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, lockable, log_in
from garrison.assess.compare import differs_in_time
from garrison.assess.probe import Exchange
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_ROUNDS: Final = 9
"""Requests of each kind in a series."""
_LIKELY: Final = 4.0
_LEAST: Final = 0.002
"""Seconds of difference that are seen through a network with enough requests."""


def run(a: Assessment) -> Iterator[Finding]:
    """Time wrong passwords of somebody who is known and of somebody who is not, in turn; then once more."""
    if a.doors.log_in is None:
        return
    person = lockable(a)
    if person is None:
        a.skip(CHECK, "it takes an account of the assessment's own, and none could be registered")
        return
    first = _measured(a, person)
    if first is None or not first.counts:
        return
    # where no time of one kind comes near one of the other, once is enough
    second = first if first.is_apart else _measured(a, person)
    if second is None or not second.counts or first.score * second.score < 0:
        return
    says = (
        f"a wrong password takes {second.there * 1000:.0f} ms where there is an account and {second.nobody * 1000:.0f} "
        f"ms where there is none (medians of {_ROUNDS} each, in turn)"
    )
    confidence = Confidence.HIGH if first.is_apart or second.is_apart else Confidence.MEDIUM
    yield a.found(CHECK, second.proof, says=says, target=a.doors.log_in.target, confidence=confidence)


class _Measured(msgspec.Struct):
    """What one series says; times in seconds."""

    score: float
    there: float
    nobody: float
    is_apart: bool
    """Whether every answer of one kind took twice as long as any of the other."""
    proof: tuple[Exchange, Exchange]

    @property
    def counts(self) -> bool:
        """Whether chance hardly says it."""
        return self.is_apart or abs(self.score) >= _LIKELY


def _measured(a: Assessment, person: Person) -> _Measured | None:
    """One series; None where the difference would not be seen, or the log-in operation defends itself."""
    there, nobody = _series(a, person)
    if len({each.answer.status for each in there}) > 1 or any(each.answer.status == 429 for each in nobody):
        a.skip(CHECK, "the log-in operation slows down or locks who guesses: times say nothing")
        return None
    ours, theirs = [[each.answer.seconds for each in series] for series in (there, nobody)]
    if abs(median(ours) - median(theirs)) < _LEAST:
        return None
    apart = min(ours) > 2 * max(theirs) or min(theirs) > 2 * max(ours)
    return _Measured(differs_in_time(ours, theirs), median(ours), median(theirs), apart, (there[-1], nobody[-1]))


def _series(a: Assessment, person: Person) -> tuple[list[Exchange], list[Exchange]]:
    """Wrong passwords for both, in turn; the first of each warms up and does not count."""
    there: list[Exchange] = []
    nobody: list[Exchange] = []
    domain = person.name.partition("@")[2]
    for _ in range(_ROUNDS + 1):
        stranger = a.api.sampler.word() + (f"@{domain}" if domain else "")
        wrong = a.api.sampler.password()
        for name, kept, says in (
            (person.name, there, "a wrong password for somebody who has an account"),
            (stranger, nobody, "a wrong password for somebody who has none"),
        ):
            exchange = log_in(a, name, wrong, says)
            if exchange is not None:
                kept.append(exchange)
    return there[1:], nobody[1:]


CHECK = Check(
    id=CheckId("user-enumeration-by-time"),
    title="the time of an answer tells who has an account",
    family="authentication",
    severity=Severity.LOW,
    tags=("owasp.api2", "cwe.208", "cwe.203"),
    looks="Wrong passwords are sent for an account of the assessment's own and for names that nobody has, in turn, "
    "nine of each. Where every answer of one kind takes twice as long as any of the other, the confidence is high; "
    "where the medians lie at least four times the usual scatter apart, in this series and in another one, it is "
    "medium.",
    why="Where the password is only hashed for people who exist, a list of addresses becomes a list of customers, "
    "whatever the answer says.",
    mend="Verify a password for everybody: against a fixed hash of the same cost where there is no account.",
    samples={
        "fastapi": "ok = verify(password, user.hash if user else DUMMY_HASH)\nif user is None or not ok:\n"
        "    raise HTTPException(401)",
        "flask": "ok = check_password_hash(user.hash if user else DUMMY_HASH, password)",
        "django": "authenticate(request, username=name, password=password)  # hashes for nobody as well",
    },
    run=run,
    most=50,
    disturbs=Disturbs.SERVICE,
    needs=("account",),
)
