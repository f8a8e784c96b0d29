"""Credentials as ordinary parameters, outside of any security scheme."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.contract.described import DescribedOperation
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_NAMES: Final = frozenset({"accesstoken", "apikey", "authtoken", "authorization", "bearertoken", "token", "sessionid"})


def _look(reading: Reading) -> Iterator[Fault]:
    known = {scheme.text("name").lower() for scheme in reading.schemes} | {"authorization"}
    for each in reading.parameters:
        bare = names.joined(each.name).removeprefix("x")
        if each.where in {"header", "cookie"} and bare in _NAMES and each.name.lower() not in known:
            says = f"the {each.where} `{each.name}` is a credential by its name"
            yield Fault(each.node, says, each.users, each.location)
    for operation in reading.operations:
        yield from _authorization(reading, operation)


def _authorization(reading: Reading, operation: DescribedOperation) -> Iterator[Fault]:
    """`Authorization` as a parameter means nothing (OpenAPI 3.2, 4.12.2.1), so that nothing demands it."""
    listed = operation.node.value.get("parameters")
    for at in range(len(listed) if isinstance(listed, list) else 0):
        node = reading.description.child(operation.node, "parameters", at)
        value = node.value if node is not None and isinstance(node.value, dict) else {}
        if node is not None and value.get("in") == "header" and str(value.get("name")).lower() == "authorization":
            says = "`Authorization` as a parameter means nothing: only `security` demands it"
            yield Fault(node, says, reading.users(operation), "header.authorization")


RULE = Rule(
    id=CheckId("credential-as-parameter"),
    title="a credential is an ordinary parameter",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api2", "cwe.287", "rec.11"),
    why=(
        "What is not a security scheme is not known to be a secret: it is not demanded by gateways, and generators "
        "and logs show it."
    ),
    mend="Declare a security scheme for it and demand it with `security`.",
    look=_look,
)
