"""Notices of incidents as OCSF Incident Finding (class 2005), https://schema.ocsf.io/1.8.0/classes/incident_finding.

What the schema has no attribute for stands in `unmapped`, in the words of `core/notice.py`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from garrison.core.detection import Confidence, Severity
from garrison.core.incident import IncidentState
from garrison.core.notice import Notice, NoticeKind
from garrison.report.findings import detection_finding
from garrison.report.ocsf import SCHEMA_VERSION

CATEGORY: Final = 2
"""Findings."""
CLASS: Final = 2005
"""Incident Finding."""

_ACTIVITIES: Final[Mapping[NoticeKind, tuple[int, str]]] = {
    NoticeKind.OPENED: (1, "Create"),
    NoticeKind.UPDATED: (2, "Update"),
    NoticeKind.CLOSED: (3, "Close"),
    NoticeKind.TEST: (99, "Test"),
    NoticeKind.DETECTED: (99, "Detection"),
    NoticeKind.ASSESSED: (99, "Assessment"),
}
_SEVERITIES: Final[Mapping[Severity, tuple[int, str]]] = {
    Severity.INFORMATIONAL: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_CONFIDENCES: Final[Mapping[Confidence, tuple[int, str]]] = {
    Confidence.LOW: (1, "Low"),
    Confidence.MEDIUM: (2, "Medium"),
    Confidence.HIGH: (3, "High"),
}
_STATES: Final[Mapping[IncidentState, tuple[int, str]]] = {
    IncidentState.OPEN: (1, "New"),
    IncidentState.CONTAINED: (2, "In Progress"),
    IncidentState.CLOSED: (5, "Closed"),
}
_TECHNIQUE: Final = re.compile(r"attack\.(t[0-9]{4}(?:\.[0-9]{3})?)\Z")


def finding_of(notice: Notice, *, version: str) -> dict[str, Any]:
    """`notice` as one OCSF record: a Detection Finding where it is about one detection, else an Incident Finding."""
    if notice.detection is not None:
        return detection_finding(notice.detection, version=version)
    return incident_finding(notice, version=version)


def incident_finding(notice: Notice, *, version: str) -> dict[str, Any]:
    """`notice` as one OCSF record; `version` is Garrison's own."""
    activity, activity_name = _ACTIVITIES[notice.kind]
    severity, severity_name = _SEVERITIES[notice.severity]
    confidence, confidence_name = _CONFIDENCES[notice.confidence]
    status, status_name = _STATES[notice.state]
    return {
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Incident Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Incident Finding: {activity_name}",
        "severity_id": severity,
        "severity": severity_name,
        "confidence_id": confidence,
        "confidence": confidence_name,
        "status_id": status,
        "status": status_name,
        "time": round(notice.made * 1000),
        "start_time": round(notice.since * 1000),
        "end_time": round(notice.last * 1000),
        "desc": notice.title,
        "count": max(1, notice.detections),
        "finding_info_list": _findings(notice),
        "attacks": _attacks(notice),
        "metadata": {
            "version": SCHEMA_VERSION,
            "product": {"name": "Garrison", "vendor_name": "Garrison", "version": version},
            "uid": notice.id,
            "correlation_uid": notice.incident,
        },
        "unmapped": _unmapped(notice),
    }


def _findings(notice: Notice) -> list[dict[str, Any]]:
    """One for each rule; the schema wants one at least."""
    shared = {
        "title": notice.title,
        "first_seen_time": round(notice.since * 1000),
        "last_seen_time": round(notice.last * 1000),
    }
    found = [
        {**shared, "uid": f"{notice.incident}:{rule}", "analytic": {"type_id": 1, "type": "Rule", "uid": rule}}
        for rule in notice.rules
    ]
    return found or [{**shared, "uid": str(notice.incident)}]


def _attacks(notice: Notice) -> list[dict[str, Any]]:
    techniques = [found[1].upper() for tag in notice.tags if (found := _TECHNIQUE.match(tag))]
    return [{"technique": {"uid": uid}} for uid in techniques]


def _unmapped(notice: Notice) -> dict[str, Any]:
    names = ("named", "tags", "measures", "changes", "into")
    kept = {name: msgspec.to_builtins(getattr(notice, name)) for name in names}
    return {name: value for name, value in kept.items() if value}
