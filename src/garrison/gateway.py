"""The engine inside Envoy: what the native filter calls to begin, and how the guard reaches it afterwards."""

import secrets
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from garrison.adapters.envoy import control
from garrison.adapters.envoy.bridge import Exchanges, FilterConfig
from garrison.adapters.envoy.capture import Bounds, CapturingExchanges
from garrison.adapters.envoy.handover import Checked, Handover, load_checked
from garrison.adapters.envoy.log import EventWriter
from garrison.adapters.envoy.session import EngineExchanges, Sink
from garrison.adapters.envoy.vitals import Vitals
from garrison.adapters.followers import Followers
from garrison.adapters.recorded.keys import key_source, make_keys
from garrison.adapters.recorded.samples import SampleWriter
from garrison.adapters.recorded.secrets import Redactor
from garrison.adapters.recording import Recording
from garrison.adapters.store.kept import keep_state
from garrison.config.model import Settings
from garrison.core.errors import GarrisonError, GatewayError
from garrison.core.event import Event
from garrison.engine.plan import Policy
from garrison.engine.state import State
from garrison.wiring import build_policy


def engine(config: FilterConfig) -> Exchanges:
    """The engine on the settings that the guard handed over; answers the guard's commands from now on.

    Raises ConfigError or DescriptionError, though the guard has checked the very same bytes before, and RecordError
    where what it must remember cannot be read.
    """
    try:
        return _engine(config)
    except GarrisonError as error:
        _log(f"error {error}")  # for the operator, in a line: of what the filter tells, Envoy's log keeps the beginning
        raise


def _engine(config: FilterConfig) -> Exchanges:
    handover = msgspec.json.decode(config.settings, type=Handover)
    checked = load_checked(handover.policy_file)
    settings, state = checked.settings, State(secrets.token_bytes(32))
    stored = keep_state(state, settings, _log, compacts=False)
    recording = Recording(settings) if settings.data else None
    policy = _policy(checked, state)
    followers = Followers(state, _log)
    followers.apply(settings, policy.operations, time.time())
    tell = EventWriter(handover.event_descriptor).write
    sink = _both(recording.recorder.record, tell) if recording else tell
    exchanges = EngineExchanges(policy, sink, followers.lookups.submit)
    kept = _capturing(exchanges, settings) if settings.record.keep_bodies else None
    vitals = None
    if recording:
        lost = partial(_samples_lost, kept)
        vitals = Vitals(Path(settings.data), exchanges, recording.recorder, followers.lookups, lost, stored)

    def status() -> dict[str, int]:
        return {"operations": len(exchanges.policy.plans)}

    def reload() -> dict[str, int]:
        changed = load_checked(handover.policy_file)
        policy = _policy(changed, state)
        if load_checked(handover.policy_file) != changed:  # the guard waits for so long and no longer
            raise GatewayError("the policy was taken back before it was compiled")
        _switch(exchanges, followers, changed.settings, policy)
        if recording:
            recording.apply(changed.settings)
        return status()

    server = control.serve(handover.control_socket, {"ping": lambda: "pong", "reload": reload, "status": status})
    ending: tuple[_Closing | None, ...] = (server, followers, recording, vitals, stored)
    exchanges.on_close = partial(_close, [each for each in ending if each is not None])
    return exchanges if kept is None else kept


def _switch(exchanges: EngineExchanges, followers: Followers, settings: Settings, policy: Policy) -> None:
    """Put a changed policy in force, and what follows its settings."""
    followers.apply(settings, policy.operations, time.time())
    exchanges.policy = policy  # one assignment: exchanges under way keep the policy that they began with
    followers.complete(settings, policy.operations, time.time())


class _Closing(Protocol):
    """What works in the background until it is closed."""

    def close(self) -> None:
        """Stop."""


def _close(working: Sequence[_Closing]) -> None:
    for each in working:
        each.close()


def _capturing(exchanges: EngineExchanges, settings: Settings) -> CapturingExchanges:
    """`exchanges`, and whole messages are kept; raises ConfigError where the key cannot be had."""
    keys = make_keys(key_source(settings, settings.data))
    writer = SampleWriter(Path(settings.data), keys, retention_days=settings.record.retention_days)
    limits, responses = settings.controls.request_limits, settings.controls.response_schema
    bounds = Bounds(min(limits.inspected_bytes, limits.body_bytes), responses.inspected_bytes)
    return CapturingExchanges(exchanges, writer.keep, Redactor(keys.digests), bounds)


def _samples_lost(kept: CapturingExchanges | None) -> int:
    return kept.lost if kept is not None else 0


def _both(record: Sink, tell: Sink) -> Sink:
    def sink(event: Event) -> None:
        if event.reasons or event.observed or event.errors:  # as `is_told`: of nearly none, and it need not be called
            tell(event)
        record(event)

    return sink


def _policy(checked: Checked, state: State) -> Policy:
    policy = build_policy(checked.settings, read=checked.read, state=state)
    policy.prepare()
    return policy


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # Envoy's log, which the guard passes on
