"""Tokens for a forgotten password that come back to whoever asks."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import Person, opens, reset_request, resets, spare
from garrison.assess.compare import leaves
from garrison.assess.identity import ANONYMOUS
from garrison.assess.probe import Exchange
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_NAMES: Final = frozenset({"token", "code", "otp", "pin", "link", "url", "secret", "key"})
_SHORT: Final = 6
"""Digits up to which all are tried in a day."""


def run(a: Assessment) -> Iterator[Finding]:
    """Ask for a forgotten password as nobody, read the answer for a token, and set a new password with it."""
    asking = [each for each in resets(a) if not each.sets and each.door.names]
    person = spare(a) if asking else None
    if person is None:
        return
    for reset in asking:
        asked = a.probe.send(
            reset_request(a, reset, person), credential=ANONYMOUS, says="anybody asks for somebody's forgotten password"
        )
        token = _token_in(asked)
        if not asked.is_success or not token:
            continue
        proof = _used(a, person, token)
        says = "the token that resets a password is in the answer to whoever asks for it"
        says += ", and it sets a new password" if proof else ""
        if token.isdigit() and len(token) <= _SHORT:
            says += f"; it has {len(token)} digits"
        yield a.found(
            CHECK,
            [asked, *proof],
            says=says,
            target=reset.door.target,
            confidence=Confidence.HIGH if proof else Confidence.MEDIUM,
        )
        return


def _token_in(asked: Exchange) -> str:
    """What looks like the token: a text or a number under such a name that was not sent."""
    value = asked.answer.json()
    sent = {str(asked.request.value(slot)) for slot in asked.request.slots()}
    for way, leaf in leaves(value) if value is not NOT_JSON else ():
        named = not _NAMES.isdisjoint(words(way.rpartition("/")[2])) and "status" not in words(way)
        text = str(leaf)
        if named and not isinstance(leaf, bool) and leaf is not None and len(text) >= 4 and text not in sent:
            last = text.rstrip("/").rpartition("/")[2].rpartition("=")[2]
            if " " not in last:
                return last
    return ""


def _used(a: Assessment, person: Person, token: str) -> list[Exchange]:
    """Set a new password with the token; the exchanges that show it, none where it does not work."""
    for reset in resets(a):
        if not reset.sets or reset.proof is None:
            continue
        password = a.api.sampler.password()
        if not token.isdigit() and isinstance(a.api.request(reset.door.target, every=True).value(reset.proof), int):
            continue
        done = a.probe.send(
            reset_request(a, reset, person, proof=token, password=password),
            credential=ANONYMOUS,
            says="with what the answer holds a new password is set",
        )
        opened = opens(a, person, password, "the new password opens the account")
        if opened is not None:
            return [done, opened]
    return []


CHECK = Check(
    id=CheckId("reset-token-disclosed"),
    title="the token that resets a password is given to anybody",
    family="authentication",
    severity=Severity.CRITICAL,
    tags=("owasp.api2", "cwe.640", "cwe.200"),
    looks="A forgotten password is asked for as nobody, for an account of the assessment's own, and the answer is "
    "read for a token, a code or a link. Where the API lets one set a new password with it, proof is that the new "
    "password opens the account; else the confidence is medium.",
    why="Anybody takes over any account: they ask for its forgotten password and read the answer.",
    mend="Send the token to the address that the account has, and nowhere else; answer nothing but that a message may "
    "be on its way. Tokens are random (16 bytes), good once and for a quarter of an hour, and stored as hashes.",
    samples={
        "fastapi": 'background.add_task(mail, user.email, token)\nreturn {"message": "a mail may be on its way"}',
        "django": "PasswordResetForm(data).save(request=request)  # sends, and gives nothing back",
        "flask": 'mail.send(user.email, serializer.dumps(user.id, salt="reset"))\nreturn "", 202',
    },
    run=run,
    most=16,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
