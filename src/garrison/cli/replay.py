"""`garrison replay`: recorded traffic through a policy, or through two, without a network."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.options import Config, Contract, Overlay
from garrison.cli.output import as_json, check_writable, counting, line, note, progress, write

if TYPE_CHECKING:
    from garrison.adapters.recorded.exchange import Entry
    from garrison.adapters.recorded.texts import Texts
    from garrison.cli.opening import Opened

EXAMPLES = "Example: garrison replay traffic.har --config garrison.yaml --against stricter.yaml"


def replay(
    traffic: Annotated[
        Path, typer.Argument(metavar="TRAFFIC", help="HAR, JSON Lines, or a data directory that keeps bodies.")
    ],
    config: Config = None,
    contract: Contract = None,
    overlay: Overlay = None,
    mode: Annotated[
        str | None, typer.Option(metavar="monitor|enforce", help="Mode of the gateway, of both policies.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another garrison.yaml: show what it would do differently.")
    ] = None,
    learn: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what texts usually hold as exceptions of `payload`, to be accepted."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play recorded traffic through a policy and show what is denied, by operation, reason and principal.

    Exit status 1 means that something is denied or, with `--against`, that the policies differ; or that entries
    could not be read.
    """
    from garrison.adapters.recorded.keys import key_source
    from garrison.adapters.recorded.replay import replay as played
    from garrison.adapters.recorded.texts import Texts
    from garrison.adapters.recorded.traffic import read_traffic
    from garrison.cli.opening import open_policy
    from garrison.cli.replay_text import replay_data, replay_text, told
    from garrison.config.load import Options

    overlays = tuple(overlay or ())
    if learn is not None:
        check_writable(learn)
    with progress("compiling the contract"):
        first = open_policy(config, Options(contract=contract, overlays=overlays, mode=mode))
        second = _other(against, first, mode) if against is not None else None
    entries: Iterable[Entry] = read_traffic(traffic, key_source(first.settings, str(traffic)))
    texts = Texts(first.policy) if learn is not None else None
    result = played(counting(entries, "exchanges"), first.policy, second.policy if second is not None else None, texts)
    if json:
        as_json(replay_data(result, texts))
    else:
        for text in replay_text(result, texts):
            line(text)
        for one in result.unreadable:
            note(told(one))
    if not result.exchanges and not result.unreadable:
        note(f"garrison: there is no exchange in {traffic}")
    if learn is not None and texts is not None:
        _write(learn, texts, first)
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


def _write(file: Path, texts: "Texts", opened: "Opened") -> None:
    """The proposals; raises ConfigError where they cannot be written."""
    from garrison.adapters.recorded.usual import proposals, written
    from garrison.config.inspected import UsualSettings
    from garrison.config.overrides import controls_for

    find = controls_for(opened.settings)
    operations = {str(each.operation.id): each.operation for each in opened.policy.catalogue.operations}

    def known(name: str) -> tuple[UsualSettings, ...]:
        return find(operations.get(name)).payload.usual

    write(file, written(proposals(texts), known))
