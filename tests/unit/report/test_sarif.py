"""SARIF as its schema has it, with what code scanning needs."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.unit.report.findings_made import EXPLAINED, PROVEN, REPORT, TIMED, WRITTEN

from garrison.core.finding import State
from garrison.core.findings_report import Listed
from garrison.report.sarif import FINGERPRINT, report_sarif, sarif


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema of SARIF 2.1.0 as a package ships it."""
    folder = Path(os.environ.get("GARRISON_PEERS", "")) / "node_modules/@microsoft/jest-sarif/lib/schemas"
    if not folder.is_dir():
        pytest.skip("GARRISON_PEERS names no folder with the packages of .ci/peers.txt")
    return json.loads((folder / "sarif-2.1.0-rtm.5.json").read_text())


def test_it_is_what_the_schema_asks_for(schema: Any) -> None:
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)

    for log in (
        report_sarif(REPORT),
        sarif([], rules=[], version="1.0.0"),
        sarif([PROVEN, WRITTEN], rules=(), version="1.0.0"),
    ):
        validator.validate(json.loads(json.dumps(log)))


def test_a_proof_is_a_flow_of_requests_and_responses() -> None:
    (result,) = sarif([PROVEN], rules=EXPLAINED, version="1.0.0")["runs"][0]["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]

    assert [step["webRequest"]["method"] for step in steps] == ["POST", "GET"]
    assert steps[0]["webRequest"]["headers"]["authorization"] == "Bearer {alice}"
    assert steps[0]["webRequest"]["body"] == {"text": PROVEN.proof[0].body}
    assert steps[1]["location"]["message"]["text"] == "2. Bob reads it."
    assert result["webRequest"]["target"] == "/v1/orders/17?full=1"
    assert result["webResponse"]["statusCode"] == 200


def test_no_answer_is_none() -> None:
    (result,) = sarif([TIMED], rules=EXPLAINED, version="1.0.0")["runs"][0]["results"]

    assert result["webResponse"] == {"noResponseReceived": True, "properties": {"fault": "no answer within 10 s"}}


def test_what_ranks_and_recognises_a_result() -> None:
    run = sarif([TIMED, PROVEN], rules=EXPLAINED, version="1.0.0")["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert [rule["properties"]["security-severity"] for rule in rules] == ["8.0", "9.5"]
    assert "external/cwe/cwe-089" in rules[1]["properties"]["tags"]
    assert [result["level"] for result in run["results"]] == ["error", "error"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [TIMED.check, PROVEN.check]
    assert run["results"][1]["partialFingerprints"][FINGERPRINT] == PROVEN.fingerprint


def test_a_place_in_the_description_is_one_in_a_file() -> None:
    (written, proven) = sarif([WRITTEN, PROVEN], rules=(), version="1", contract="api/openapi.yaml")["runs"][0][
        "results"
    ]

    assert written["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/open%20api.yaml"},
        "region": {"startLine": 12},
    }
    assert proven["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "api/openapi.yaml"


def test_states_are_told() -> None:
    listed = [
        Listed(PROVEN, State.OPEN),
        Listed(PROVEN, State.FIXED),
        Listed(PROVEN, State.ACCEPTED, accepted_until="2027-03-31", accepted_why="behind a VPN"),
        Listed(PROVEN, State.OPEN, in_baseline=True),
        Listed(PROVEN, State.REGRESSED),
    ]
    results = sarif(listed, rules=(), version="1")["runs"][0]["results"]

    assert [each["baselineState"] for each in results] == ["unchanged", "absent", "unchanged", "unchanged", "new"]
    assert results[2]["suppressions"][0]["justification"] == "behind a VPN (until 2027-03-31)"
    assert [index for index, each in enumerate(results) if "suppressions" in each] == [2, 3]


def test_what_was_not_tested_is_told() -> None:
    (invocation,) = report_sarif(REPORT)["runs"][0]["invocations"]
    texts = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]

    assert invocation["executionSuccessful"] is False
    assert texts == [
        "The 3 minutes were over.",
        "Not tested at pay: no request was accepted.",
        "Not tested: `--safe` was given.",
        "Not tested: no account could be registered.",
    ]
    assert invocation["startTimeUtc"] == "2027-01-15T08:00:00.000Z"
