"""Names of files in requests."""

from collections.abc import Iterator
from typing import Final

from garrison.audit import bounds, names
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId

_FILES: Final = frozenset(
    {"dir", "directory", "file", "filename", "filepath", "folder", "folderpath", "path", "template", "templatename"}
)


def _look(reading: Reading) -> Iterator[Fault]:
    for each in reading.parameters:
        spot = each.spot
        if each.where not in {"query", "path"} or names.joined(each.name) not in _FILES or spot is None:
            continue
        if "string" in spot.types and not bounds.is_file(spot) and not spot.is_chosen and not spot.said("pattern"):
            yield Fault(each.node, f"`{each.name}` is the name of a file", each.users, each.location)


RULE = Rule(
    id=CheckId("file-name-from-client"),
    title="whoever asks names a file of the server",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    tags=("owasp.api8", "cwe.22", "rec.13"),
    why=(
        "Names such as `../../etc/passwd` lead out of the folder that is meant, where nothing says what a name "
        "looks like."
    ),
    mend="Say with a `pattern` which characters a name has, and keep files under names of your own.",
    look=_look,
)
