"""`garrison audit`: what the description of an API itself gets wrong."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from garrison.cli.options import OutputFile, Overlay
from garrison.cli.output import json_text, line, note, progress, write
from garrison.core.counted import counted
from garrison.core.detection import Severity
from garrison.core.errors import ConfigError, Problem, cause_of, option_error

if TYPE_CHECKING:
    from garrison.audit.rule import Rule
    from garrison.audit.run import Audit
    from garrison.audit.suppress import Judged

EXAMPLES = "Example: garrison audit openapi.yaml --write-overlay mend.overlay.yaml"
_PROBLEMS = 3
"""Broken places of a description that are shown."""
_Format = Literal["table", "json", "sarif", "html"]


def audit(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="OpenAPI description: a file or a URL.")],
    overlay: Overlay = None,
    rule: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this rule; may be repeated.")] = None,
    without: Annotated[list[str] | None, typer.Option(metavar="ID", help="All but this rule; may be repeated.")] = None,
    accept: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Faults that are accepted: rule, path, reason, until.")
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="Exit with 1 where a finding is at least so grave.")
    ] = Severity.HIGH,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="`table`, `json`, `sarif` or `html`.")
    ] = "table",
    output: OutputFile = None,
    write_overlay: Annotated[
        Path | None, typer.Option("--write-overlay", metavar="FILE", help="Write an Overlay that mends what it can.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="Keep the score here: a file, or a data directory.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every place of every rule.")] = False,
) -> None:
    """Read a description of an API and say what it gets wrong. Nothing is sent.

    Exit status 1 means that something at least as grave as `--fail-on` is found.
    """
    from garrison.adapters.audit_history import Audited, keep_audit, read_history
    from garrison.cli.audit_report import report_of
    from garrison.cli.audit_text import by_severity, told
    from garrison.report.findings_page import page
    from garrison.report.sarif import report_sarif

    _check_format(form)
    rules = _chosen(rule or (), without or ())
    found = _audited(contract, overlay or (), rules)
    judged = _judged(found, accept, {str(each.id) for each in rules})
    for text in judged.notices:
        note(f"garrison: {text}")
    if write_overlay is not None:
        _write_overlay(write_overlay, found, judged)
    now, (score, _) = time.time(), found.scored(judged.counted)
    earlier = read_history(history, contract) if history is not None else []
    match form:
        case "json":
            _give(json_text(_data(found, judged)), output)
        case "sarif":
            _give(json_text(report_sarif(report_of(found, judged, rules, now))), output)
        case "html":
            _give(page(report_of(found, judged, rules, now)).rstrip("\n"), output)
        case _:
            _give("\n".join(told(found, judged, earlier, every=every)), output)
    if history is not None:
        keep_audit(history, Audited(now, contract, score, by_severity(judged.counted)))
    if any(each.finding.severity.rank >= fail_on.rank for each in judged.counted):
        raise typer.Exit(1)


def _check_format(form: str) -> None:
    if form not in get_args(_Format):
        known = ", ".join(f"`{each}`" for each in get_args(_Format))
        raise option_error("--format", f"`{form}` is not known", f"there are {known}")


def _chosen(only: "list[str] | tuple[()]", without: "list[str] | tuple[()]") -> "tuple[Rule, ...]":
    from garrison.audit.catalogue import RULES

    known = {str(each.id) for each in RULES}
    hint = "docs/reference/audit-rules.md lists them"
    problems = [
        Problem("<options>", option, f"`{name}` is no rule", hint)
        for option, names in (("--rule", only), ("--without", without))
        for name in names
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(each for each in RULES if (not only or each.id in only) and each.id not in without)


def _audited(contract: str, overlays: "list[str] | tuple[()]", rules: "tuple[Rule, ...]") -> "Audit":
    from garrison.adapters.sources import read_source
    from garrison.audit.run import audit as look
    from garrison.contract.described import Description

    with progress("reading the description"):
        description = Description(contract, tuple(overlays), read=read_source)
        found = look(description, rules)
    if problems := description.problems:
        places = counted(len(problems), "place")
        note(f"garrison: {places} could not be read, and nothing is said of what stands there:")
        for each in problems[:_PROBLEMS]:
            note(f"  {each}")
        if len(problems) > _PROBLEMS:
            note(f"  and {len(problems) - _PROBLEMS} more")
    return found


def _judged(found: "Audit", file: Path | None, ran: set[str]) -> "Judged":
    from garrison.adapters.sources import read_source
    from garrison.audit.catalogue import RULES
    from garrison.audit.suppress import Judged, judge, read_acceptances

    if file is None:
        return Judged(found.found)
    try:
        data = read_source(str(file))
    except OSError as error:
        raise ConfigError([Problem(str(file), "$", f"cannot be read: {cause_of(error)}")]) from error
    acceptances = read_acceptances(data, str(file), {str(each.id) for each in RULES})
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return judge(found.found, acceptances, today=today, ran=ran, file=str(file))


def _write_overlay(file: Path, found: "Audit", judged: "Judged") -> None:
    from garrison.audit.overlay import overlay
    from garrison.audit.run import mends

    write(file, overlay(mends(judged.counted), found.source))
    mended = sum(bool(each.mends) for each in judged.counted)
    whole = counted(len(judged.counted), "finding")
    note(f"garrison: {file} mends {mended:,} of {whole}: look it through before you use it")


def _data(found: "Audit", judged: "Judged") -> dict[str, Any]:
    from garrison.cli.audit_text import by_owasp, by_severity

    score, operations = found.scored(judged.counted)
    return {
        "contract": found.shown,
        "openapi": found.version,
        "score": score,
        "severities": by_severity(judged.counted),
        "owasp": by_owasp(judged.counted),
        "findings": [each.finding for each in judged.counted],
        "accepted": [
            {"finding": each.finding, "reason": one.reason, "until": one.until} for each, one in judged.accepted
        ],
        "operations": operations,
    }


def _give(text: str, file: Path | None) -> None:
    if file is None:
        line(text)
    else:
        write(file, text + "\n")
