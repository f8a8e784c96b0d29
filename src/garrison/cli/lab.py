"""`garrison lab`: breaches that happened, replayed with and without protection."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from garrison.cli.options import AsJson
from garrison.cli.output import as_json, check_writable, columns, line, progress, write
from garrison.core.counted import counted
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.lab.breach import Breach
    from garrison.lab.campaign import Variant
    from garrison.lab.protections import Protection
    from garrison.lab.result import Result

_T = TypeVar("_T")

LIST_EXAMPLES = "Example: garrison lab list"
RUN_EXAMPLES = "Example: garrison lab run tmobile-2022 --variant spread"
_PLAIN_WIDTH = 110


def application() -> typer.Typer:
    """The commands under `garrison lab`."""
    app = typer.Typer(help="Replay breaches that happened, with and without protection.", no_args_is_help=True)
    app.command("list", epilog=LIST_EXAMPLES)(list_breaches)
    app.command("run", epilog=RUN_EXAMPLES)(run_breach)
    return app


def list_breaches(json: AsJson = False) -> None:
    """List the breaches that can be replayed."""
    from garrison.lab.breaches.catalogue import BREACHES

    if json:
        as_json([{"name": each.name, "title": each.title, "facts": each.facts} for each in BREACHES])
        return
    for text in columns(("name", "what happened"), [(each.name, each.title) for each in BREACHES]):
        line(text)


def run_breach(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which breach: `garrison lab list`.")],
    variant: Annotated[
        str, typer.Option(metavar="loud|spread|patient", help="From one address, from many, or 20 times slower.")
    ] = "loud",
    protect: Annotated[
        str | None,
        typer.Option(
            metavar="none|limits|budgets|garrison", help="Only this protection.  [default: all but `budgets`]"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another one gives other benign people.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the report.  [default: garrison-lab-NAME.html]")
    ] = None,
    gateway: Annotated[
        bool, typer.Option("--gateway", help="A short part of it, through `garrison guard` and Envoy on loopback.")
    ] = False,
) -> None:
    """Replay a breach in compressed time: how many are lost without protection, with a limit of requests, with
    Garrison.

    The same engine decides that runs inside the gateway; everybody and everything is made up. What was public of the
    breach and what is assumed is printed with the result.
    """
    breach, wanted, protections = _chosen(name, variant, protect)
    if gateway:
        _check_gateway(protect, html)
        _through_gateway(breach, wanted, seed, json=json)
        return
    target = html or (None if json else Path(f"garrison-lab-{breach.name}.html"))
    if target is not None:
        check_writable(target)
    if json:
        from garrison.lab.run import run

        result = run(breach, wanted, protections=protections, seed=seed)
        as_json(result)
    else:
        result = _shown(breach, wanted, protections, seed)
    if target is not None:
        from garrison.lab.page import page

        write(target, page(result))
        if not json:
            named = " and everybody who is to be notified" if any(side.notices for side in result.sides) else ""
            line(f"\nthe whole report, with a chart{named}: {target}")


def _chosen(name: str, variant: str, protect: str | None) -> "tuple[Breach, Variant, tuple[Protection, ...]]":
    """What the options name. Raises ConfigError."""
    from garrison.lab.breaches.catalogue import BREACHES
    from garrison.lab.campaign import VARIANTS
    from garrison.lab.protections import ALL, PROTECTIONS

    breach = _one(name, {each.name: each for each in BREACHES}, "NAME")
    wanted = _one(variant, {each: each for each in VARIANTS}, "--variant")
    if protect is None:
        return breach, wanted, PROTECTIONS
    return breach, wanted, (_one(protect, {each: each for each in ALL}, "--protect"),)


def _one(given: str, known: Mapping[str, _T], option: str) -> _T:

    if given not in known:
        raise option_error(option, f"`{given}` is not known", f"there are {', '.join(known)}")
    return known[given]


def _shown(breach: "Breach", variant: "Variant", protections: "tuple[Protection, ...]", seed: int) -> "Result":
    """Run it before somebody's eyes."""
    from rich.console import Console

    from garrison.lab.run import run
    from garrison.lab.view import close, live, plain

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    if console.is_terminal:
        with live(console, breach, variant) as watch:
            result = run(breach, variant, protections=protections, seed=seed, watch=watch)
    else:
        result = run(breach, variant, protections=protections, seed=seed, watch=plain(line, breach))
    close(console, result)
    return result


def _check_gateway(protect: str | None, html: Path | None) -> None:
    """Raises ConfigError where an option stands beside `--gateway` that says nothing there."""
    for option, given in (("--protect", protect), ("--html", html)):
        if given is not None:
            raise option_error(option, "does not go with `--gateway`", "what runs there is Garrison, without a report")


def _through_gateway(breach: "Breach", variant: "Variant", seed: int, *, json: bool) -> None:
    from garrison.lab.gateway import through_gateway
    from garrison.lab.words import count, counted_people

    with progress("the attack runs against a real gateway"):
        passed = through_gateway(breach, variant, seed)
    if json:
        as_json(passed)
        return
    harm, ledger = passed.harm, passed.ledger
    attack = counted(passed.hostile, "request of the attack", "requests of the attack")
    line(f"{attack}, {counted(harm.requests, 'benign one')}, in {passed.seconds} s")
    line(f"{counted_people(passed.lost, breach.people)} lost; {_refused(passed.refused_from)}")
    line(f"benign requests refused: {count(harm.denied)}, people hurt: {count(harm.hurt)}")
    line(
        f"the record holds {counted(ledger.reported, 'exposure')}: precision {ledger.precision:.3f}, "
        f"recall {ledger.recall:.3f}"
    )


def _refused(first: int) -> str:
    return f"the first request that was refused is number {first:,}" if first else "nothing was refused"
