"""Findings as OCSF Application Security Posture Finding (class 2007) of schema version 1.8.0,
https://schema.ocsf.io/1.8.0/classes/application_security_posture_finding.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrison.core.finding import Finding, State
from garrison.core.findings_report import Explained, Listed, Report
from garrison.report.ocsf_record import FINDINGS, Class, gravity, heading, metadata
from garrison.report.texts import sentence

CLASS: Final = Class(FINDINGS, 2007, "Application Security Posture Finding")
_ACTIVITIES: Final[Mapping[State, tuple[int, str]]] = {
    State.NEW: (1, "Create"),
    State.REGRESSED: (1, "Create"),
    State.OPEN: (2, "Update"),
    State.ACCEPTED: (2, "Update"),
    State.FIXED: (3, "Close"),
}
_STATUSES: Final[Mapping[State, tuple[int, str]]] = {
    State.NEW: (1, "New"),
    State.REGRESSED: (1, "New"),
    State.OPEN: (2, "In Progress"),
    State.ACCEPTED: (3, "Suppressed"),
    State.FIXED: (4, "Resolved"),
}


def posture_findings(report: Report) -> Iterator[dict[str, Any]]:
    """Every finding of a report as one OCSF record."""
    for listed in report.findings:
        yield _record(report, listed, report.explain(listed.finding.check))


def _record(report: Report, listed: Listed, explained: Explained | None) -> dict[str, Any]:
    finding = listed.finding
    status, status_name = _STATUSES[listed.state]
    record = {
        **heading(CLASS, _ACTIVITIES[listed.state]),
        **gravity(finding.severity, finding.confidence),
        "status_id": status,
        "status": status_name,
        "time": round(report.ended * 1000),
        "message": sentence(finding.says or finding.title),
        "metadata": metadata(f"{finding.fingerprint}-{round(report.started)}", report.version),
        "application": {"name": report.title or report.target, "uid": report.target},
        "finding_info": _info(report, listed, explained),
        "resources": [{"name": finding.operation or finding.template or report.target, "type": "API operation"}],
        "unmapped": _unmapped(finding, listed),
    }
    if weaknesses := [_vulnerability(tag, finding, explained) for tag in finding.tags if _cwe(tag)]:
        record["vulnerabilities"] = weaknesses
    if explained is not None and explained.mend:
        record["remediation"] = {"desc": sentence(explained.mend)}
    if listed.accepted_why:
        record["comment"] = listed.accepted_why
    return record


def _info(report: Report, listed: Listed, explained: Explained | None) -> dict[str, Any]:
    finding = listed.finding
    info: dict[str, Any] = {
        "uid": finding.fingerprint,
        "title": sentence(finding.title),
        "desc": sentence(explained.why if explained is not None and explained.why else finding.says),
        "analytic": {"name": finding.check, "uid": finding.check, "type_id": 1, "type": "Rule"},
        "created_time": round(report.started * 1000),
    }
    if listed.first:
        info["first_seen_time"] = round(listed.first * 1000)
    if listed.state is not State.FIXED:
        info["last_seen_time"] = round(report.started * 1000)
    if finding.tags:
        info["types"] = list(finding.tags)
    return info


def _vulnerability(tag: str, finding: Finding, explained: Explained | None) -> dict[str, Any]:
    number = _cwe(tag)
    found: dict[str, Any] = {
        "cwe": {"uid": f"CWE-{number}", "src_url": f"https://cwe.mitre.org/data/definitions/{number}.html"},
        "title": sentence(finding.title),
        "severity": finding.severity.capitalize(),
        "is_exploit_available": bool(finding.proof),
    }
    if explained is not None and explained.mend:
        found["remediation"] = {"desc": sentence(explained.mend)}
    return found


def _cwe(tag: str) -> str:
    kind, _, number = tag.partition(".")
    return number if kind == "cwe" and number.isdigit() else ""


def _unmapped(finding: Finding, listed: Listed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "method": finding.method,
        "template": finding.template,
        "location": finding.location,
        "identities": list(finding.identities),
        "state": listed.state.value,
        "proof": [
            {
                "says": step.says,
                "method": step.method,
                "url": step.url,
                "identity": step.identity,
                "status": step.status,
            }
            for step in finding.proof
        ],
    }
    if finding.source is not None:
        found["source"] = {"file": finding.source.file, "path": finding.source.path, "line": finding.source.line}
    return {name: value for name, value in found.items() if value}
