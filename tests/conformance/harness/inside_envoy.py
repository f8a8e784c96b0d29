"""What the native filter calls in these tests: the engine under one variant, events as lines of a file."""

import os

import msgspec
from tests.conformance.variants import read

from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.session import EngineExchanges, Sink
from garrison.config.model import Settings
from garrison.core.event import Event
from garrison.wiring import build_policy


class Told(msgspec.Struct, frozen=True):
    """The configuration of these tests."""

    settings: Settings
    events: str
    """File that events are appended to."""


def make(config: FilterConfig) -> EngineExchanges:
    """The engine under the settings given."""
    told = msgspec.json.decode(config.settings, type=Told)
    return EngineExchanges(build_policy(told.settings, read=read), writer(told.events))


def writer(file: str) -> Sink:
    """A sink that appends one line for each event, in one write."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(event: Event) -> None:
        os.write(descriptor, msgspec.json.encode(event) + b"\n")

    return write
