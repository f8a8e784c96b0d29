"""`garrison inspect`: decide each request of a file; the engine's door for evaluation."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import msgspec
import typer

from garrison.cli.options import Contract, Overlay
from garrison.cli.output import counting
from garrison.core.errors import cause_of

if TYPE_CHECKING:
    from garrison.engine.plan import Policy

EXAMPLES = "Example: garrison inspect requests.jsonl --contract openapi.yaml"


def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines, one request each; `-` reads stdin.")],
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="garrison.yaml.")] = None,
    contract: Contract = None,
    overlay: Overlay = None,
    mode: Annotated[str, typer.Option(metavar="monitor|enforce", help="Mode of the gateway.")] = "enforce",
) -> None:
    """Decide each request of a JSON Lines file and print one JSON object a line: `id`, `decision`, `reasons`.

    Without a contract no operation is described; undescribed requests are then granted, and every other control
    judges. Exit status 1 means that lines could not be read: they are denied as `unreadable-input`.
    """
    from garrison.adapters.recorded.inspect import UNREADABLE
    from garrison.adapters.recorded.inspect import inspect as answers
    from garrison.adapters.recorded.jsonl import read_lines

    policy = _policy(config, contract, tuple(overlay or ()), mode)
    encoder = msgspec.json.Encoder()
    unreadable = 0
    with _opened(file) as lines:
        for answer in counting(answers(policy, read_lines(lines)), "requests"):
            unreadable += UNREADABLE in answer.reasons
            sys.stdout.write(encoder.encode(answer).decode() + "\n")
    if unreadable:
        raise typer.Exit(1)


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    from garrison.core.errors import ConfigError, Problem

    if file == "-":
        yield sys.stdin.buffer
        return
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise ConfigError([Problem(file, "$", f"cannot be read: {cause_of(error)}")]) from error
        yield stream


def _policy(config: Path | None, contract: str | None, overlays: tuple[str, ...], mode: str) -> "Policy":
    """The policy, in `mode`; where there is no contract, one that grants what none describes."""
    from msgspec.structs import replace

    from garrison.adapters.sources import read_source
    from garrison.cli.opening import open_policy, open_settings
    from garrison.config.load import Options
    from garrison.wiring import build_policy

    # first as one that only monitors: enforcing without a contract is a mistake anywhere but here
    settings = open_settings(config, Options(contract=contract, overlays=overlays, mode="monitor"))
    options = Options(contract=contract, overlays=overlays, mode=mode)
    if settings.contract.file or mode != "enforce":
        return open_policy(config, options).policy
    inventory = replace(settings.controls.inventory, unsafe_allow_undescribed=True)
    controls = replace(settings.controls, inventory=inventory)
    return build_policy(replace(settings, mode="enforce", controls=controls), read=read_source)
