"""Log-in that lets anybody guess."""

from collections.abc import Iterator
from statistics import median
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, credential_of, lockable, log_in, log_in_request
from garrison.assess.identity import ANONYMOUS
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_TRIES: Final = 20
"""Wrong passwords: people do not err that often, and nobody is hurt by so few."""
_FORWARDED: Final = (
    ("x-forwarded-for",),
    ("x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-originating-ip", "x-remote-ip"),
)


def run(a: Assessment) -> Iterator[Finding]:
    """Guess wrongly, then log in rightly; where that is refused, say that one comes from elsewhere."""
    door, person = a.doors.log_in, lockable(a) if a.doors.log_in is not None else None
    if door is None or person is None:
        a.skip(CHECK, "it takes a log-in operation and an account of the assessment's own")
        return
    tries = []
    for _ in range(_TRIES):
        wrong = log_in(a, person.name, a.api.sampler.password(), "a wrong password is refused")
        if wrong is None or credential_of(a, wrong) is not None:
            return
        tries.append(wrong)
        if wrong.answer.status == 429:
            break
    right = log_in(a, person.name, person.password, f"the right password opens the account at once after {len(tries)}")
    if right is None:
        return
    if credential_of(a, right) is None or tries[-1].answer.status == 429:
        yield from _elsewhere(a, person, tries)
    elif _slows_down(tries, right):
        a.skip(CHECK, "answers to wrong passwords grow slower, or ask for a challenge: no more were sent", door.target)
    else:
        says = (
            f"{len(tries)} wrong passwords in a row are neither slowed down nor stopped, and the right one works then"
        )
        first, last = tries[0], tries[-1].says_that(f"and so is wrong password number {len(tries)}, no slower")
        yield a.found(CHECK, [first, last, right], says=says, target=door.target)


def _slows_down(tries: list[Exchange], right: Exchange) -> bool:
    """Whether wrong passwords took longer and longer, or much longer than the right one, or a challenge comes."""
    times = [each.answer.seconds for each in tries]
    asks = any(word in tries[-1].answer.text.lower() for word in ("captcha", "challenge"))
    usual = min(median(times[:5]), right.answer.seconds)
    return asks or median(times[-5:]) > 3 * usual + 0.05


def _elsewhere(a: Assessment, person: Person, tries: list[Exchange]) -> Iterator[Finding]:
    """Log in rightly under headers that name another address."""
    request = log_in_request(a, person.name, person.password)
    if request is None or a.doors.log_in is None:
        return
    stopped = a.probe.send(request, credential=ANONYMOUS, says="after that the right password is refused")
    if credential_of(a, stopped) is not None:
        return
    for at, names in enumerate(_FORWARDED):
        spoofed = tuple((name, f"198.51.100.{at + 7}") for name in names)
        moved = msgspec.structs.replace(request, headers=(*request.headers, *spoofed))
        passed = a.probe.send(moved, credential=ANONYMOUS, says=f"with `{names[0]}` of another address it is accepted")
        again = a.probe.send(request, credential=ANONYMOUS, says="without that header it is still refused")
        if credential_of(a, passed) is not None and credential_of(a, again) is None:
            says = f"the limit of wrong passwords is lifted by a header that the sender writes (`{names[0]}`)"
            yield a.found(
                CHECK, [tries[0], stopped, passed, again], says=says, target=a.doors.log_in.target, kind="forwarded",
                slot=f"header.{names[0]}", title="the limit of log-ins is lifted by a header", tags=("cwe.348",),
            )  # fmt: skip
            return


CHECK = Check(
    id=CheckId("login-unthrottled"),
    title="passwords can be guessed without a limit",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "owasp.api4", "cwe.307", "cwe.799"),
    looks="Twenty wrong passwords are sent for an account of the assessment's own. Proof is that none is answered "
    "with 429, a challenge or a growing delay, and that the right password opens the account at once afterwards. "
    "Where there is a limit, the right password is sent with headers that name another address: proof is that only "
    "then it is accepted.",
    why="Passwords from other sites' leaks are tried by the million, and four digits fall in minutes.",
    mend="Count failures by account and by address, and slow down from the fifth on; answer 429 with `Retry-After`. "
    "Take the address from the connection, or from the header that your own proxy sets, never from what the client "
    "wrote.",
    samples={
        "fastapi": '@limiter.limit("5/minute", key_func=lambda request: request.state.login_name)',
        "django": "AXES_FAILURE_LIMIT = 5  # django-axes",
        "flask": '@limiter.limit("5/minute", key_func=lambda: request.json.get("username"))',
    },
    run=run,
    most=40,
    disturbs=Disturbs.SERVICE,
    needs=("account",),
)
