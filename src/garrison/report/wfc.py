"""A report as Web Fuzzing Commons has it, https://github.com/WebFuzzing/Commons (`report.yaml`), version 0.12.

A finding is a fault, and its proof the test case that finds it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.core.finding import Finding, State
from garrison.core.findings_report import FAMILIES, Covered, Report
from garrison.report.findings_text import place
from garrison.report.reproduce_pytest import file_name
from garrison.report.texts import moment, sentence

SCHEMA_VERSION: Final = "0.12.1"
_CATEGORIES: Final[Mapping[str, tuple[int, str]]] = {
    "cwe.89": (300, "SECURITY_SQL_INJECTION"),
    "cwe.79": (301, "SECURITY_XSS_INJECTION"),
    "cwe.918": (302, "SECURITY_SSRF"),
    "cwe.915": (303, "SECURITY_MASS_ASSIGNMENT"),
    "cwe.639": (306, "SECURITY_INCONSISTENT_WRITE_AUTHORIZATION"),
    "cwe.285": (306, "SECURITY_INCONSISTENT_WRITE_AUTHORIZATION"),
    "cwe.862": (306, "SECURITY_INCONSISTENT_WRITE_AUTHORIZATION"),
    "cwe.863": (306, "SECURITY_INCONSISTENT_WRITE_AUTHORIZATION"),
    "cwe.306": (311, "SECURITY_DECLARED_AUTH_NOT_ENFORCED"),
    "cwe.209": (309, "SECURITY_LEAKED_STACK_TRACES"),
    "cwe.1059": (310, "SECURITY_HIDDEN_ACCESSIBLE_ENDPOINT"),
}
"""Fault categories by weakness."""
_OWN: Final = 900
"""Codes from here to 999 are a tool's own: one for each family, the check is the context."""
_EXPLORATION: Final = "assessment"
"""The test case that all statuses belong to which were seen on the way."""


def wfc(report: Report, files: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The report; `files` are paths of tests that were written, from the report's folder, by fingerprint."""
    files = files or {}
    findings = [each.finding for each in report.findings if each.state is not State.FIXED]
    proven = [finding for finding in findings if finding.proof]
    return {
        "schemaVersion": SCHEMA_VERSION,
        "toolName": "Garrison",
        "toolVersion": report.version,
        "creationTime": moment(report.ended),
        "faults": {
            "totalNumber": len({(_category(report, each), _context(each)) for each in findings}),
            "foundFaults": [_fault(report, each) for each in findings],
        },
        "problemDetails": {"rest": _rest(report, findings)},
        "totalTests": len(proven) + 1,
        "testFilePaths": sorted(set(files.values())),
        "testCases": [
            {"id": _EXPLORATION, "name": "everything that was sent"},
            *(_case(each, files) for each in proven),
        ],
        "executionTimeInSeconds": round(report.ended - report.started),
        "warnings": list(_warnings(report)),
    }


def _fault(report: Report, finding: Finding) -> dict[str, Any]:
    code, name = _category(report, finding)
    return {
        "operationId": _endpoint(finding.method, finding.template),
        "testCaseId": _case_id(finding),
        "faultCategories": [{"code": code, "id": name, "context": _context(finding)}],
    }


def _category(report: Report, finding: Finding) -> tuple[int, str]:
    known = next((_CATEGORIES[tag] for tag in finding.tags if tag in _CATEGORIES), None)
    if known is not None:
        return known
    explained = report.explain(finding.check)
    family = explained.family if explained is not None and explained.family in FAMILIES else FAMILIES[-1]
    return _OWN + FAMILIES.index(family), f"GARRISON_{family.upper()}"


def _context(finding: Finding) -> str:
    return f"{finding.check}: {place(finding)}"


def _rest(report: Report, findings: list[Finding]) -> dict[str, Any]:
    places = [(each.method, each.template) for each in report.operations]
    places += [(each.method, each.template) for each in findings]
    return {
        "outputHttpCalls": sum(len(each.proof) for each in findings),
        "evaluatedHttpCalls": report.requests,
        "endpointIds": list(dict.fromkeys(_endpoint(method, template) for method, template in places)),
        "coveredHttpStatus": [
            *(_covered(each) for each in report.operations if each.statuses),
            *(status for finding in findings for status in _statuses(finding)),
        ],
    }


def _covered(covered: Covered) -> dict[str, Any]:
    return {
        "endpointId": _endpoint(covered.method, covered.template),
        "testCaseId": _EXPLORATION,
        "httpStatus": sorted(set(covered.statuses)),
    }


def _statuses(finding: Finding) -> Iterator[dict[str, Any]]:
    """Of the finding's own operation: the proof's other requests do not say whose they are."""
    if not finding.template or not finding.proof:
        return
    last = finding.proof[-1]
    yield {
        "endpointId": _endpoint(finding.method, finding.template),
        "testCaseId": _case_id(finding),
        "httpStatus": [last.status] if last.status else [],
    }


def _case(finding: Finding, files: Mapping[str, str]) -> dict[str, Any]:
    case: dict[str, Any] = {"id": _case_id(finding), "name": sentence(finding.says or finding.title)}
    if finding.fingerprint in files:
        case["filePath"] = files[finding.fingerprint]
    return case


def _case_id(finding: Finding) -> str:
    return file_name(finding).removesuffix(".py") if finding.proof else _EXPLORATION


def _endpoint(method: str, template: str) -> str:
    return f"{method or 'GET'}:{template or '/'}"


def _warnings(report: Report) -> Iterator[dict[str, Any]]:
    if report.stopped:
        yield {"message": sentence(report.stopped), "category": "ended early", "displayPriority": 1}
    for each in report.identities:
        if not each.works:
            yield {"message": sentence(f"{each.name}: {each.why}"), "category": "identity", "displayPriority": 2}
    for covered in report.operations:
        if not covered.reached:
            message = sentence(f"{covered.method} {covered.template} was not reached: {covered.why}")
            yield {"message": message, "category": "coverage", "displayPriority": 3}
