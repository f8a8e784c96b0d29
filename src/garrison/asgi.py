"""Garrison inside a Python API: `app = Garrison(app, config="garrison.yaml")`.

The same decisions as the gateway's, for any ASGI application: Starlette, FastAPI, Django, Litestar.
"""

import logging
import os
import secrets
import time
from pathlib import Path

from garrison.adapters.asgi import App, Middleware, Sink
from garrison.adapters.followers import Followers
from garrison.adapters.recording import Recording
from garrison.adapters.sources import read_source
from garrison.adapters.store.kept import keep_state
from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.core.errors import RecordError, cause_of
from garrison.core.event import Event
from garrison.engine.state import State
from garrison.wiring import build_policy

_log = logging.getLogger("garrison")


class Garrison(Middleware):
    """An ASGI middleware that enforces the contract and policy of a garrison.yaml.

    `config` is the path of a garrison.yaml, or `Settings`. `sink` is given each finished event, and what it raises
    is logged; by default events with an objection are logged to the logger `garrison`. Where the settings name a
    `data` directory, each event is recorded there too.

    Raises:
        ConfigError: the configuration is wrong; the error lists every problem.
        DescriptionError: the API description cannot be used.
        RecordError: the data directory cannot be used.
    """

    def __init__(self, app: App, config: str | os.PathLike[str] | Settings, sink: Sink | None = None) -> None:
        if isinstance(config, Settings):
            settings = config
        else:
            file = os.fspath(config)
            settings = load_settings(Path(file).read_bytes(), file)
        state = State(secrets.token_bytes(32))
        policy = build_policy(settings, read=read_source, state=state)
        policy.prepare()
        self._followers = Followers(state, _log.warning)
        self._followers.apply(settings, policy.operations, time.time())
        for warning in self._followers.lost_keys():
            _log.warning(warning)
        told = _Guarded(sink) if sink is not None else log_objection
        recorded = _Recorded(settings, told) if settings.data else told
        super().__init__(app, policy, recorded, self._followers.lookups.ask)
        self._kept = keep_state(state, settings, _log.warning, compacts=True)

    def close(self) -> None:
        """Stop what works in the background: look-ups, watched files, kept state. The process' end does, too."""
        self._followers.close()
        if self._kept is not None:
            self._kept.close()


class _Guarded:
    """A sink of the user's own, whose failure is no exchange's business."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def __call__(self, event: Event) -> None:
        try:
            self._sink(event)
        except Exception:  # noqa: BLE001  # whatever a user's function raises
            _log.exception("the sink failed for event %s", event.id)


class _Recorded:
    """Tells, then records; what could not be recorded is logged, at most one line a second."""

    def __init__(self, settings: Settings, tell: Sink) -> None:
        try:
            self._recorder = Recording(settings).recorder
        except OSError as error:
            raise RecordError(f"cannot keep data in `{settings.data}`: {cause_of(error)}") from error
        self._tell = tell
        self._missed = 0
        self._quiet_until = 0.0

    def __call__(self, event: Event) -> None:
        self._tell(event)
        try:
            self._recorder.record(event)
        finally:
            self._log_losses()

    def _log_losses(self) -> None:
        missed = self._recorder.lost + self._recorder.refused
        if missed > self._missed and time.monotonic() >= self._quiet_until:
            _log.error("exchanges that could not be recorded: %d (%s)", missed - self._missed, self._recorder.trouble)
            self._missed, self._quiet_until = missed, time.monotonic() + 1


def log_objection(event: Event) -> None:
    """Log what was denied, or would be, one line for each event."""
    for reason in event.reasons:
        _log.warning("denied %s %s: %s %s [%s]", event.method, event.template, reason.id, reason.location, event.id)
    for reason in event.observed:
        _log.info("observed %s %s: %s %s [%s]", event.method, event.template, reason.id, reason.location, event.id)
