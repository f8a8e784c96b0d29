"""Events as OCSF API Activity (class 6003) of schema version 1.8.0, https://schema.ocsf.io/1.8.0/classes/api_activity.

The profile `security_control` says what was done with the exchange; `data_classification`, whose data it disclosed: the
data subjects of each kind are a resource. What the schema has no attribute for stands in
`unmapped`, in the words of `core/event.py`. The event holds no raw path: `http_request.url.path` is the operation's
template.
"""

import ipaddress
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from garrison.core.decision import Disposition
from garrison.core.event import Event
from garrison.core.operation import UNDESCRIBED
from garrison.report.ocsf_record import Class, heading, metadata

CLASS: Final = Class((6, "Application Activity"), 6003, "API Activity")

_ACTIVITIES: Final[Mapping[str, tuple[int, str]]] = {
    "POST": (1, "Create"),
    "GET": (2, "Read"),
    "HEAD": (2, "Read"),
    "OPTIONS": (2, "Read"),
    "QUERY": (2, "Read"),
    "PUT": (3, "Update"),
    "PATCH": (3, "Update"),
    "DELETE": (4, "Delete"),
}
"""`activity_id` by method; all others are 99, whose name is the method."""
_KNOWN_METHODS: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
"""What the schema lets stand in `http_request.http_method`."""
_DISPOSITIONS: Final[Mapping[Disposition, tuple[int, str]]] = {
    Disposition.ALLOWED: (1, "Allowed"),
    Disposition.BLOCKED: (2, "Blocked"),
    Disposition.LOGGED: (17, "Logged"),
    Disposition.ERROR: (27, "Error"),
    Disposition.REWRITTEN: (99, "Rewritten"),  # "Corrected" (11) is of corrupt files
    Disposition.ABORTED: (99, "Aborted"),  # "Reset" (21) is a countermeasure, not a client that left
}
_SEVERITIES: Final[Mapping[Disposition, tuple[int, str]]] = {
    Disposition.ALLOWED: (1, "Informational"),
    Disposition.ABORTED: (1, "Informational"),
    Disposition.LOGGED: (2, "Low"),
    Disposition.REWRITTEN: (2, "Low"),
    Disposition.BLOCKED: (3, "Medium"),
    Disposition.ERROR: (4, "High"),
}


_AFFECTED: Final = (3, "Affected")
"""`role_id` of the data subjects."""
_PERSONAL: Final = (1, "Personal")
_CLASSES: Final[Mapping[str, tuple[int, str]]] = {
    "national-id": (2, "Governmental"),
    "card": (3, "Financial"),
    "iban": (3, "Financial"),
    "income": (3, "Financial"),
    "network-address": (6, "Security"),
    "credential": (6, "Security"),
}
"""`category_id` of semantic types (`core/semantics.py`); all others are personal."""


def api_activity(event: Event, *, version: str) -> dict[str, Any]:
    """`event` as one OCSF record; `version` is Garrison's own."""
    severity, severity_name = _SEVERITIES[event.disposition]
    record = {
        **heading(CLASS, _ACTIVITIES.get(event.method, (99, event.method))),
        "severity_id": severity,
        "severity": severity_name,
        "time": round(event.time * 1000),
        "metadata": {**metadata(event.id, version), "profiles": ["security_control"]},
        "actor": _actor(event),
        "api": _api(event),
        "src_endpoint": _endpoint(event.peer),
        "http_request": _request(event),
        **_outcome(event),
        "unmapped": _unmapped(event),
    }
    if event.status:
        record["http_response"] = _response(event)
    if event.exposed:
        record["resources"] = [_subjects(kind, event) for kind in sorted({one.kind for one in event.exposed})]
        record["metadata"]["profiles"].append("data_classification")
    if event.policy:
        record["policy"] = {"uid": event.policy, "name": "garrison", "is_applied": event.mode == "enforce"}
    return record


def _actor(event: Event) -> dict[str, Any]:
    """An actor needs a name or an id: nobody known is `anonymous`, without an id."""
    user = {"uid": event.principal} if event.principal else {"name": "anonymous", "type_id": 0, "type": "Unknown"}
    return {"user": user}


def _api(event: Event) -> dict[str, Any]:
    api: dict[str, Any] = {"operation": event.operation or f"{event.method} {UNDESCRIBED}"}
    if event.status:
        api["response"] = {"code": event.status}
        if event.reasons:
            api["response"] |= {"error": event.reasons[0].id, "error_message": event.reasons[0].detail}
    return api


def _subjects(kind: str, event: Event) -> dict[str, Any]:
    """The data subjects of one kind whose data was disclosed: how many, and of how many which types."""
    groups = [one for one in event.exposed if one.kind == kind]
    people = sum(len(one.subjects) for one in groups)
    counts: Counter[str] = Counter()
    for one in groups:
        counts.update(dict.fromkeys(one.types, len(one.subjects)))
    classes = sorted({_CLASSES.get(name, _PERSONAL) for name in counts} or {_PERSONAL})
    return {
        "name": kind,
        "type": "data subjects",
        "role_id": _AFFECTED[0],
        "role": _AFFECTED[1],
        "data": {"people": people, "own": sum(len(one.subjects) for one in groups if one.own)},
        "data_classifications": [_classification(each, counts) for each in classes],
    }


def _classification(of: tuple[int, str], counts: Mapping[str, int]) -> dict[str, Any]:
    """What of it is in one category. Where only a subject is known, and none of its data, nothing was discovered."""
    number, caption = of
    found = [(name, count) for name, count in sorted(counts.items()) if _CLASSES.get(name, _PERSONAL) == of]
    told: dict[str, Any] = {"category_id": number, "category": caption}
    if found:
        told["discovery_details"] = [{"type": name, "count": count} for name, count in found]
        told["total"] = sum(count for _, count in found)
    return told


def _endpoint(peer: str) -> dict[str, str]:
    try:
        return {"ip": str(ipaddress.ip_address(peer))}
    except ValueError:
        return {"name": peer or "unknown"}  # a Unix socket, or a client that a test made up


def _request(event: Event) -> dict[str, Any]:
    request: dict[str, Any] = {"body_length": event.request_bytes}
    if event.method in _KNOWN_METHODS:
        request["http_method"] = event.method
    if event.agent:
        request["user_agent"] = event.agent
    if event.template:
        request["url"] = {"path": event.template}
    return request


def _response(event: Event) -> dict[str, int]:
    return {"code": event.status, "body_length": event.response_bytes, "latency": round(event.duration * 1000)}


def _outcome(event: Event) -> dict[str, Any]:
    """What was done with the exchange, and whether the API's work succeeded."""
    disposition, disposition_name = _DISPOSITIONS[event.disposition]
    ended = event.disposition not in {Disposition.BLOCKED, Disposition.ERROR, Disposition.ABORTED}
    succeeded = ended and 0 < event.status < 400
    outcome: dict[str, Any] = {
        "action_id": 1 if event.allowed else 2,
        "action": "Allowed" if event.allowed else "Denied",
        "disposition_id": disposition,
        "disposition": disposition_name,
        "status_id": 1 if succeeded else 2,
        "status": "Success" if succeeded else "Failure",
    }
    if event.status:
        outcome["status_code"] = str(event.status)
    told = event.reasons or event.observed
    if told:
        outcome["status_detail"] = ", ".join(dict.fromkeys(reason.id for reason in told))
    return outcome


def _unmapped(event: Event) -> dict[str, Any]:
    names = (
        "method", "template", "mode", "reasons", "observed", "errors", "uninspected", "engine", "upstream", "client",
        "token", "attribution", "asked", "missed", "unissued", "near", "forms", "claimed",
    )  # fmt: skip
    kept = {name: msgspec.to_builtins(getattr(event, name)) for name in names}
    return {name: value for name, value in kept.items() if value}
