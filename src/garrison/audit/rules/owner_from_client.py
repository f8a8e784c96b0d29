"""Requests that say themselves whose their objects are."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import access, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading, Users
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_OWN: Final = frozenset({"accountid", "customerid", "memberid", "ownerid", "subscriberid", "tenantid", "userid"})


def _look(reading: Reading) -> Iterator[Fault]:
    known = reading.users(*access.protected(reading))
    for each in reading.parameters:
        is_own = each.where in {"query", "header", "cookie"} and names.joined(each.name) in _OWN
        if is_own and each.users & known and not each.node.value.get("x-garrison-owner"):
            says = f"`{each.name}` of the {each.where} says for whom"
            yield Fault(each.node, says, Users(each.users & known), each.location)
    tops = {id(each.spot) for each in reading.bodies}
    for field in reading.fields:
        users = Users(field.owner.requests & known)
        is_own = id(field.owner) in tops and names.joined(field.name) in _OWN
        is_checked = field.says("readOnly") is True or bool(field.says("x-garrison-owner"))
        if users and is_own and not is_checked:
            yield Fault(field.node, f"`{field.name}` of the body says for whom", users, field.location)


RULE = Rule(
    id=CheckId("owner-from-client"),
    title="whoever asks says for whom",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api1", "cwe.639", "rec.12"),
    why="Where the API believes the id that comes instead of the credential, anybody acts for anybody.",
    mend=(
        "Take who asks from the credential. Where it may be somebody else, check that it may: `x-garrison-owner` "
        "says which claim it has to agree with."
    ),
    look=_look,
)
