"""`garrison demo`: the gateway in front of the bundled sample API, with requests that show what it does."""

import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import typer

from garrison.cli.output import announce, line, note

EXAMPLES = "Example: garrison demo"


def demo(
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to listen.")] = "127.0.0.1:8080",
    once: Annotated[bool, typer.Option("--once", help="Stop after the requests were shown.")] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Directory for what is recorded.  [default: a temporary one]")
    ] = None,
) -> None:
    """Start the sample API with the gateway in front of it, in enforce mode, and show some requests.

    Both go on serving until Ctrl-C, so that you can send requests of your own. What was recorded goes with them,
    unless `--data` says where to keep it.
    """
    from functools import partial

    from garrison.adapters.beside import beside
    from garrison.adapters.envoy.handover import Checked
    from garrison.adapters.envoy.parts import envoy_binary, filter_module, python_library
    from garrison.adapters.envoy.service import Parts
    from garrison.adapters.envoy.supervise import Supervisor
    from garrison.cli.guard import FACTORY
    from garrison.config.model import ContractSettings, ListenSettings, Settings, UpstreamSettings
    from garrison.lab.demo import sample_api, show
    from garrison.lab.sample import DESCRIPTION

    def tour(url: str) -> None:
        show(url, line)
        if data or not once:
            line(f"\nwhat was recorded: garrison events --data {kept}")
            line(f"what looks like abuse: garrison incidents --data {kept}")
        if once:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            line("send requests of your own, or press Ctrl-C to stop")

    def ready(url: str) -> None:
        threading.Thread(target=tour, args=(url,), daemon=True).start()

    def parts() -> Parts:
        return Parts(envoy_binary(), filter_module(), python_library(), FACTORY)

    with sample_api() as upstream, tempfile.TemporaryDirectory(prefix="garrison-demo-") as temporary:
        kept = str(data or temporary)
        settings = Settings(
            mode="enforce",
            contract=ContractSettings(file=str(DESCRIPTION)),
            upstream=UpstreamSettings(url=upstream),
            listen=ListenSettings(address=listen),
            data=kept,
        )
        checked = Checked(settings, {str(DESCRIPTION): DESCRIPTION.read_bytes()})
        around = partial(beside, note=note, ready=ready)
        Supervisor(lambda _: checked, parts, say=announce, note=note, beside=around).run()
