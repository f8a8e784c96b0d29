"""What counts as the proof of a patch."""

import time

from garrison.assessing import Wanted
from garrison.config.model import Settings
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding
from garrison.core.findings_report import Outcome, Ran, Report
from garrison.core.patch import Patch, Refused
from garrison.patches import Asked, _judged, _Tried

CHECK = CheckId("sql-injection")
FINDING = Finding(CHECK, "a", Severity.HIGH, Confidence.HIGH, "b", "f" * 32)
ASKED = Asked(finding=FINDING, wanted=Wanted(url="http://127.0.0.1:9"), settings=Settings(), now=time.time())
REPORT = Report(
    kind="assessment", target="", started=1.0, ended=2.0, version="1", checks=(Ran(CHECK, Outcome.TESTED, requests=3),)
)


def test_a_patch_that_refused_nothing_closed_nothing() -> None:
    """The API may have been mended, or have been out of order, between the two looks."""
    patch = Patch(id="p", where="query.q", refuse=Refused(matches="'"))
    attempt = _judged(ASKED, patch, _Tried(REPORT, REPORT, [], [], 0))
    assert attempt.state == "open"
    assert "refused by it" in attempt.why


def test_header_fields_refuse_nothing_and_are_proven() -> None:
    patch = Patch(id="p", headers={"x-content-type-options": "nosniff"})
    assert _judged(ASKED, patch, _Tried(REPORT, REPORT, [], [], 0)).state == "proven"
