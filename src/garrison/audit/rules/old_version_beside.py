"""Operations of an old version beside the new one."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.audit.rule import Action, Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_VERSION: Final = re.compile(r"/v(\d+)(?=/|$)", re.IGNORECASE)


def _look(reading: Reading) -> Iterator[Fault]:
    newest: dict[tuple[str, str], int] = {}
    versions: dict[str, tuple[tuple[str, str], int]] = {}
    for each in reading.operations:
        found = _VERSION.search(each.template)
        if found and len(found[1]) < 4:
            rest = re.sub(r"\{[^{}]*\}", "{}", _VERSION.sub("/v", each.template, count=1))
            key = (each.method, rest)
            versions[each.id] = (key, int(found[1]))
            newest[key] = max(int(found[1]), newest.get(key, 0))
    for each in reading.operations:
        key, version = versions.get(each.id, (("", ""), 0))
        if key in newest and version < newest[key] and not each.deprecated:
            says = f"version {newest[key]} of it is served too"
            mend = Action(each.node.place, {"deprecated": True})
            yield Fault(each.node, says, reading.users(each), mends=(mend,))


RULE = Rule(
    id=CheckId("old-version-beside"),
    title="an old version is served beside the new one",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    tags=("owasp.api9", "cwe.1059", "rec.4"),
    why="What was mended in the new version is often still open in the old one.",
    mend="Mark the old version `deprecated` with an end, and take it away then.",
    look=_look,
)
