"""Passwords in requests that are not marked as such."""

from collections.abc import Iterator

from garrison.audit.bounds import marking
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.rule import words


def _look(reading: Reading) -> Iterator[Fault]:
    for field in reading.fields:
        is_password = bool({"password", "passwd", "passphrase"} & set(words(field.name)[-1:]))
        is_text = "string" in field.spot.types and not field.spot.is_chosen
        is_marked = field.says("format") == "password" or field.says("writeOnly") is True
        if field.owner.requests and is_password and is_text and not is_marked:
            mends = marking(field, format="password", writeOnly=True)
            says = f"`{field.name}` has neither `format: password` nor `writeOnly`"
            yield Fault(field.node, says, field.owner.requests, field.location, mends=mends)


RULE = Rule(
    id=CheckId("unmarked-password"),
    title="a password is not marked",
    severity=Severity.INFORMATIONAL,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.549", "rec.6"),
    why="Forms show it, generators and logs keep it like any other text.",
    mend="Say `format: password` and `writeOnly: true`.",
    look=_look,
)
