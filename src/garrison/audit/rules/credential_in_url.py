"""Credentials as parameters of the path or the query."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_ALSO: Final = frozenset({"apikey", "authtoken", "bearer", "jsessionid", "jwt", "passwd", "pwd", "sessionid"})
_PAGING: Final = frozenset(
    {"page", "pagination", "next", "continuation", "sync", "cursor", "start", "resume", "scroll", "watch"}
)


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        said = words(each.name)
        if each.where not in {"query", "path"} or not _PAGING.isdisjoint(said):
            continue
        if each.where == "path" and "session" in said:
            continue  # mostly the id of an object that is called so
        is_known = type_by_name(each.name) == "credential" or names.joined(each.name) in _ALSO
        if is_known or said[-1:] == ("token",):
            sure = Confidence.HIGH if each.where == "query" and is_known else Confidence.MEDIUM
            says = f"`{each.name}` in the {each.where} is a secret by its name"
            yield Fault(each.node, says, each.users, each.location, confidence=sure)


RULE = Rule(
    id=CheckId("credential-in-url"),
    title="a secret travels in the URL",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    tags=("owasp.api2", "cwe.598", "rec.11"),
    why=(
        "URLs stand in the logs of every proxy and server on the way, in browsers' histories and in `Referer` "
        "headers, and the secret with them."
    ),
    mend="Let it travel in a header or in the body of a request.",
    look=_look,
)
