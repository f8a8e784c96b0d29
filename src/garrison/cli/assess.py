"""`garrison assess`: attacks an API with identities and objects of its own, and reports what it can prove."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.output import note
from garrison.core.errors import ConfigError, Problem

if TYPE_CHECKING:
    from garrison.assessing import Wanted

EXAMPLES = "Example: garrison assess http://127.0.0.1:5000 --contract openapi.yaml --identity 'alice=bearer:$ALICE'"
_MOST_TRAFFIC = 2_000
"""Different requests of recorded traffic that are looked at."""

_Many = list[str] | None


def assess(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the API is. Nothing is sent anywhere else.")],
    contract: Annotated[
        str, typer.Option(metavar="FILE", help="OpenAPI description: a file or a URL; without it the API is asked.")
    ] = "",
    overlay: Annotated[_Many, typer.Option(metavar="FILE", help="OpenAPI Overlay to apply; may be repeated.")] = None,
    identity: Annotated[
        _Many,
        typer.Option(
            metavar="NAME=KIND:...",
            help="In whose name: bearer, header, cookie, query, basic, login, "
            "client, steps. May be repeated; `$VAR` and `@FILE` stand for secrets.",
        ),
    ] = None,
    identities: Annotated[_Many, typer.Option(metavar="FILE", help="A file of identities; may be repeated.")] = None,
    auth: Annotated[
        _Many, typer.Option(metavar="FILE", help="A Web Fuzzing Commons authentication file; may be repeated.")
    ] = None,
    safe: Annotated[
        bool, typer.Option("--safe", help="Change nothing that the assessment did not make itself.")
    ] = False,
    only: Annotated[_Many, typer.Option(metavar="NAME", help="Only this check or family; may be repeated.")] = None,
    without: Annotated[_Many, typer.Option(metavar="NAME", help="All but this one; may be repeated.")] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the history of findings here, and compare with it.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="table, json, sarif, junit, html, wfc or ocsf.")
    ] = "table",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to a file.")] = None,
    report: Annotated[
        _Many, typer.Option(metavar="FORM=FILE", help="Write it in one more form; may be repeated.")
    ] = None,
    tests: Annotated[
        Path | None, typer.Option("--write-tests", metavar="DIR", help="Write a pytest file for each proven finding.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit with 1 where a finding is so grave, or `never`.")
    ] = "high",
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Findings that are known and do not count.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write what is found as a baseline.")
    ] = None,
    requests: Annotated[int, typer.Option(metavar="N", min=1, help="Send so many at most.")] = 20_000,
    each: Annotated[
        int, typer.Option("--requests-each", metavar="N", min=1, help="Send so many at most to one operation.")
    ] = 150,
    minutes: Annotated[
        float | None, typer.Option(metavar="N", min=0.01, help="Send nothing more after so long.")
    ] = None,
    pace: Annotated[float | None, typer.Option(metavar="N", min=0.01, help="Requests a second at most.")] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Wait so long for one answer in all.")
    ] = 10.0,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Make the same values as an earlier run with this seed.")
    ] = None,
    words: Annotated[
        Path | None, typer.Option(metavar="FILE", help="More words for guessing weak secrets, one a line.")
    ] = None,
    traffic: Annotated[
        Path | None, typer.Option(metavar="PLACE", help="Recorded traffic: HAR, JSON Lines or a data directory.")
    ] = None,
    every: Annotated[
        str, typer.Option(metavar="SPAN", help="Again and again, telling only what is different: `6h`; needs --data.")
    ] = "",
    quiet_hours: Annotated[
        str, typer.Option("--quiet-hours", metavar="HH:MM-HH:MM", help="With --every: send nothing then, in UTC.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --every: garrison.yaml, whose `notify` says who is told.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate of the target.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Attack an API that you may attack, and report what can be proven: each finding with the requests that show it.

    It makes accounts and objects of its own where the API lets it, and takes them away again. Exit status 1 means that
    something at least as grave as `--fail-on` is found; 3, that the target cannot be reached. With `--every` it goes on
    until it is interrupted, and prints what is different from one run to the next.
    """
    from garrison.assess.probe import Limits
    from garrison.assessing import Wanted, perform
    from garrison.cli.assess_progress import shown
    from garrison.cli.report_output import give, known_findings, wishes

    wanted = wishes(
        form, output, report or (), baseline=baseline, write_baseline=write_baseline, tests=tests, fail_on=fail_on
    )
    known = known_findings(wanted)
    asked = Wanted(
        url=url, contract=contract, overlays=tuple(overlay or ()), identities=tuple(identity or ()),
        identity_files=tuple(identities or ()), auth_files=tuple(auth or ()), only=tuple(only or ()),
        without=tuple(without or ()), words=_words(words), traffic=_traffic(traffic),
        limits=Limits(per_operation=each, in_all=requests, is_safe=safe), minutes=minutes, seed=seed, data=data,
        insecure=insecure, timeout=timeout, pace=pace,
    )  # fmt: skip
    if every or quiet_hours or config:
        from garrison.cli.assess_again import again

        again(asked, every=every, quiet_hours=quiet_hours, config=config)
        return
    with shown(quiet=quiet) as progress:
        made = perform(asked, progress)
    _advise(asked)
    if give(made, wanted, known):
        raise typer.Exit(1)


def _advise(asked: "Wanted") -> None:
    """What would let an assessment see more."""
    if not (asked.identities or asked.identity_files or asked.auth_files):
        note("garrison: no identity was given: with two of them (`--identity`) much more is tested")


def _words(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "is not UTF-8 text"
        raise ConfigError([Problem(str(file), "$", f"cannot be read: {why}")]) from error
    return tuple(dict.fromkeys(word for word in text.splitlines() if word.strip()))


def _traffic(place: Path | None) -> tuple[str, ...]:
    """What recorded traffic went to, each once: method and path."""
    from garrison.adapters.recorded.exchange import RecordedExchange
    from garrison.adapters.recorded.keys import KeySource
    from garrison.adapters.recorded.traffic import read_traffic

    if place is None:
        return ()
    found: dict[str, None] = {}
    for entry in read_traffic(place, KeySource(f"{str(place).rstrip('/')}.key")):
        if isinstance(entry, RecordedExchange) and len(found) < _MOST_TRAFFIC:
            found[f"{entry.request.method} {entry.request.target.partition('?')[0]}"] = None
    return tuple(found)
