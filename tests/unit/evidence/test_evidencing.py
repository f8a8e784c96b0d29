"""What evidence is gathered from."""

from pathlib import Path

import msgspec
from tests.unit.report.findings_made import PROVEN, REPORT

from garrison.adapters.store.findings import Findings
from garrison.core.finding import State
from garrison.core.findings_report import Listed
from garrison.evidencing import _assessed


def test_what_nobody_looked_at_again_stands(tmp_path: Path) -> None:
    whole = msgspec.structs.replace(REPORT, findings=(Listed(PROVEN),))
    with Findings(tmp_path) as history:
        history.take_in(whole)
        history.take_in(msgspec.structs.replace(whole, findings=(), checks=(), started=whole.started + 60))
    (report,) = _assessed(tmp_path, whole.started + 120)
    assert report.started == whole.started + 60
    assert [(each.finding.fingerprint, each.state) for each in report.standing] == [(PROVEN.fingerprint, State.NEW)]
