"""`garrison findings`: what assessments found, what became of it, and how to see it again."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.granting import tell_missing
from garrison.cli.options import DATA, AsJson, OutputFile, operator_name
from garrison.cli.output import alone, as_json, columns, line, note, write
from garrison.core.errors import ConfigError, Problem, option_error
from garrison.core.printable import printable

if TYPE_CHECKING:
    from garrison.adapters.store.findings import Findings, Kept
    from garrison.core.findings_report import Report

LIST_EXAMPLES = "Example: garrison findings list --data garrison-data"
SHOW_EXAMPLES = "Example: garrison findings show 2f6c9d"
ACCEPT_EXAMPLES = "Example: garrison findings accept 2f6c9d --until 2027-03-31 --reason 'behind the VPN until then'"
REPRODUCE_EXAMPLES = "Example: garrison findings reproduce 2f6c9d --as pytest -o test_order.py"
CHANGES_EXAMPLES = "Example: garrison findings changes --data garrison-data"
REPORT_EXAMPLES = "Example: garrison findings report --format html -o findings.html"

_Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="The data directory that keeps the history.")]
_Target = Annotated[str, typer.Option("--target", metavar="URL", help="Only findings of this target.")]
_Fixed = Annotated[bool, typer.Option("--fixed", help="Mended ones too.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The finding's id, or as much of it as no other begins with.")]


def application() -> typer.Typer:
    """The commands about findings."""
    app = typer.Typer(help="Findings: what was found, what became of it, and how to see it.", no_args_is_help=False)
    app.callback(invoke_without_command=True, epilog=LIST_EXAMPLES)(_all)
    app.command("list", epilog=LIST_EXAMPLES)(show_all)
    app.command("show", epilog=SHOW_EXAMPLES)(show)
    app.command("accept", epilog=ACCEPT_EXAMPLES)(accept)
    app.command("reproduce", epilog=REPRODUCE_EXAMPLES)(reproduce)
    app.command("changes", epilog=CHANGES_EXAMPLES)(changes)
    app.command("report", epilog=REPORT_EXAMPLES)(report)
    return app


def _all(
    context: typer.Context, data: _Data = DATA, target: _Target = "", fixed: _Fixed = False, json: AsJson = False
) -> None:
    """Findings: what was found, what became of it, and how to see it. Without a command: list them."""
    if alone(context):
        show_all(data, target, fixed, json)


def show_all(data: _Data = DATA, target: _Target = "", fixed: _Fixed = False, json: AsJson = False) -> None:
    """List findings, the worst first. Exit status 1 means that one stands that nobody accepts."""
    from garrison.adapters.store.findings import Findings

    tell_missing(data)
    with Findings(data, is_read=True) as history:
        found = history.kept(time.time(), target=target, fixed=fixed)
    if json:
        as_json({"findings": found})
    elif not found:
        note("there are no findings")
    else:
        for text in columns(("id", "severity", "confidence", "state", "since", "where", "what"), _rows(found)):
            line(printable(text))
    if any(each.listed.counts for each in found):
        raise typer.Exit(1)


def _rows(found: "list[Kept]") -> list[tuple[str, ...]]:
    from garrison.report.findings_text import place
    from garrison.report.texts import day

    rows: list[tuple[str, ...]] = []
    for each in found:
        listed, finding = each.listed, each.listed.finding
        state = f"{listed.state} until {listed.accepted_until}" if listed.state == "accepted" else listed.state.value
        rows.append(
            (finding.fingerprint[:8], finding.severity.value, finding.confidence.value, state, day(listed.first),
             place(finding), finding.title)
        )  # fmt: skip
    return rows


def show(identifier: _Id, data: _Data = DATA, json: AsJson = False) -> None:
    """Show one finding: what is wrong, the requests that show it, why it matters and how to mend it."""
    from garrison.adapters.store.findings import Findings
    from garrison.report.findings_text import finding_lines
    from garrison.report.texts import day

    with Findings(data, is_read=True) as history:
        kept = one_finding(history, identifier)
        explained = history.explained(kept)
    if json:
        as_json({"target": kept.target, "explained": explained, **_fields(kept)})
        return
    for text in finding_lines(kept.listed, explained):
        line(printable(text))
    line(f"  target: {kept.target}; found first {day(kept.listed.first)}, last {day(kept.last)}")
    if kept.listed.finding.proof:
        note("")
        note(f"see it again:    garrison findings reproduce {identifier}{_where(data)}")
    if kept.listed.counts:
        note(f"accept it:       garrison findings accept {identifier} --until DAY --reason WHY{_where(data)}")


def accept(
    identifier: _Id,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day: `2027-03-31`.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it may stand until then.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who accepts it; without it, who calls this.")] = "",
    no_more: Annotated[bool, typer.Option("--no-more", help="Accept it no more.")] = False,
    data: _Data = DATA,
) -> None:
    """Accept a finding up to a day: until then it does not count; from then on it counts again."""
    from garrison.adapters.store.findings import Findings

    day = None if no_more else _day(until, reason)
    with Findings(data) as history:
        kept = one_finding(history, identifier)
        if day is None:
            was = history.accept_no_more(kept)
            line(f"{kept.listed.finding.fingerprint[:8]} counts again" if was else "nobody accepted it")
            return
        history.accept(kept, until=day, why=reason.strip(), who=by or operator_name(), now=time.time())
    line(f"accepted {kept.listed.finding.fingerprint[:8]} until {day}")


def reproduce(
    identifier: _Id,
    form: Annotated[str, typer.Option("--as", metavar="FORM", help="`curl` or `pytest`.")] = "curl",
    output: OutputFile = None,
    data: _Data = DATA,
) -> None:
    """Write the proof of a finding as a script of curl commands, or as a test that fails until it is mended."""
    from garrison.adapters.store.findings import Findings
    from garrison.report.reproduce import curl
    from garrison.report.reproduce_pytest import pytest_file

    makers = {"curl": curl, "pytest": pytest_file}
    if form not in makers:
        raise option_error("--as", f"`{form}` is not known", "there are `curl` and `pytest`")
    with Findings(data, is_read=True) as history:
        kept = one_finding(history, identifier)
    text = makers[form](kept.listed.finding, kept.origin)
    if not text:
        hint = f"`garrison findings show {identifier}` says where it stands"
        raise option_error("ID", "is of an audit, which sends nothing", hint)
    if output is None:
        line(text.rstrip("\n"))
    else:
        write(output, text)


def changes(
    target: _Target = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Of so many runs at most.")] = 50,
    data: _Data = DATA,
    json: AsJson = False,
) -> None:
    """List what continuous assessment found different, the newest first: findings, answers, operations, traffic."""
    from garrison.adapters.store.assessments import Assessments
    from garrison.cli.moments import show_moment

    tell_missing(data)
    with Assessments(data, is_read=True) as runs:
        found = [run for run in runs.runs(target) if run.differences][:limit]
    if json:
        as_json({"runs": found})
        return
    if not found:
        note("nothing was different so far")
    for run in found:
        line(f"{show_moment(run.begun)}  {run.target}")
        for each in run.differences:
            line(printable(f"  {each.severity.value:<13} {each.kind.value:<20} {each.text}"))


def report(
    target: _Target = "",
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="table, json, sarif, junit, html, wfc or ocsf.")
    ] = "table",
    output: OutputFile = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Findings that are known and do not count.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write what was found as a baseline.")
    ] = None,
    data: _Data = DATA,
) -> None:
    """Write the report of the last run again, in any form."""
    from garrison.adapters.store.findings import Findings
    from garrison.cli.report_output import give, known_findings, wishes

    wanted = wishes(form, output, (), baseline=baseline, write_baseline=write_baseline, tests=None, fail_on="never")
    known = known_findings(wanted)
    with Findings(data, is_read=True) as history:
        found = _last(history, target)
    give(found, wanted, known)


def _last(history: "Findings", target: str) -> "Report":
    targets = history.targets()
    if not targets:
        raise option_error("--data", "keeps no run", "`garrison assess --data DIR` keeps one")
    if not target and len(targets) > 1:
        hint = f"there are {', '.join(f'`{each}`' for each in targets)}"
        raise option_error("--target", "is missing: which one?", hint)
    found = history.last_report(target or targets[0])
    if found is None:
        hint = f"there are {', '.join(f'`{each}`' for each in targets)}"
        raise option_error("--target", f"nothing is kept of `{target}`", hint)
    return found


def one_finding(history: "Findings", beginning: str) -> "Kept":
    """The finding whose id begins so. Raises ConfigError where it is not one."""
    found = history.kept(time.time(), beginning=beginning.lower()) if beginning.isalnum() else []
    if len(found) == 1:
        return found[0]
    if not found:
        problem = Problem("<options>", "ID", f"`{beginning}` is no finding", "`garrison findings --fixed` lists them")
        raise ConfigError([problem])
    names = ", ".join(_named(found))
    raise option_error("ID", f"`{beginning}` begins the ids of {len(found)} findings", names)


def _named(found: "list[Kept]") -> Iterator[str]:
    for each in found[:5]:
        yield f"`{each.listed.finding.fingerprint[:12]}` ({each.target})"


def _fields(kept: "Kept") -> dict[str, object]:
    listed = kept.listed
    return {
        "finding": listed.finding, "state": listed.state, "first": listed.first, "last": kept.last,
        "fixed": kept.fixed, "accepted_until": listed.accepted_until, "accepted_why": listed.accepted_why,
        "accepted_by": listed.accepted_by,
    }  # fmt: skip


def _day(until: str, reason: str) -> dt.date:
    problems = []
    day = None
    try:
        day = dt.date.fromisoformat(until)
    except ValueError:
        message = f"`{until}` is no day" if until else "is missing: up to which day?"
        problems.append(Problem("<options>", "--until", message, "for example `2027-03-31`"))
    if day is not None and day < dt.datetime.now(dt.UTC).date():
        problems.append(Problem("<options>", "--until", f"`{until}` is over"))
    if not reason.strip():
        problems.append(Problem("<options>", "--reason", "is missing: why may it stand until then?"))
    if problems or day is None:
        raise ConfigError(problems)
    return day


def _where(data: Path) -> str:
    return "" if data == DATA else f" --data {data}"
