"""Secrets among the properties of answers."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.bounds import marking
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Field, Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_ALSO: Final = frozenset(
    {
        "hashedpassword",
        "hash",
        "mfasecret",
        "otpsecret",
        "passwordsalt",
        "privatekey",
        "salt",
        "secretkey",
        "totpsecret",
    }
)
_PASSWORDS: Final = frozenset({"password", "passwd", "pwd", "passcode", "passphrase", "salt", "hash"})


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        if not field.owner.answers or not _is_secret(field):
            continue
        is_password = not _PASSWORDS.isdisjoint(words(field.name))
        reads = [each for each in reading.using(field.owner.answers) if each.method in {"GET", "QUERY"}]
        if is_password or reads:  # a token is given once, by what makes it
            users = field.owner.answers if is_password else reading.users(*reads)
            sure, grave = (None, None) if is_password else (Confidence.LOW, Severity.MEDIUM)
            says = f"`{field.name}` is a secret by its name"
            mends = marking(field, writeOnly=True)
            yield Fault(field.node, says, users, field.location, severity=grave, confidence=sure, mends=mends)


def _is_secret(field: Field) -> bool:
    said = words(field.name)
    is_named = type_by_name(field.name) == "credential" or names.joined(field.name) in _ALSO
    is_page = bool({"page", "next", "continuation", "sync", "public"} & set(said))
    is_text = not field.spot.types or "string" in field.spot.types
    return is_named and is_text and not is_page and not field.spot.is_chosen and field.says("writeOnly") is not True


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
