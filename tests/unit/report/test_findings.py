"""Detections as OCSF Detection Findings."""

from tests.unit.report.ocsf import REQUIRED_OF_FINDINGS

from garrison.core.detection import Confidence, Detection, Named, RuleId, Severity
from garrison.core.ids import EventId, OperationId
from garrison.report.findings import detection_finding

FOUND = Detection(
    id="a" * 32,
    time=1_767_225_619.5,
    since=1_767_225_600.0,
    rule=RuleId("credential-stuffing"),
    title="Credentials are tried",
    severity=Severity.CRITICAL,
    confidence=Confidence.LOW,
    group=(("peer", "198.18.0.1"),),
    value=30.0,
    named=Named(principals=("u1",), peers=("198.18.0.1",), operations=(OperationId("login"),)),
    events=(EventId("e1"), EventId("e2")),
    tags=("attack.t1110.004", "attack.t1090", "owasp.api2", "cwe.307"),
)


def test_what_the_class_requires_is_there() -> None:
    record = detection_finding(FOUND, version="1")
    assert record.keys() >= REQUIRED_OF_FINDINGS
    assert record["type_uid"] == 200401
    assert (record["severity_id"], record["severity"], record["confidence_id"]) == (5, "Critical", 1)
    assert record["time"] == 1_767_225_619_500
    assert record["message"] == "Credentials are tried: peer=198.18.0.1"
    assert record["finding_info"]["first_seen_time"] == 1_767_225_600_000


def test_techniques_and_those_who_took_part() -> None:
    record = detection_finding(FOUND, version="1", description="Block it.")
    assert record["finding_info"]["attacks"] == [
        {"technique": {"uid": "T1110"}, "sub_technique": {"uid": "T1110.004"}},
        {"technique": {"uid": "T1090"}},
    ]
    assert record["finding_info"]["desc"] == "Block it."
    assert record["evidences"] == [{
        "data": {"value": 30.0},
        "actor": {"user": {"uid": "u1"}},
        "src_endpoint": {"ip": "198.18.0.1"},
        "api": {"operation": "login"},
    }]  # fmt: skip
    assert [one["value"] for one in record["observables"]] == ["198.18.0.1", "u1"]
