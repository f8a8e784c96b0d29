"""A report as JUnit XML, which every CI shows: a suite for each family, a case for each check and for each finding."""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from garrison.core.finding import CheckId, State
from garrison.core.findings_report import FAMILIES, Listed, Outcome, Ran, Report
from garrison.report.findings_text import family_of, finding_lines, place
from garrison.report.texts import moment, sentence

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, not even escaped."""


def junit(report: Report) -> str:
    """The whole document.

    A finding that counts is a failure; one that is accepted or in the baseline, and a check that was not made, is
    skipped; a check that found nothing, and what was mended, passes.
    """
    root = ET.Element("testsuites", _attributes(name=f"garrison {report.kind} of {report.target}"))
    totals = {"tests": 0, "failures": 0, "skipped": 0}
    for family in FAMILIES:
        cases = list(_cases(report, family))
        if not cases:
            continue
        counts = {
            "tests": len(cases),
            "failures": sum(case.find("failure") is not None for case in cases),
            "skipped": sum(case.find("skipped") is not None for case in cases),
        }
        suite = ET.SubElement(
            root, "testsuite", _attributes(name=family, errors=0, timestamp=moment(report.started)[:19], **counts)
        )
        suite.extend(cases)
        totals = {key: totals[key] + value for key, value in counts.items()}
    root.attrib |= _attributes(errors=0, time=round(report.ended - report.started, 3), **totals)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(report: Report, family: str) -> Iterator[ET.Element]:
    """Cases of one family: findings by their check, then what found nothing."""
    found: dict[CheckId, list[Listed]] = {}
    for listed in report.findings:
        found.setdefault(listed.finding.check, []).append(listed)
    ran = {each.check: each for each in report.checks}
    for check in dict.fromkeys([*ran, *found]):
        if family_of(report, check) != family:
            continue
        yield from (_finding(report, listed, family) for listed in found.get(check, ()))
        if check not in found:
            yield _check(ran[check], family)


def _finding(report: Report, listed: Listed, family: str) -> ET.Element:
    finding = listed.finding
    name = f"{finding.check}: {place(finding)}"
    case = ET.Element("testcase", _attributes(classname=f"garrison.{family}", name=name, time=0))
    said = sentence(finding.says or finding.title)
    if listed.counts:
        failure = ET.SubElement(case, "failure", _attributes(type=finding.severity, message=said))
        failure.text = _legal("\n".join(finding_lines(listed, report.explain(finding.check))))
    elif listed.state is not State.FIXED:
        until = f" until {listed.accepted_until}" if listed.accepted_until else ""
        why = "it stands in the baseline" if listed.in_baseline else f"accepted{until}: {listed.accepted_why}"
        ET.SubElement(case, "skipped", _attributes(message=why))
    return case


def _check(ran: Ran, family: str) -> ET.Element:
    case = ET.Element("testcase", _attributes(classname=f"garrison.{family}", name=ran.check, time=0))
    if ran.outcome is Outcome.UNTESTED:
        ET.SubElement(case, "skipped", _attributes(message=f"not tested: {ran.why}"))
    elif ran.outcome is Outcome.NOT_APPLICABLE:
        ET.SubElement(case, "skipped", _attributes(message=f"does not apply: {ran.why}"))
    return case


def _attributes(**values: object) -> dict[str, str]:
    return {name: _legal(str(value)) for name, value in values.items()}


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
