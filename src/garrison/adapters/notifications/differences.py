"""What assessments find different, put where it is delivered from: one message for a run, to everybody once."""

import hashlib
from pathlib import Path
from typing import Final

from garrison.adapters.store.assessments import AssessmentRun
from garrison.adapters.store.casebook import Casebook
from garrison.adapters.store.outbox import Outbox
from garrison.config.notify import NotifySettings
from garrison.core.detection import Confidence, Severity
from garrison.core.difference import Difference
from garrison.core.incident import IncidentId, IncidentState
from garrison.core.notice import MOST_CHANGES, Notice, NoticeKind

_KNOW: Final = "INSERT OR IGNORE INTO known VALUES (?, ?)"
"""The casebook remembers what it took in: whatever ends the process in between, nobody is told a second time."""


def tell_differences(data: Path, run: AssessmentRun, settings: NotifySettings, at: Severity, now: float) -> bool:
    """Have everybody whom the settings name told of a run's differences that are at least so severe; whether there is
    anything to deliver. Told a second time of the same run, it does nothing. Raises RecordError."""
    grave = tuple(each for each in run.differences if each.severity.rank >= at.rank)
    if not grave or not settings.to:
        return False
    notice = notice_of_differences(run, grave, now)
    with Casebook(data) as casebook, casebook.changing():
        if not casebook.do(_KNOW, notice.id, now):
            return False
        outbox = Outbox(casebook)
        for each in settings.to:
            outbox.tell(each.name, notice, now, every=settings.every)
            outbox.bound(each.name)
    return True


def notice_of_differences(run: AssessmentRun, differences: tuple[Difference, ...], now: float) -> Notice:
    """The message about some differences of a run, the gravest first."""
    name = hashlib.sha256(f"{run.target}\0{run.number}\0{run.begun}".encode()).hexdigest()[:24]
    count = f"{len(differences)} differences" if len(differences) > 1 else "a difference"
    return Notice(
        id=f"garrison_assessment_{name}",
        kind=NoticeKind.ASSESSED,
        made=now,
        incident=IncidentId(f"assessment {name}"),
        state=IncidentState.OPEN,
        severity=max(differences, key=lambda each: each.severity.rank).severity,
        confidence=Confidence.HIGH,
        title=f"{count} at {run.target}: {differences[0].text}",
        since=run.begun,
        last=run.ended,
        detections=len(differences),
        changes=tuple(each.text for each in differences[:MOST_CHANGES]),
    )
