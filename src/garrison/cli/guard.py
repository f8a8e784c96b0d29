"""`garrison guard`: stand in front of an API."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.options import Config, Overlay
from garrison.cli.output import announce, note, progress
from garrison.core.counted import counted

if TYPE_CHECKING:
    from garrison.adapters.envoy.supervise import Load
    from garrison.config.load import Options

EXAMPLES = "Example: garrison guard --upstream http://127.0.0.1:9000 --contract openapi.yaml --mode enforce"
FACTORY = "garrison.gateway:engine"
"""What the filter calls inside Envoy."""


def guard(
    upstream: Annotated[str | None, typer.Option(metavar="URL", help="The API: http(s)://HOST:PORT.")] = None,
    contract: Annotated[
        str | None, typer.Option(metavar="FILE", help="Its OpenAPI description: a file or URL.")
    ] = None,
    overlay: Overlay = None,
    config: Config = None,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to listen.  [default: 127.0.0.1:8080]")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(metavar="monitor|enforce", help="Record, or deny.  [default: monitor]")
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="DIR", help="Directory for what the gateway keeps.  [default: garrison-data]")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Worker threads.  [default: one for each core but one, two on two]")
    ] = None,
    egress: Annotated[
        bool, typer.Option("--egress", help="The API is somebody else's: check what goes out and what comes back.")
    ] = False,
    keep_bodies: Annotated[
        bool, typer.Option("--keep-bodies", help="Keep the messages of each exchange too, encrypted.")
    ] = False,
    grace: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Time for exchanges under way when stopping.")
    ] = 10.0,
    alone: Annotated[bool, typer.Option("--alone", hidden=True, help="Run nothing beside it: for proofs.")] = False,
) -> None:
    """Stand in front of an API and let through what its contract allows.

    With `--egress` the API is one that you consume: callers send their requests here instead, and the gateway enforces
    that what goes out and what comes back is what its contract says, and cuts it off while it misbehaves.

    Prints `garrison: listening on http://HOST:PORT (monitor|enforce)` once it serves, and on stderr what it
    denies. SIGINT and SIGTERM finish what is under way and stop; a second one stops at once. SIGHUP, and any
    change of garrison.yaml or the contract's files, reloads the policy.
    """
    from functools import partial

    from garrison.adapters.beside import beside
    from garrison.adapters.envoy.parts import envoy_binary, filter_module, python_library
    from garrison.adapters.envoy.service import Parts
    from garrison.adapters.envoy.supervise import Supervisor
    from garrison.config.load import Options

    options = Options(
        upstream=upstream,
        contract=contract,
        overlays=tuple(overlay or ()),
        listen=listen,
        mode=mode,
        data=data,
        workers=workers,
        keep_bodies=keep_bodies or None,
        egress=egress or None,
    )
    load = _loader(config, options)

    def parts() -> Parts:
        return Parts(envoy_binary(), filter_module(), python_library(), FACTORY)

    Supervisor(load, parts, say=announce, note=note, grace=grace, beside=partial(beside, note=note, alone=alone)).run()


def _loader(config: Path | None, options: "Options") -> "Load":
    """Reads everything anew, and warns of what is in force."""
    from garrison.adapters.envoy.handover import Checked
    from garrison.adapters.ledger_keys import ledger_key_file, lost_keys, make_ring
    from garrison.adapters.recorded.keys import key_source, make_keys
    from garrison.adapters.recording import with_directory
    from garrison.cli.opening import idle_budgets, open_policy, patch_warnings, unbound_hosts, unchecked
    from garrison.config.unsafe import warnings

    def load(seen: Callable[[str], None]) -> Checked:
        with progress("compiling the contract"):
            opened = open_policy(config, options, needs_upstream=True, seen=seen)
        for warning in warnings(opened.settings):
            note(f"garrison: warning: {warning}")
        if missing := len(opened.policy.catalogue.uncompiled):
            note(
                f"garrison: warning: {counted(missing, 'operation')} could not be compiled; `garrison plan` lists them"
            )
        for warning in (*unchecked(opened), *unbound_hosts(opened.settings), *idle_budgets(opened.settings)):
            note(f"garrison: warning: {warning}")
        for warning in patch_warnings(opened.settings, time.time()):
            note(f"garrison: warning: {warning}")
        settings = with_directory(opened.settings)
        keys = ledger_key_file(settings, settings.data)
        for warning in lost_keys(Path(settings.data), keys, make_ring(keys, time.time())):
            note(f"garrison: warning: {warning}")
        if settings.record.keep_bodies:
            source = key_source(settings, settings.data)
            make_keys(source)  # what is wrong with the key is said here, not by Envoy's log
            note(f"garrison: warning: whole messages are kept in `{settings.data}`, under the key `{source.key_file}`")
        return Checked(settings, opened.documents, opened.plain)

    return load
