"""Reports as JUnit XML, OCSF, WFC and text."""

import json
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import yaml
from tests.unit.report.findings_made import BOLA, PROVEN, REPORT, TIMED, WRITTEN
from tests.unit.report.ocsf import REQUIRED_OF_FINDINGS

from garrison.core.finding import State
from garrison.core.findings_report import Listed, Outcome, Ran
from garrison.report.baseline import with_baseline
from garrison.report.findings_text import report_lines
from garrison.report.junit import junit
from garrison.report.posture import posture_findings
from garrison.report.wfc import wfc

DATA = files("webfuzzing_commons") / "data"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # made here


def cases(text: str) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in parsed(text).iter("testcase")}


def test_junit_has_a_case_for_each_finding_and_each_check() -> None:
    root = parsed(junit(REPORT))
    found = cases(junit(REPORT))

    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["skipped"]) == ("6", "2", "3")
    assert [suite.attrib["name"] for suite in root] == ["authorization", "injection", "description"]
    failure = found["object-read-by-another: GET /v1/orders/{orderId} (path.orderId)"].find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "high", "message": "Bob reads order 17, which alice made."}
    assert '> {"note": "it\'s <b>mine</b>"}' in str(failure.text)
    assert found["operation-without-security: GET /pets"].find("skipped") is not None
    assert found["banner: the API as a whole"].find("failure") is None
    lockout = found["lockout"].find("skipped")
    assert lockout is not None
    assert lockout.attrib["message"] == "not tested: no account could be registered"


def test_junit_survives_what_no_xml_can_hold() -> None:
    step = msgspec.structs.replace(PROVEN.proof[0], answer="a\0b\x1b]]><![CDATA[\ud800\uffff</failure>")
    nasty = msgspec.structs.replace(PROVEN, says="<&\"'\0\x07>", proof=(step,))
    text = junit(msgspec.structs.replace(REPORT, findings=(Listed(nasty),)))
    failure = next(case for name, case in cases(text).items() if name.startswith(BOLA)).find("failure")

    assert failure is not None
    assert failure.attrib["message"] == "<&\"'\ufffd\ufffd>."
    assert "a\ufffdb\ufffd]]><![CDATA[\ufffd\ufffd</failure>" in str(failure.text)


def test_junit_skips_what_the_baseline_knows() -> None:
    root = parsed(junit(with_baseline(REPORT, frozenset({TIMED.fingerprint, PROVEN.fingerprint}))))

    assert root.attrib["failures"] == "0"


def test_junit_of_checks_that_found_nothing() -> None:
    clean = msgspec.structs.replace(REPORT, findings=(), checks=(Ran(BOLA, Outcome.TESTED),))

    assert [len(case) for case in cases(junit(clean)).values()] == [0]


def schema(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text())


def test_wfc_is_what_its_schema_asks_for() -> None:
    validator = jsonschema.Draft202012Validator(schema("report.yaml"), format_checker=jsonschema.FormatChecker())
    empty = msgspec.structs.replace(REPORT, findings=(), operations=(), checks=(), identities=(), stopped="")

    for made in (wfc(REPORT), wfc(empty), wfc(REPORT, {PROVEN.fingerprint: "tests/test_a.py"})):
        validator.validate(made)


def test_wfc_tells_faults_and_test_cases() -> None:
    made = wfc(REPORT, {PROVEN.fingerprint: "tests/test_a.py"})
    faults = made["faults"]["foundFaults"]

    assert made["faults"]["totalNumber"] == 3
    categories = {each["id"]: each["code"] for each in json.loads((DATA / "fault_categories.json").read_text())}
    found = [fault["faultCategories"][0] for fault in faults]
    assert [category["code"] for category in found] == [300, 306, 907]
    assert [categories.get(category["id"]) for category in found] == [300, 306, None]
    assert {fault["operationId"] for fault in faults} <= set(made["problemDetails"]["rest"]["endpointIds"])
    assert faults[1]["operationId"] == "GET:/v1/orders/{orderId}"
    assert faults[1]["testCaseId"] == "test_object_read_by_another_01234567"
    assert {case["id"] for case in made["testCases"]} >= {fault["testCaseId"] for fault in faults}
    assert made["testFilePaths"] == ["tests/test_a.py"]
    assert made["problemDetails"]["rest"]["evaluatedHttpCalls"] == 412
    assert made["problemDetails"]["rest"]["coveredHttpStatus"][0] == {
        "endpointId": "GET:/v1/orders/{orderId}",
        "testCaseId": "assessment",
        "httpStatus": [200, 401, 404],
    }


def test_ocsf_tells_what_became_of_a_finding() -> None:
    records = list(posture_findings(REPORT))
    assert all(record.keys() >= REQUIRED_OF_FINDINGS for record in records)
    assert [record["type_uid"] for record in records] == [200701, 200702, 200702, 200703]
    assert [record["status"] for record in records] == ["New", "In Progress", "Suppressed", "Resolved"]
    # constraint of the class: at least one of these; of a vulnerability: a CVE or a CWE
    assert all({"application", "compliance", "remediation", "vulnerabilities"} & record.keys() for record in records)
    assert records[1]["vulnerabilities"][0]["cwe"]["uid"] == "CWE-639"
    assert records[1]["remediation"]["desc"].startswith("Compare the owner")
    assert records[1]["finding_info"]["first_seen_time"] == 1_790_000_000_000
    assert records[2]["unmapped"]["source"]["line"] == 12
    assert "Bearer" not in str(records)


def test_text_tells_everything_that_counts() -> None:
    text = "\n".join(report_lines(REPORT))

    assert "HIGH an object of another can be read [open]" in text
    assert "  2. bob: GET /v1/orders/17?full=1 -> 200: bob reads it" in text
    assert "accepted until 2027-03-31 by ana: behind the <VPN>" in text
    assert "  pay, object-read-by-another at pay: no request was accepted" in text.replace(
        "object-read-by-another at pay, pay", "pay, object-read-by-another at pay"
    )
    assert "found: 1 critical, 1 high; 1 more are accepted or in the baseline" in text
    assert "since the run of 2027-01-03: 1 new, 1 open, 1 fixed, 1 accepted" in text
    assert "tested: 2 of 4 checks on 1 of 2 operations with 412 requests in 62 s" in text
    assert text.endswith("ended early: the 3 minutes were over")


def test_text_of_an_audit_and_of_nothing() -> None:
    audit = msgspec.structs.replace(
        REPORT,
        kind="audit",
        findings=(Listed(WRITTEN),),
        untested=(),
        operations=(),
        checks=(),
        stopped="",
        score=61.4,
        compared=0,
    )

    assert list(report_lines(audit))[-2:] == ["found: 1 medium", "checked: 0 of 0 checks; score 61 of 100"]
    assert "found: nothing that counts" in list(report_lines(msgspec.structs.replace(audit, findings=())))
    fixed = Listed(WRITTEN, State.FIXED)
    assert "found: nothing that counts" in list(report_lines(msgspec.structs.replace(audit, findings=(fixed,))))
