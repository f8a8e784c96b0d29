"""The report of a run as one HTML page, for somebody who never saw Garrison: what is wrong, how sure that is, how to
see it, how to mend it, and what was not tested.

The page needs nothing else: no script, no font, no picture. Whatever came from outside is escaped, and a policy in its
head forbids what escaping might miss.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from garrison.core.counted import counted
from garrison.core.detection import Severity
from garrison.core.finding import OWASP, Finding, State, Step
from garrison.core.findings_report import FAMILIES, Listed, Outcome, Report
from garrison.core.opinion import advice_of
from garrison.core.semantics import SEMANTIC_TYPES
from garrison.report.findings_text import family_of, outcome, place, untested
from garrison.report.pages import filled, style
from garrison.report.replay import json_of, replay
from garrison.report.reproduce import asked, curl_commands, variable
from garrison.report.reproduce_pytest import file_name
from garrison.report.texts import day, sentence

_TEMPLATE: Final = files("garrison.report") / "findings.html.j2"
_MOST_PLACES: Final = 100
"""Places of one fault that are listed; more are counted."""
_CODE: Final = re.compile(r"`([^`]{1,300})`")
_SEVERITIES: Final = tuple(reversed(Severity))
_FRAMEWORKS: Final[Mapping[str, str]] = {
    "fastapi": "FastAPI",
    "django": "Django",
    "flask": "Flask",
    "starlette": "Starlette",
    "drf": "Django REST framework",
    "django-rest-framework": "Django REST framework",
    "nginx": "nginx",
    "openapi": "OpenAPI",
}
_OWASP_PAGES: Final[Mapping[str, str]] = {
    "owasp.api1": "0xa1-broken-object-level-authorization",
    "owasp.api2": "0xa2-broken-authentication",
    "owasp.api3": "0xa3-broken-object-property-level-authorization",
    "owasp.api4": "0xa4-unrestricted-resource-consumption",
    "owasp.api5": "0xa5-broken-function-level-authorization",
    "owasp.api6": "0xa6-unrestricted-access-to-sensitive-business-flows",
    "owasp.api7": "0xa7-server-side-request-forgery",
    "owasp.api8": "0xa8-security-misconfiguration",
    "owasp.api9": "0xa9-improper-inventory-management",
    "owasp.api10": "0xaa-unsafe-consumption-of-apis",
}


def page(report: Report) -> str:
    """The page."""
    filters: dict[str, Callable[..., object]] = {
        "day": day,
        "sentence": sentence_markup,
        "heading": _heading,
        "duration": _duration,
        "count": "{:,}".format,
    }
    counting = [each for each in report.findings if each.counts]
    values = {
        **style(),
        "report": report,
        "headline": _headline(report, counting),
        "severities": [(severity, _count(counting, severity)) for severity in _SEVERITIES],
        "matrix": _matrix(report, counting),
        "findings": _articles(report, counting),
        "aside": _articles(report, [e for e in report.findings if not e.counts and e.state is not State.FIXED]),
        "fixed": [each for each in report.findings if each.state is State.FIXED],
        "changes": _changes(report),
        "tested": _tested(report),
        "checks": _checks(report),
        "untested": list(untested(report).items()),
        "place": place,
        "semantic": {each.id: each.title for each in SEMANTIC_TYPES},
    }
    return filled(_TEMPLATE, filters, values)


def _headline(report: Report, counting: Sequence[Listed]) -> str:
    what = report.title or report.target
    if report.opinion is not None:
        return f"{what}: {advice_of(report.opinion)}"
    if not counting:
        ran = sum(each.outcome is Outcome.TESTED for each in report.checks)
        return f"{ran} checks found nothing in {what} that counts"
    if report.kind == "audit":
        return f"{counted(len(counting), 'finding')} in the description of {what}"
    proven = sum(bool(each.finding.proof) for each in counting)
    weaknesses = "1 weakness" if len(counting) == 1 else f"{len(counting):,} weaknesses"
    if not proven:
        return f"{weaknesses} in {what}"
    if proven < len(counting):
        return f"{weaknesses} in {what}, {proven} of them proven"
    return f"{weaknesses} in {what}, " + ("proven" if proven == 1 else "each of them proven")


def _count(findings: Sequence[Listed], severity: Severity) -> int:
    return sum(each.finding.severity is severity for each in findings)


def _matrix(report: Report, counting: Sequence[Listed]) -> list[tuple[str, list[int], int]]:
    """How many findings of which family have which severity; and how many of its checks ran."""
    families = {each.check: family_of(report, each.check) for each in report.checks}
    rows = []
    for family in FAMILIES:
        some = [each for each in counting if family_of(report, each.finding.check) == family]
        ran = sum(families[each.check] == family and each.outcome is Outcome.TESTED for each in report.checks)
        if some or ran:
            rows.append((family, [_count(some, severity) for severity in _SEVERITIES], ran))
    return rows


def _articles(report: Report, some: Sequence[Listed]) -> list[dict[str, Any]]:
    """One article for each proven finding, and one for all places of the same fault of a description."""
    grouped: dict[tuple[str, ...], list[Listed]] = {}
    for each in some:
        key = (each.finding.fingerprint,) if each.finding.proof else (each.finding.check, each.finding.severity)
        grouped.setdefault(key, []).append(each)
    return [{**_shown(report, group[0]), **_places(group)} for group in grouped.values()]


def _places(group: Sequence[Listed]) -> dict[str, Any]:
    """Where else the same stands."""
    return {
        "others": [each.finding for each in group[1:_MOST_PLACES]],
        "more": max(0, len(group) - _MOST_PLACES),
        "count": len(group),
    }


def _shown(report: Report, listed: Listed) -> dict[str, Any]:
    """One finding as the page shows it."""
    finding = listed.finding
    explained = report.explain(finding.check)
    made = replay(finding)
    return {
        "listed": listed,
        "finding": finding,
        "anchor": f"finding-{finding.fingerprint[:12]}",
        "place": place(finding),
        "family": family_of(report, finding.check),
        "steps": [_step(step, number == len(finding.proof)) for number, step in enumerate(finding.proof, 1)],
        "commands": curl_commands(finding, report.target_origin) if finding.proof else (),
        "variables": [(variable(hole), asked(hole)) for hole in made.of_kind("credential")],
        "fresh": [(variable(hole), hole.says) for hole in made.of_kind("fresh")],
        "taken": [(variable(hole), hole.step, hole.pointer, hole.says) for hole in made.of_kind("answer")],
        "test": file_name(finding) if finding.proof else "",
        "explained": explained,
        "samples": [
            (_FRAMEWORKS.get(name, name), code) for name, code in (explained.samples.items() if explained else ())
        ],
        "references": list(_references(finding)),
        "state": _STATES[listed.state] if report.compared else "",
    }


_STATES: Final[Mapping[State, str]] = {
    State.NEW: "new",
    State.OPEN: "still open",
    State.REGRESSED: "back again",
    State.ACCEPTED: "accepted",
    State.FIXED: "mended",
}


def _step(step: Step, is_last: bool) -> dict[str, Any]:
    return {
        "step": step,
        "who": step.identity or "nobody",
        "is_last": is_last,
        "outcome": outcome(step),
        "tone": "none" if not step.status else f"s{step.status // 100}",
        "body": _pretty(step.body),
        "answer": _pretty(step.answer),
    }


def _pretty(text: str) -> str:
    """JSON with a member a line; other text as it is."""
    value = json_of(text)
    if isinstance(value, dict | list):
        return msgspec.json.format(msgspec.json.encode(value)).decode()
    return text


def _references(finding: Finding) -> Iterator[tuple[str, str]]:
    """Where it is described: a name and an address, empty where there is none."""
    for tag in finding.tags:
        kind, _, number = tag.partition(".")
        if tag in OWASP:
            yield OWASP[tag], f"https://owasp.org/API-Security/editions/2023/en/{_OWASP_PAGES[tag]}/"
        elif kind == "cwe" and number.isdigit():
            yield f"CWE-{number}", f"https://cwe.mitre.org/data/definitions/{number}.html"
        else:
            yield (f"REC-API-{number}" if kind == "rec" else tag), ""


def _changes(report: Report) -> list[tuple[str, int]]:
    if not report.compared:
        return []
    states = (State.NEW, State.REGRESSED, State.OPEN, State.FIXED, State.ACCEPTED)
    counted = [(_STATES[state], sum(each.state is state for each in report.findings)) for state in states]
    return [(name, count) for name, count in counted if count]


def _tested(report: Report) -> dict[str, int]:
    return {
        "checks": sum(each.outcome is Outcome.TESTED for each in report.checks),
        "all_checks": len(report.checks),
        "idle": sum(each.outcome is Outcome.NOT_APPLICABLE for each in report.checks),
        "operations": sum(each.reached for each in report.operations),
        "all_operations": len(report.operations),
    }


def _checks(report: Report) -> list[tuple[str, list[dict[str, Any]]]]:
    """Checks by family, with what became of them."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for ran in report.checks:
        explained = report.explain(ran.check)
        entry = {
            "ran": ran,
            "title": explained.title if explained else "",
            "looks": explained.looks if explained else "",
        }
        grouped.setdefault(family_of(report, ran.check), []).append(entry)
    return [(family, grouped[family]) for family in FAMILIES if family in grouped]


def sentence_markup(text: str) -> Markup:
    """A message as a sentence; what stands in backticks as code. Everything is escaped before that."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence(text)))))  # noqa: S704  # escaped


def _heading(text: str) -> Markup:
    """The same without a full stop."""
    made = sentence_markup(text)
    return Markup(made[:-1]) if made.endswith(".") and not text.endswith(".") else made  # noqa: S704  # escaped


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
