"""The forms that a report is written in."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from garrison.core.findings_report import Report
from garrison.report.findings_page import page
from garrison.report.findings_text import report_lines
from garrison.report.junit import junit
from garrison.report.posture import posture_findings
from garrison.report.sarif import report_sarif
from garrison.report.wfc import wfc

Form: TypeAlias = Literal["table", "json", "sarif", "junit", "html", "wfc", "ocsf"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)


def written(report: Report, form: Form, tests: Mapping[str, str] | None = None) -> str:
    """The whole report as a text without a line end. `tests` are paths of tests that were written, by fingerprint."""
    match form:
        case "table":
            return "\n".join(report_lines(report))
        case "json":
            return _json(report)
        case "sarif":
            return _json(report_sarif(report))
        case "junit":
            return junit(report).rstrip("\n")
        case "html":
            return page(report)
        case "wfc":
            return _json(wfc(report, tests))
        case "ocsf":
            return "\n".join(msgspec.json.encode(each).decode() for each in posture_findings(report))


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode()
