"""Detections as OCSF Detection Finding (class 2004) of schema version 1.8.0,
https://schema.ocsf.io/1.8.0/classes/detection_finding.
"""

from collections.abc import Iterator
from typing import Any, Final

from garrison.core.detection import Detection
from garrison.report.ocsf_record import FINDINGS, Class, attacks_in, gravity, heading, metadata

CLASS: Final = Class(FINDINGS, 2004, "Detection Finding")
_CREATED: Final = (1, "Create")
"""The finding is new."""
_IP_ADDRESS, _USER_NAME = 2, 4
"""`type_id` of observables."""


def detection_finding(detection: Detection, *, version: str, description: str = "") -> dict[str, Any]:
    """`detection` as one OCSF record; `version` is Garrison's own, `description` what its rule says."""
    return {
        **heading(CLASS, _CREATED),
        **gravity(detection.severity, detection.confidence),
        "status_id": 1,
        "status": "New",
        "is_alert": True,
        "time": round(detection.time * 1000),
        "message": f"{detection.title}: {group_text(detection)}",
        "metadata": metadata(detection.id, version),
        "finding_info": _info(detection, description),
        "evidences": [_evidence(detection)],
        "observables": list(_observables(detection)),
        "unmapped": {
            "group": dict(detection.group),
            "value": detection.value,
            "events": list(detection.events),
            "tags": list(detection.tags),
        },
    }


def group_text(detection: Detection) -> str:
    """What the events have in common, in one line: `principal=partner-17`."""
    return ", ".join(f"{name}={value}" for name, value in detection.group) or "everybody"


def _info(detection: Detection, description: str) -> dict[str, Any]:
    info: dict[str, Any] = {
        "uid": detection.id,
        "title": detection.title,
        "analytic": {"name": detection.rule, "uid": detection.rule, "type_id": 1, "type": "Rule"},
        "created_time": round(detection.time * 1000),
        "first_seen_time": round(detection.since * 1000),
        "last_seen_time": round(detection.time * 1000),
        "related_events": [{"uid": event} for event in detection.events],
    }
    if description:
        info["desc"] = description
    if attacks := attacks_in(detection.tags):
        info["attacks"] = attacks
    return info


def _evidence(detection: Detection) -> dict[str, Any]:
    named = detection.named
    evidence: dict[str, Any] = {"data": {"value": detection.value}}
    if named.principals:
        evidence["actor"] = {"user": {"uid": named.principals[-1]}}
    if named.peers:
        evidence["src_endpoint"] = {"ip": named.peers[-1]}
    if named.operations:
        evidence["api"] = {"operation": named.operations[-1]}
    return evidence


def _observables(detection: Detection) -> Iterator[dict[str, Any]]:
    for peer in detection.named.peers:
        yield {"name": "evidences.src_endpoint.ip", "type_id": _IP_ADDRESS, "type": "IP Address", "value": peer}
    for principal in detection.named.principals:
        yield {"name": "evidences.actor.user.uid", "type_id": _USER_NAME, "type": "User Name", "value": principal}
