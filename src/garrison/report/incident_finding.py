"""Notices of incidents as OCSF Incident Finding (class 2005), https://schema.ocsf.io/1.8.0/classes/incident_finding.

What the schema has no attribute for stands in `unmapped`, in the words of `core/notice.py`.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from garrison.core.incident import IncidentState
from garrison.core.notice import Notice, NoticeKind
from garrison.report.findings import detection_finding
from garrison.report.ocsf_record import FINDINGS, Class, attacks_in, gravity, heading, metadata

CLASS: Final = Class(FINDINGS, 2005, "Incident Finding")

_ACTIVITIES: Final[Mapping[NoticeKind, tuple[int, str]]] = {
    NoticeKind.OPENED: (1, "Create"),
    NoticeKind.UPDATED: (2, "Update"),
    NoticeKind.CLOSED: (3, "Close"),
    NoticeKind.TEST: (99, "Test"),
    NoticeKind.DETECTED: (99, "Detection"),
    NoticeKind.ASSESSED: (99, "Assessment"),
}
_STATES: Final[Mapping[IncidentState, tuple[int, str]]] = {
    IncidentState.OPEN: (1, "New"),
    IncidentState.CONTAINED: (2, "In Progress"),
    IncidentState.CLOSED: (5, "Closed"),
}


def finding_of(notice: Notice, *, version: str) -> dict[str, Any]:
    """`notice` as one OCSF record: a Detection Finding where it is about one detection, else an Incident Finding."""
    if notice.detection is not None:
        return detection_finding(notice.detection, version=version)
    return incident_finding(notice, version=version)


def incident_finding(notice: Notice, *, version: str) -> dict[str, Any]:
    """`notice` as one OCSF record; `version` is Garrison's own."""
    status, status_name = _STATES[notice.state]
    return {
        **heading(CLASS, _ACTIVITIES[notice.kind]),
        **gravity(notice.severity, notice.confidence),
        "status_id": status,
        "status": status_name,
        "time": round(notice.made * 1000),
        "start_time": round(notice.since * 1000),
        "end_time": round(notice.last * 1000),
        "desc": notice.title,
        "count": max(1, notice.detections),
        "finding_info_list": _findings(notice),
        "attacks": attacks_in(notice.tags),
        "metadata": {**metadata(notice.id, version), "correlation_uid": notice.incident},
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


def _unmapped(notice: Notice) -> dict[str, Any]:
    names = ("named", "tags", "measures", "changes", "into")
    kept = {name: msgspec.to_builtins(getattr(notice, name)) for name in names}
    return {name: value for name, value in kept.items() if value}
