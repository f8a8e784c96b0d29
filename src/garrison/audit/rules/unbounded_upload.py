"""Files in requests of any size."""

from collections.abc import Iterator

from garrison.audit import bounds
from garrison.audit.bounds import adding
from garrison.audit.rule import Fault, Rule
from garrison.audit.walk import Reading
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId


def _look(reading: Reading) -> Iterator[Fault]:
    for spot in reading.spots:
        if spot.requests and bounds.is_file(spot) and spot.number("maxLength") is None and not spot.is_chosen:
            says = f"{spot.called} is a file without `maxLength`"
            mends = adding(spot, maxLength=10 * 1024 * 1024)
            yield Fault(spot.node, says, spot.requests, spot.location, mends=mends)


RULE = Rule(
    id=CheckId("unbounded-upload"),
    title="a file of any size may be uploaded",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    tags=("owasp.api4", "cwe.770", "cwe.434", "rec.14"),
    why=(
        "Uploads fill disks and memory, and what is neither bounded nor told by its type is handed to whatever "
        "opens it later."
    ),
    mend=("Say with `maxLength` how large a file may be, and with `encoding` or `contentMediaType` of which type."),
    look=_look,
)
