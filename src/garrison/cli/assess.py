"""`garrison assess`: attacks an API with identities and objects of its own, and reports what it can prove."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from garrison.cli import assess_options as options
from garrison.cli.options import OutputFile, Overlay
from garrison.cli.output import note
from garrison.core.errors import ConfigError, Problem, cause_of

if TYPE_CHECKING:
    from garrison.assessing import Wanted

EXAMPLES = "Example: garrison assess http://127.0.0.1:5000 --contract openapi.yaml --identity 'alice=bearer:$ALICE'"
_MOST_TRAFFIC = 2_000
"""Different requests of recorded traffic that are looked at."""


def assess(
    url: options.Url,
    contract: options.Contract = "",
    overlay: Overlay = None,
    identity: options.Identity = None,
    identities: options.IdentityFiles = None,
    auth: options.AuthFiles = None,
    safe: options.Safe = False,
    only: options.Only = None,
    without: options.Without = None,
    data: options.Data = None,
    form: options.Form = "table",
    output: OutputFile = None,
    report: options.Report = None,
    tests: options.Tests = None,
    fail_on: options.FailOn = "high",
    baseline: options.Baseline = None,
    write_baseline: options.WriteBaseline = None,
    requests: options.Requests = 20_000,
    each: options.Each = 150,
    minutes: options.Minutes = None,
    pace: options.Pace = None,
    timeout: options.Timeout = 10.0,
    seed: options.Seed = None,
    words: options.Words = None,
    traffic: options.Traffic = None,
    every: options.Every = "",
    quiet_hours: options.QuietHours = "",
    config: options.ConfigFile = None,
    insecure: options.Insecure = False,
    quiet: options.Quiet = False,
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
        why = cause_of(error) if isinstance(error, OSError) else "is not UTF-8 text"
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
