"""Short codes for a forgotten password that may be guessed without a limit."""

import re
from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Reset, reset_request, resets, spare
from garrison.assess.compare import same
from garrison.assess.identity import ANONYMOUS
from garrison.assess.probe import Exchange
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_TRIES: Final = 20
_SHORT: Final = 6
"""Digits up to which all are tried in a day."""
_CODES: Final = frozenset({"code", "otp", "pin"})
_DIGITS: Final = re.compile(r"\^?(?:\\d|\[0-9\])\{(\d)\}\$?")


def run(a: Assessment) -> Iterator[Finding]:
    """Guess the code of an own account wrongly, as often as nobody errs."""
    ways = [each for each in resets(a) if each.sets and _is_short(a, each)]
    person = spare(a) if ways else None
    if person is None:
        return
    told = set[str]()
    for asking in [each for each in resets(a) if not each.sets and each.door.names][:1]:
        told |= set(words(a.probe.send(reset_request(a, asking, person), credential=ANONYMOUS).answer.text))
    for way in ways:
        length, tries = _length(a, way), list[Exchange]()
        for number in range(_TRIES):
            digits = length or _SHORT
            code = str(number * 7919 % 10**digits).zfill(digits)
            request = reset_request(a, way, person, proof=code, password=a.api.sampler.password())
            guess = a.probe.send(request, credential=ANONYMOUS, says=f"wrong code number {number + 1} is refused")
            tries.append(guess)
            if guess.is_success or guess.answer.status == 429 or not same(guess.answer, tries[0].answer):
                break
        else:
            shown = f"has {length} digits" if length else "seems to be a short one"
            says = f"the code that resets a password {shown}, and {_TRIES} wrong ones in a row are all refused alike"
            yield a.found(
                CHECK,
                [tries[0], tries[-1]],
                says=says,
                target=way.door.target,
                slot=way.proof,
                confidence=Confidence.MEDIUM if length or told & {"pin", "otp", "digit", "digits"} else Confidence.LOW,
            )


def _is_short(a: Assessment, way: Reset) -> bool:
    """Whether the contract says so, or says nothing but calls it a code."""
    if way.proof is None:
        return False
    length = _length(a, way)
    return length <= _SHORT if length else not _CODES.isdisjoint(words(way.proof.leaf))


def _length(a: Assessment, way: Reset) -> int:
    """Digits of the code, as the contract says or shows by an example; 0 where it does not."""
    target, name = way.door.target, way.proof.leaf if way.proof is not None else ""
    body = target.body
    known = a.api.description.properties(body.schema) if body is not None and body.schema is not None else {}
    schemas = [known[name]] if name in known else []
    schemas += [each.schema for each in target.described.parameters if each.name == name and each.schema is not None]
    for schema in schemas:
        said: dict[str, Any] = {
            word: a.api.description.said(schema, word) for word in ("pattern", "maxLength", "example", "maximum")
        }
        digits = _DIGITS.fullmatch(str(said["pattern"] or ""))
        if digits:
            return int(digits.group(1))
        if isinstance(said["maxLength"], int) and said["maxLength"] <= _SHORT:
            return said["maxLength"]
        example = str(said["example"] if said["example"] is not None else "")
        if example.isdigit():
            return len(example)
        if isinstance(said["maximum"], int):
            return len(str(said["maximum"]))
    return 0


CHECK = Check(
    id=CheckId("reset-code-guessable"),
    title="the code that resets a password can be guessed",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "owasp.api4", "cwe.640", "cwe.307"),
    looks="Where the contract says that the code for a forgotten password has at most six digits, twenty wrong ones "
    "are sent for an account of the assessment's own. It counts where all are refused in just the same way. Whether a "
    "limit comes later is not tried: hence medium confidence; it is low where the contract only calls it a code and "
    "does not say how long it is.",
    why="Four digits are guessed in minutes: anybody takes over any account by asking for its forgotten password.",
    mend="Send random tokens of 16 bytes instead of codes. Where a code must be typed, let it die after five wrong "
    "tries and after ten minutes.",
    samples={
        "fastapi": "claim.tries += 1\nif claim.tries > 5 or now() > claim.until:\n    resets.delete(claim)",
        "flask": "if claim.tries >= 5:\n    db.session.delete(claim)\n    abort(400)",
    },
    run=run,
    most=50,
    disturbs=Disturbs.SERVICE,
    needs=("account",),
)
