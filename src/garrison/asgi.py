"""Garrison inside a Python API: `app = Garrison(app, config="garrison.yaml")`.

The same decisions as the gateway's, for any ASGI application: Starlette, FastAPI, Django, Litestar.
"""

import logging
import os
from pathlib import Path

from garrison.adapters.asgi import App, Middleware, Sink
from garrison.adapters.sources import read_source
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.event import Event
from garrison.wiring import build_policy

_log = logging.getLogger("garrison")


class Garrison(Middleware):
    """An ASGI middleware that enforces the contract and policy of a garrison.yaml.

    `config` is the path of a garrison.yaml, or `Settings`. `sink` is given each finished event; by default events
    with an objection are logged to the logger `garrison`.

    Raises:
        ConfigError: the configuration is wrong; the error lists every problem.
        DescriptionError: the API description cannot be used.
    """

    def __init__(self, app: App, config: str | os.PathLike[str] | Settings, sink: Sink | None = None) -> None:
        if isinstance(config, Settings):
            settings = config
        else:
            file = os.fspath(config)
            settings = load_settings(Path(file).read_bytes(), file)
        super().__init__(app, build_policy(settings, read=read_source), sink or log_objection)


def log_objection(event: Event) -> None:
    """Log what was denied, or would be, one line for each event."""
    for reason in event.reasons:
        _log.warning("denied %s %s: %s %s [%s]", event.method, event.template, reason.id, reason.location, event.id)
    for reason in event.observed:
        _log.info("observed %s %s: %s %s [%s]", event.method, event.template, reason.id, reason.location, event.id)
