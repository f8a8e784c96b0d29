"""Findings as lines of text: for a terminal, and wherever else plain text is shown."""

from collections.abc import Iterator

from garrison.core.counted import counted
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding, State, Step
from garrison.core.findings_report import FAMILIES, Explained, Listed, Outcome, Report
from garrison.report.texts import day, sentence

_SHOWN = 500
"""Characters of a body that a terminal shows."""
_MOST_UNTESTED = 12
"""Reasons that are written out; more are counted."""


def report_lines(report: Report) -> Iterator[str]:
    """The whole report, its result in the end, where a terminal shows it."""
    for listed in report.findings:
        if listed.state is not State.FIXED:
            yield from finding_lines(listed, report.explain(listed.finding.check), is_brief=True)
            yield ""
    yield from _untested_lines(report)
    yield from summary_lines(report)


def summary_lines(report: Report) -> Iterator[str]:
    """What was found and what was done, in a few lines."""
    counts = [(severity, _count(report, severity)) for severity in reversed(Severity)]
    found = ", ".join(f"{count} {severity}" for severity, count in counts if count) or "nothing that counts"
    silent = len(report.standing) - sum(count for _, count in counts)
    more = f"; {silent} more are accepted or in the baseline" if silent else ""
    yield f"found: {found}{more}"
    if report.compared:
        states = [(state, sum(each.state is state for each in report.findings)) for state in State]
        yield f"since the run of {day(report.compared)}: " + (
            ", ".join(f"{count} {state}" for state, count in states if count) or "no finding then or now"
        )
    ran = sum(each.outcome is Outcome.TESTED for each in report.checks)
    done = f"{ran} of {counted(len(report.checks), 'check')}"
    if report.kind == "audit":
        yield f"checked: {done}" + (f"; score {report.score:.0f} of 100" if report.score is not None else "")
    else:
        reached = sum(each.reached for each in report.operations)
        took = report.ended - report.started
        yield (
            f"tested: {done} on {reached} of {counted(len(report.operations), 'operation')} "
            f"with {counted(report.requests, 'request')} in {took:.0f} s"
        )
    if report.stopped:
        yield f"ended early: {report.stopped}"


def finding_lines(listed: Listed, explained: Explained | None, *, is_brief: bool = False) -> Iterator[str]:
    """One finding; where it is to be brief, without bodies and code."""
    finding = listed.finding
    state = f" [{listed.state}]" if listed.state is not State.NEW else ""
    yield f"{finding.severity.upper()} {finding.title}{state}"
    yield f"  {sentence(finding.says)}"
    yield f"  at {place(finding)}; confidence {finding.confidence}; {finding.check}; id {finding.fingerprint[:8]}"
    if listed.accepted_until:
        by = f" by {listed.accepted_by}" if listed.accepted_by else ""
        word = "accepted" if listed.state is State.ACCEPTED else "was accepted"
        yield f"  {word} until {listed.accepted_until}{by}: {listed.accepted_why}"
    for number, step in enumerate(finding.proof, 1):
        yield from _step(number, step, is_brief=is_brief)
    if finding.source is not None:
        yield f"  in {finding.source.file}:{finding.source.line} {finding.source.path}"
    if is_brief:
        return
    if explained is not None:
        yield from _explained(explained)
    if finding.suggestion:
        yield "  overlay that mends the description:"
        yield from (f"    {text}" for text in finding.suggestion.splitlines())


def place(finding: Finding) -> str:
    """Where it is, in a few words: `GET /v1/orders/{orderId} (path.orderId)`."""
    named = f"{finding.method} {finding.template}".strip() if finding.template else finding.operation
    if finding.source is not None and not named:
        return finding.source.path
    where = named or "the API as a whole"
    return f"{where} ({finding.location})" if finding.location else where


def family_of(report: Report, check: CheckId) -> str:
    """The family of a check of a report; of one that it does not explain, the last."""
    explained = report.explain(check)
    return explained.family if explained is not None and explained.family in FAMILIES else FAMILIES[-1]


def untested(report: Report) -> dict[str, list[str]]:
    """Why something was not tested, and what, each once."""
    reasons: dict[str, dict[str, None]] = {}
    for ran in report.checks:
        if ran.outcome is Outcome.UNTESTED:
            reasons.setdefault(ran.why or "it did not run", {})[ran.check] = None
    for note in report.untested:
        about = " at ".join(filter(None, (note.check, note.operation))) or "everything"
        reasons.setdefault(note.why, {})[about] = None
    for covered in report.operations:
        if not covered.reached:
            reasons.setdefault(covered.why or "no request was accepted", {})[covered.operation] = None
    return {why: list(what) for why, what in reasons.items()}


def outcome(step: Step) -> str:
    """What came back: `200`, `no answer within 10 s`."""
    if not step.status:
        return step.fault or "no answer"
    took = f" after {step.seconds:.1f} s" if step.seconds >= 1 else ""
    return f"{step.status}{took}" + (f" ({step.fault})" if step.fault else "")


def _step(number: int, step: Step, *, is_brief: bool) -> Iterator[str]:
    who = step.identity or "nobody"
    yield f"  {number}. {who}: {step.method} {step.url} -> {outcome(step)}" + (f": {step.says}" if step.says else "")
    if is_brief:
        return
    for name, value in step.headers:
        yield f"       {name}: {value}"
    if step.body:
        yield f"     > {_cut(step.body)}"
    for name, value in step.answer_headers:
        yield f"     < {name}: {value}"
    if step.answer:
        yield f"     < {_cut(step.answer)}"


def _explained(explained: Explained) -> Iterator[str]:
    for head, text in (("why it matters", explained.why), ("how to mend it", explained.mend)):
        if text:
            yield f"  {head}: {sentence(text)}"
    for framework, code in explained.samples.items():
        yield f"  {framework}:"
        yield from (f"    {text}" for text in code.splitlines())


def _untested_lines(report: Report) -> Iterator[str]:
    reasons = untested(report)
    if not reasons:
        return
    yield "not tested:"
    for why, what in list(reasons.items())[:_MOST_UNTESTED]:
        named = ", ".join(what[:3]) + (f" and {len(what) - 3} more" if len(what) > 3 else "")
        yield f"  {named}: {why}"
    if len(reasons) > _MOST_UNTESTED:
        yield f"  and for {counted(len(reasons) - _MOST_UNTESTED, 'more reason')}"
    yield ""


def _count(report: Report, severity: Severity) -> int:
    return sum(each.counts and each.finding.severity is severity for each in report.findings)


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."
