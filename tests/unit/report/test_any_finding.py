"""Whatever stands in a finding, every form of it can be written, and is what its readers take."""

import json
import shlex
from xml.etree import ElementTree as ET

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.report.findings_made import REPORT

from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, State, Step
from garrison.core.findings_report import Listed
from garrison.report.forms import FORMS, written
from garrison.report.reproduce import curl, curl_commands
from garrison.report.reproduce_pytest import pytest_file

# what an answer can hold once it was decoded: no lone surrogates
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "{alice}",
        "{password of alice}",
        "grsnabcdef1",
        "17",
        '{"id": 17, "a": [{"id": "x"}]}',
        "<b>&amp;",
        "'\"`$(x)\\",
        "]]>",
    ]
)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)
STEPS = st.builds(
    Step,
    says=TEXT,
    method=st.sampled_from(["GET", "POST", "HEAD", "X-Y"]) | TEXT,
    url=TEXT.map(lambda text: f"/{text}"),
    identity=st.sampled_from(["", "alice", "it's"]),
    headers=PAIRS,
    body=TEXT,
    status=st.sampled_from([0, 200, 404]),
    answer_headers=PAIRS,
    answer=TEXT,
    seconds=st.floats(0, 20),
    fault=TEXT,
)
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from([CheckId("some-check"), CheckId("object-read-by-another")]),
    title=TEXT,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    says=TEXT,
    fingerprint=st.integers(0, 16**32 - 1).map(lambda number: f"{number:032x}"),
    method=TEXT,
    template=TEXT,
    location=TEXT,
    identities=st.lists(TEXT, max_size=2).map(tuple),
    proof=st.lists(STEPS, max_size=4).map(tuple),
    tags=st.lists(TEXT | st.sampled_from(["cwe.89", "owasp.api1", "rec.12"]), max_size=3).map(tuple),
)


@settings(max_examples=30, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(FINDINGS, st.sampled_from(State))
def test_every_form_of_any_finding(finding: Finding, state: State) -> None:
    report = msgspec.structs.replace(REPORT, findings=(Listed(finding, state),))
    texts = {form: written(report, form) for form in FORMS}

    for form in ("json", "sarif", "wfc", "ocsf"):
        json.loads(texts[form])
    ET.fromstring(texts["junit"])  # noqa: S314  # made here
    assert texts["html"].count("<script") == 0
    for command in curl_commands(finding, "http://127.0.0.1:1"):
        assert shlex.split(command)[0] == "curl"
    assert all(line.isprintable() for line in curl(finding, "http://127.0.0.1:1").split("\n") if line.startswith("# "))
    if source := pytest_file(finding, "http://127.0.0.1:1"):
        compile(source, "made", "exec")
