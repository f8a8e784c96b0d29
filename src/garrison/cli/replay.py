"""`garrison replay`: recorded traffic through a policy, or through two, without a network."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garrison.cli.output import as_json, columns, counting, line, note, progress

if TYPE_CHECKING:
    from garrison.adapters.recorded.compare import Difference, Group
    from garrison.adapters.recorded.exchange import Entry, Unreadable
    from garrison.adapters.recorded.replay import Replayed
    from garrison.cli.opening import Opened

EXAMPLES = "Example: garrison replay traffic.har --config garrison.yaml --against stricter.yaml"


def replay(
    traffic: Annotated[
        Path, typer.Argument(metavar="TRAFFIC", help="HAR, JSON Lines, or a data directory that keeps bodies.")
    ],
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="garrison.yaml; options win over it.")] = None,
    contract: Annotated[str | None, typer.Option(metavar="FILE", help="OpenAPI description.")] = None,
    overlay: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="OpenAPI Overlay to apply; may be repeated.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(metavar="monitor|enforce", help="Mode of the gateway, of both policies.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another garrison.yaml: show what it would do differently.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play recorded traffic through a policy and show what is denied, by operation, reason and principal.

    Exit status 1 means that something is denied or, with `--against`, that the policies differ; or that entries
    could not be read.
    """
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.replay import replay as played
    from garrison.adapters.recorded.traffic import read_traffic
    from garrison.cli.opening import open_policy
    from garrison.config.load import Options

    overlays = tuple(overlay or ())
    with progress("compiling the contract"):
        first = open_policy(config, Options(contract=contract, overlays=overlays, mode=mode))
        second = _other(against, first, mode) if against is not None else None
    entries: Iterable[Entry] = read_traffic(traffic, key_source(first.settings, str(traffic)))
    result = played(counting(entries, "exchanges"), first.policy, second.policy if second is not None else None)
    if json:
        as_json(_data(result))
    else:
        for text in _text(result):
            line(text)
        for one in result.unreadable:
            note(_told(one))
    if result.finds:
        raise typer.Exit(1)


def _other(file: Path, first: "Opened", mode: str | None) -> "Opened":
    """The policy of `file`; where it names no contract, on the first one's."""
    from garrison.cli.opening import open_policy, open_settings
    from garrison.config.load import Options

    # as one that only monitors: whether it may enforce shows when it has its contract
    own = open_settings(file, Options(mode="monitor")).contract
    if own.file:
        return open_policy(file, Options(mode=mode))
    contract = first.settings.contract
    return open_policy(file, Options(contract=contract.file or None, overlays=contract.overlays, mode=mode))


def _data(result: "Replayed") -> dict[str, Any]:
    data: dict[str, Any] = {
        "exchanges": result.exchanges,
        "unreadable": result.unreadable,
        "missing": result.missing,
        "effects": result.outcomes.by_effect,
        "groups": result.outcomes.groups(),
        "recorded": {"same": result.as_recorded, "other": result.unlike_recorded, "measured": result.measured},
    }
    if result.differences is not None:
        data["changes"] = result.differences.by_change
        data["differences"] = result.differences.groups()
    return data


def _text(result: "Replayed") -> Iterator[str]:
    effects = ", ".join(f"{count} {effect}" for effect, count in result.outcomes.by_effect.items())
    yield f"{result.exchanges} exchanges: {effects}"
    if result.as_recorded or result.unlike_recorded:
        yield f"as it was decided then: {result.as_recorded}; otherwise: {len(result.unlike_recorded)}"
        yield from (f"  {name}" for name in result.unlike_recorded[:5])
    if result.measured:
        yield f"not compared, as a countermeasure had a say then: {result.measured}"
    for part, count in result.missing.items():
        yield f"judged without their {part.replace('-', ' ')}, which the record does not hold: {count}"
    if result.differences is None:
        yield from _groups(result.outcomes.groups())
        return
    yield ""
    changes = ", ".join(f"{count} {change}" for change, count in result.differences.by_change.items() if count)
    yield f"under the other policy: {changes or 'no difference'}"
    yield from _differences(result.differences.groups())


def _groups(groups: "list[Group]") -> Iterator[str]:
    if groups:
        heading = ("effect", "count", "operation", "reason", "control", "principal", "for example")
        rows = [
            (each.effect, str(each.count), each.operation, each.reason, each.control, each.principal,
             str(each.examples[0]))
            for each in groups
        ]  # fmt: skip
        yield ""
        yield from columns(heading, rows)


def _differences(groups: "list[Difference]") -> Iterator[str]:
    if groups:
        heading = ("change", "count", "operation", "principal", "reasons before", "reasons after", "for example")
        rows = [
            (each.change, str(each.count), each.operation, each.principal, ", ".join(each.before) or "-",
             ", ".join(each.after) or "-", str(each.examples[0]))
            for each in groups
        ]  # fmt: skip
        yield ""
        yield from columns(heading, rows)


def _told(one: "Unreadable") -> str:
    name = "" if one.id is None else f" ({one.id})"
    return f"garrison: {one.place}{name}: {one.why}"
