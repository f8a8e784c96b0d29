"""`garrison budgets`: how many people anyone has seen of how many they may, and who is held."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.budget_suggest import SUGGEST_EXAMPLES, suggest
from garrison.cli.options import AsJson, GatewayConfig, NamedData
from garrison.cli.output import as_json, columns, line, note, progress
from garrison.core.counted import counted
from garrison.core.errors import option_error
from garrison.core.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garrison.adapters.budget_overview import BudgetState
    from garrison.cli.opening import Opened
    from garrison.config.exposure import BudgetSettings
    from garrison.engine.budgets import Budgets

EXAMPLES = "Example: garrison budgets --config garrison.yaml"
RELEASE_EXAMPLES = "Example: garrison budgets release --principal staff:ada --note 'monthly report, asked by phone'"

_PARTIES = ("principal", "client", "peer", "network", "operation")


def application() -> typer.Typer:
    """`garrison budgets` and its commands."""
    app = typer.Typer(help="Show how budgets of people stand; release who is held; suggest limits.", epilog=EXAMPLES)
    app.callback(invoke_without_command=True)(budgets)
    app.command("release", epilog=RELEASE_EXAMPLES)(release)
    app.command("suggest", epilog=SUGGEST_EXAMPLES)(suggest)
    return app


def budgets(
    context: typer.Context,
    config: GatewayConfig = None,
    data: NamedData = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="Users shown of each budget.")] = 10,
    json: AsJson = False,
) -> None:
    """List the budgets, who has used most of each, and who is held: as of now, from the record."""
    if context.invoked_subcommand is not None:
        return
    from garrison.adapters.budget_overview import budget_states

    opened = _opened(config, data)
    with progress("reading the record"):
        states = budget_states(Path(opened.settings.data), opened.settings, opened.policy.operations, time.time(), top)
    if json:
        as_json({"budgets": states})
        return
    for text in _listed(states):
        line(text)


def release(
    principal: Annotated[str | None, typer.Option(metavar="NAME", help="A principal, as events name it.")] = None,
    client: Annotated[str | None, typer.Option(metavar="ID", help="An OAuth client.")] = None,
    peer: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A peer, and who is anonymous there.")] = None,
    network: Annotated[str | None, typer.Option(metavar="NETWORK", help="A network, of `per: network`.")] = None,
    operation: Annotated[str | None, typer.Option(metavar="ID", help="An operation, of `per: operation`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="The one key of `per: all`.")] = False,
    budget: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this budget.  [default: all of them]")
    ] = None,
    remark: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, and who wanted it.")] = "",
    config: GatewayConfig = None,
    data: NamedData = None,
) -> None:
    """Let somebody in again who is held, in force within 100 ms: nothing counts any more that they have seen until now.

    Exit status 1 means that the budgets of `--config` know nothing of them; the release stands all the same.
    """
    from garrison.adapters.budget_overview import keys_of
    from garrison.adapters.store.budget_memory import remembered
    from garrison.adapters.store.releases import Kept, add_releases

    given = dict(zip(_PARTIES, (principal, client, peer, network, operation), strict=True))
    named = [(party, name) for party, name in given.items() if name] + ([("all", "")] if everything else [])
    opened = _opened(config, data)
    own = opened.settings.controls.exposure
    if not named:
        raise option_error("--principal", "is missing: who shall be released?", "there are also " + _others())
    if budget and config is not None:
        _check_name(budget, own.budgets)
    now, place = time.time(), Path(opened.settings.data)
    counted = remembered(place, opened.settings, opened.policy.operations, now)
    bits = own.ipv4_prefix, own.ipv6_prefix
    unknown = []
    for party, name in named:
        keys = keys_of(party, name, bits)
        add_releases(place, [Kept(now, per, key, budget or "", remark) for per, key in keys])
        who = f"the {party} {name}" if name else "all"
        line(f"released {who}" + (f" from `{budget}`" if budget else ""))
        if not _is_counted(counted, keys):
            unknown.append(who)
    for who in unknown:
        note(f"garrison: no budget has counted {who}")
    if unknown:
        raise typer.Exit(1)


def _check_name(budget: str, budgets: "Sequence[BudgetSettings]") -> None:
    """Raises ConfigError where no budget is called so."""
    known = [one.name for one in budgets]
    if budget not in known:
        raise option_error(
            "--budget", f"`{budget}` is no budget", "there are " + ", ".join(f"`{one}`" for one in known)
        )


def _is_counted(counted: "Budgets", keys: "Sequence[tuple[str, str]]") -> bool:
    """Whether any budget knows one of the keys, each behind what it is a key of."""
    return any(
        per == space.partition(" ")[0] and one.find(key) is not None
        for per, key in keys
        for space, one in counted.spaces.items()
    )


def _listed(states: "Sequence[BudgetState]") -> Iterator[str]:
    if not states:
        yield "there are no budgets"
    for at, each in enumerate(states):
        limit = (
            f"{each.limit:,} of the kind `{each.subject}`" if each.subject else counted(each.limit, "person", "people")
        )
        where = f" of {', '.join(each.match)}" if each.match else ""
        who = "all" if each.per == "all" else f"each {each.per}"
        if at:
            yield ""
        yield f"{each.name}: {limit} in {each.window} for {who}{where}, then {each.then}"
        if not each.keys and not each.held:
            yield "  nobody has anybody in the window"
            continue
        yield f"  {each.keys} with somebody in the window, {each.held} held"
        rows = [(printable(one.key), f"{one.used}/{one.limit}", "held" if one.held else "") for one in each.top]
        yield from (f"  {text}" for text in columns((each.per, "used", ""), rows))


def _opened(config: Path | None, data: str | None) -> "Opened":
    from msgspec.structs import replace

    from garrison.adapters.recording import with_directory
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options

    opened = open_policy(config, Options(data=data))
    return replace(opened, settings=with_directory(opened.settings))


def _others() -> str:
    return ", ".join(f"`--{each}`" for each in (*_PARTIES[1:], "all"))
