"""Secrets among the properties of answers."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names, personal
from garrison.audit.bounds import marking
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Field, Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_ALSO: Final = frozenset({"mfasecret", "otpsecret", "passwordsalt", "privatekey", "secretkey", "totpsecret"})
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "passcode", "passphrase"})
_OF_PEOPLE: Final = frozenset({"hash", "salt", "hashed"})
"""What is a secret where it is said of a person, and anything elsewhere."""
_READING: Final = frozenset({"GET", "QUERY", "PUT", "PATCH"})
"""Methods that answer what was there before: what makes a secret has to give it once."""


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        if not field.owner.answers or not _is_secret(field):
            continue
        reads = [each for each in reading.using(field.owner.answers) if each.method in _READING]
        is_password = bool(_PASSWORDS & set(words(field.name))) or names.joined(field.name) in _OF_PEOPLE
        if not reads and not is_password:
            continue
        is_sure = is_password and bool(reads)
        yield Fault(
            field.node,
            f"`{field.name}` is a secret by its name",
            reading.users(*reads) if reads else field.owner.answers,
            field.location,
            severity=None if is_sure else Severity.MEDIUM,
            confidence=None if is_sure else Confidence.LOW,
            mends=marking(field, writeOnly=True) if is_sure else (),
        )


def _is_secret(field: Field) -> bool:
    said = set(words(field.name))
    is_named = type_by_name(field.name) == "credential" or names.joined(field.name) in _ALSO
    is_named = is_named or (names.joined(field.name) in _OF_PEOPLE and bool(personal.personal(field.owner)))
    is_other = bool({"page", "next", "continuation", "sync", "public"} & said) or field.spot.is_chosen
    is_text = not field.spot.types or "string" in field.spot.types
    return is_named and is_text and not is_other and field.says("writeOnly") is not True


RULE = Rule(
    id=CheckId("secret-in-answer"),
    title="an answer holds a secret",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api3", "cwe.200", "cwe.522", "rec.6", "rec.22"),
    why="Whoever reads the answer, a log or a cache on the way, has the secret, or a hash to guess it from.",
    mend="Do not answer it; mark the property `writeOnly`.",
    look=_look,
)
