"""The engine inside Envoy: what the native filter calls to begin, and how the guard reaches it afterwards."""

from pathlib import Path

import msgspec

from garrison.adapters.envoy import control
from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.log import EventWriter
from garrison.adapters.envoy.service import Handover
from garrison.adapters.envoy.session import EngineExchanges
from garrison.adapters.sources import read_source
from garrison.config.model import Settings
from garrison.engine.plan import Policy
from garrison.wiring import build_policy


def engine(config: FilterConfig) -> EngineExchanges:
    """The engine on the settings that the guard handed over; answers the guard's commands from now on.

    Raises ConfigError or DescriptionError; the guard has checked the same before, so that only a file that
    changed in between can cause it.
    """
    handover = msgspec.json.decode(config.settings, type=Handover)
    exchanges = EngineExchanges(
        _policy(handover), EventWriter(handover.event_descriptor), lambda: server.close()
    )

    def reload() -> dict[str, int]:
        # One assignment: exchanges under way keep the policy that they began with.
        exchanges.policy = _policy(handover)
        return status()

    def status() -> dict[str, int]:
        return {"operations": len(exchanges.policy.plans)}

    server = control.serve(handover.control_socket, {"ping": lambda: "pong", "reload": reload, "status": status})
    return exchanges


def _policy(handover: Handover) -> Policy:
    settings = msgspec.json.decode(Path(handover.settings_file).read_bytes(), type=Settings)
    return build_policy(settings, read=read_source)
