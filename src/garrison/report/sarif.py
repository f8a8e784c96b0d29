"""Findings as SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, for code scanning.

A proof is a code flow whose steps are web requests and responses (sections 3.38, 3.46 and 3.47). What code scanning of
GitHub needs besides stands in properties: `security-severity` ranks a rule, tags such as `external/cwe/cwe-639` name
its weakness, and every result has a place in a file, that of the contract where there is no other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

from garrison.core.detection import Severity
from garrison.core.finding import Finding, State, Step, Untested
from garrison.core.findings_report import Listed, Outcome, Report
from garrison.report.texts import moment, sentence

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION: Final = "2.1.0"
FINGERPRINT: Final = "garrison/v1"
"""Name of the fingerprint, with the version of how it is made."""

_LEVELS: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
_SCORES: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFORMATIONAL: "0.0",
}
"""The middle of what code scanning takes for each word: above 9.0, 7.0, 4.0 and 0.0."""
_RANKS: Final[Mapping[str, float]] = {"low": 30.0, "medium": 60.0, "high": 95.0}
"""`rank` of a result, from 0 to 100 (section 3.27.25), by confidence."""
_BASELINE: Final[Mapping[State, str]] = {
    State.NEW: "new",
    State.REGRESSED: "new",
    State.OPEN: "unchanged",
    State.ACCEPTED: "unchanged",
    State.FIXED: "absent",
}


class Rule(Protocol):
    """What is shown of a check of an assessment or of a rule of an audit."""

    @property
    def id(self) -> str:
        """Kebab case."""

    @property
    def title(self) -> str:
        """The weakness in a few words."""

    @property
    def severity(self) -> Severity:
        """Of what it usually finds."""

    @property
    def tags(self) -> tuple[str, ...]:
        """`owasp.api1`, `cwe.639`."""

    @property
    def why(self) -> str:
        """What somebody can do with it."""

    @property
    def mend(self) -> str:
        """What to change."""


def report_sarif(report: Report) -> dict[str, Any]:
    """The whole report as one SARIF log."""
    log = sarif(report.findings, rules=report.explained, version=report.version, contract=report.contract)
    run = log["runs"][0]
    run["invocations"] = [_invocation(report)]
    run["automationDetails"] = {"id": f"garrison/{report.kind}/{report.target}"}
    return log


def sarif(
    findings: Iterable[Finding | Listed], *, rules: Iterable[Rule], version: str, contract: str = ""
) -> dict[str, Any]:
    """Findings as one SARIF log; `version` is Garrison's own, `contract` the file that a finding is shown at which has
    no other place."""
    known = {rule.id: rule for rule in rules}
    listed = [each if isinstance(each, Listed) else Listed(each) for each in findings]
    used = list(dict.fromkeys([*known, *(each.finding.check for each in listed)]))
    driver = {
        "name": "Garrison",
        "semanticVersion": version,
        "rules": [_rule(known[name]) if name in known else {"id": name} for name in used],
    }
    results = [_result(each, used.index(each.finding.check), contract) for each in listed]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    told = [("Why it matters.", rule.why), ("How to mend it.", rule.mend)]
    text = "\n\n".join(part for _, part in told if part) or rule.title
    markdown = "\n\n".join(f"**{head}** {part}" for head, part in told if part) or rule.title
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": sentence(rule.title)},
        "fullDescription": {"text": rule.why or sentence(rule.title)},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", *_tags(rule.tags)],
            "precision": "high",
            "problem.severity": _LEVELS[rule.severity].replace("note", "recommendation"),
            "security-severity": _SCORES[rule.severity],
        },
    }


def _tags(tags: Sequence[str]) -> Iterator[str]:
    """As they are, and weaknesses as code scanning names them too."""
    for tag in tags:
        yield tag
        kind, _, number = tag.partition(".")
        if kind == "cwe" and number.isdigit():
            yield f"external/cwe/cwe-{int(number):03d}"


def _result(listed: Listed, index: int, contract: str) -> dict[str, Any]:
    finding = listed.finding
    where = _location(finding, contract)
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": index,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "rank": _RANKS[finding.confidence],
        "message": {"text": sentence(finding.says or finding.title)},
        "locations": [where],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
        "baselineState": _BASELINE[listed.state],
        "properties": {
            "tags": list(_tags(finding.tags)),
            "confidence": finding.confidence.value,
            "severity": finding.severity.value,
            "state": listed.state.value,
        },
    }
    if finding.proof:
        result |= _proof(finding, where)
    if finding.suggestion:
        result["properties"]["overlay"] = finding.suggestion
    if listed.state is State.ACCEPTED or listed.in_baseline:
        why = listed.accepted_why or "it stands in the baseline"
        until = f" (until {listed.accepted_until})" if listed.accepted_until else ""
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why + until}]
    return result


def _location(finding: Finding, contract: str) -> dict[str, Any]:
    location: dict[str, Any] = {}
    file, line = (finding.source.file, finding.source.line) if finding.source else (contract, 0)
    if file:
        physical: dict[str, Any] = {"artifactLocation": {"uri": file if "://" in file else quote(file)}}
        physical["region"] = {"startLine": max(line, 1)}
        location["physicalLocation"] = physical
    name = finding.operation or f"{finding.method} {finding.template}".strip()
    logical: dict[str, Any] = {"name": name or "the API as a whole", "kind": "function"}
    if place := " ".join(filter(None, (finding.method, finding.template, finding.location))):
        logical["fullyQualifiedName"] = place
    if finding.source:
        logical["fullyQualifiedName"] = finding.source.path
    return location | {"logicalLocations": [logical]}


def _proof(finding: Finding, where: dict[str, Any]) -> dict[str, Any]:
    """The last exchange as the result's own, and all of them as a flow."""
    flow = [
        {
            "location": {**where, "message": {"text": f"{number}. {sentence(step.says or 'it is sent')}"}},
            "executionOrder": number,
            "webRequest": _request(step),
            "webResponse": _response(step),
        }
        for number, step in enumerate(finding.proof, 1)
    ]
    last = finding.proof[-1]
    return {
        "webRequest": _request(last),
        "webResponse": _response(last),
        "codeFlows": [{"message": {"text": "how to see it"}, "threadFlows": [{"locations": flow}]}],
    }


def _request(step: Step) -> dict[str, Any]:
    request: dict[str, Any] = {
        "protocol": "HTTP",
        "version": "1.1",
        "method": step.method,
        "target": step.url,
        "headers": _headers(step.headers),
    }
    if step.body:
        request["body"] = {"text": step.body}
    if step.identity:
        request["properties"] = {"identity": step.identity}
    return request


def _response(step: Step) -> dict[str, Any]:
    if not step.status:
        return {"noResponseReceived": True, "properties": {"fault": step.fault}}
    response: dict[str, Any] = {
        "protocol": "HTTP",
        "version": "1.1",
        "statusCode": step.status,
        "headers": _headers(step.answer_headers),
        "properties": {"seconds": round(step.seconds, 3)},
    }
    if step.answer:
        response["body"] = {"text": step.answer}
    return response


def _headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _invocation(report: Report) -> dict[str, Any]:
    return {
        "executionSuccessful": not report.stopped,
        "startTimeUtc": moment(report.started),
        "endTimeUtc": moment(report.ended),
        "toolExecutionNotifications": [
            *([{"level": "warning", "message": {"text": sentence(report.stopped)}}] if report.stopped else []),
            *(_untested(each) for each in report.untested),
            *(
                _untested(Untested(each.why, each.check))
                for each in report.checks
                if each.outcome is Outcome.UNTESTED and each.why
            ),
        ],
        "properties": {"target": report.target, "requests": report.requests, "seed": report.seed},
    }


def _untested(untested: Untested) -> dict[str, Any]:
    where = f" at {untested.operation}" if untested.operation else ""
    notification: dict[str, Any] = {
        "level": "note",
        "message": {"text": f"Not tested{where}: {untested.why}."},
    }
    if untested.check:
        notification["associatedRule"] = {"id": untested.check}
    return notification
