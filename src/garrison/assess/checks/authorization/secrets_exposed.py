"""Excessive data exposure: answers hold secrets of people."""

from collections.abc import Iterator
from typing import Any, Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON
from garrison.assess.check import Check
from garrison.assess.checks.authorization.samples import ANSWER_SAMPLES
from garrison.assess.compare import leaves
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding
from garrison.exposure.types.rule import words

_SECRETS: Final = frozenset(
    {"apikey", "cvc", "cvv", "hashedpassword", "mfa", "otp", "passphrase", "passwd", "password", "passwordhash", "pin",
     "privatekey", "pwd", "salt", "totp"}
)  # fmt: skip
_KEYS: Final = (
    ("api", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("client", "secret"),
    ("reset", "token"),
    ("refresh", "token"),
    ("password", "hash"),
    ("totp", "secret"),
    ("security", "answer"),
)
_SHOWN: Final = frozenset({"", "*", "null", "none", "redacted", "hidden", "secret", "masked"})


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if not target.is_safe or target.id in a.doors.targets:
        return
    answers = sorted(
        (each for each in a.survey.seen(target) if each.is_success), key=lambda each: each.identity is not None
    )
    for exchange in answers:
        names = sorted({way for way, leaf in leaves(exchange.answer.json()) if is_secret(way.rpartition("/")[2], leaf)})
        if names and exchange.answer.json() is not NOT_JSON:
            yield _finding(a, target, exchange, names)
            return


def _finding(a: Assessment, target: Target, exchange: Exchange, names: list[str]) -> Finding:
    whose = (
        "anybody" if a.survey.is_public(target) else f"`{exchange.identity.name}`" if exchange.identity else "anybody"
    )
    severity = Severity.CRITICAL if a.survey.is_public(target) else Severity.HIGH
    shown = ", ".join(f"`{name}`" for name in names[:4])
    step = exchange.says_that(f"the answer holds {shown}")
    says = f"{whose} reads {shown}: secrets that no answer needs to hold"
    return a.found(CHECK, [step], says=says, target=target, slot=f"response/{names[0]}", severity=severity)


def is_secret(name: str, value: Any) -> bool:
    """Whether a field is a secret by its name, and its value is not masked."""
    if not isinstance(value, str) or value.strip("[]<>() ").lower() in _SHOWN or not value.strip("*•x"):
        return False
    said = words(name)
    return "".join(said) in _SECRETS or said[-1:] in {(each,) for each in _SECRETS} or said[-2:] in _KEYS


CHECK: Final = Check(
    id=CheckId("secrets-exposed"),
    title="answers hold secrets",
    family="authorization",
    severity=Severity.HIGH,
    tags=("owasp.api3", "cwe.213", "cwe.200", "rec.6", "rec.20"),
    looks="Reads the answers of all operations that the exploration reached for fields that are secrets by their name "
    "and are not masked: passwords and their hashes, keys, one-time codes.",
    why="Passwords open accounts here and, used twice, elsewhere; hashes are cracked at leisure.",
    mend="List what an answer holds instead of returning the stored object. The gateway can strip undeclared fields.",
    samples=ANSWER_SAMPLES,
    each=_each,
    most=1,
)
