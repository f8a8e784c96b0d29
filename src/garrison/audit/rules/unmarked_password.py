"""Passwords in requests that are not marked as such."""

from collections.abc import Iterator

from garrison.audit.bounds import adding
from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Field, Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        is_password = bool({"password", "passwd", "passphrase"} & set(words(field.name)[-1:]))
        is_text = "string" in field.spot.types and not field.spot.is_chosen
        if field.owner.requests and is_password and is_text and field.says("format") != "password":
            if field.says("writeOnly") is not True:
                mends = adding(field.spot, format="password", writeOnly=True)
                says = f"`{field.name}` has neither `format: password` nor `writeOnly`"
                yield Fault(field.node, says, field.owner.requests, field.location, mends=_own(field, mends))


def _own(field: Field, mends: tuple[Action, ...]) -> tuple[Action, ...]:
    """Only what no other property shares is marked."""
    return mends if field.node.place == field.spot.node.place else ()


RULE = Rule(
    id=CheckId("unmarked-password"),
    title="a password is not marked",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=(
        "owasp.api2",
        "cwe.549",
        "rec.6",
    ),
    why="Forms show it, generators and logs keep it like any other text.",
    mend="Say `format: password` and `writeOnly: true`.",
    look=_look,
)
