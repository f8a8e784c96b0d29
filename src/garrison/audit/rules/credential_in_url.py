"""Credentials as parameters of the path or the query."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit import names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Parameter, Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId
from garrison.exposure.types.catalogue import type_by_name
from garrison.exposure.types.rule import words

_ALSO: Final = frozenset({"apikey", "authtoken", "bearer", "jsessionid", "jwt", "passwd", "pwd", "sessionid"})
_PAGING: Final = frozenset(
    {"page", "pagination", "next", "continuation", "sync", "cursor", "start", "resume", "scroll", "watch"}
)
_PAGES: Final = re.compile(r"pagina|paging|cursor|next (?:page|set)", re.IGNORECASE)


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        said = words(each.name)
        if each.where not in {"query", "path"} or not _PAGING.isdisjoint(said):
            continue
        if _is_id(reading, each) or _PAGES.search(str(each.node.value.get("description"))):
            continue
        is_known = type_by_name(each.name) == "credential" or names.joined(each.name) in _ALSO
        if is_known or said[-1:] == ("token",):
            is_sure = each.where == "query" and is_known and "session" not in said
            says = f"`{each.name}` in the {each.where} is a secret by its name"
            yield Fault(each.node, says, each.users, each.location, confidence=None if is_sure else Confidence.MEDIUM)


def _is_id(reading: Reading, parameter: Parameter) -> bool:
    """Whether it names one of the objects that the path lists: `/sessions/{session_id}`, `/tokens/{token}`."""
    if parameter.where != "path":
        return False
    before = [each.path.partition(f"/{{{parameter.name}}}")[0] for each in reading.using(parameter.users)[:1]]
    kinds = {f"{word}s" for word in words(parameter.name)}
    return any(not kinds.isdisjoint(words(path.rpartition("/")[2])) for path in before)


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
