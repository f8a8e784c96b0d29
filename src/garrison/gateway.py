"""The engine inside Envoy: what the native filter calls to begin, and how the guard reaches it afterwards."""

import msgspec

from garrison.adapters.envoy import control
from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.handover import Handover, load_checked
from garrison.adapters.envoy.log import EventWriter
from garrison.adapters.envoy.session import EngineExchanges
from garrison.engine.plan import Policy
from garrison.wiring import build_policy


def engine(config: FilterConfig) -> EngineExchanges:
    """The engine on the settings that the guard handed over; answers the guard's commands from now on.

    Raises ConfigError or DescriptionError, though the guard has checked the very same bytes before.
    """
    handover = msgspec.json.decode(config.settings, type=Handover)
    exchanges = EngineExchanges(_policy(handover), EventWriter(handover.event_descriptor))

    def reload() -> dict[str, int]:
        # One assignment: exchanges under way keep the policy that they began with.
        exchanges.policy = _policy(handover)
        return status()

    def status() -> dict[str, int]:
        return {"operations": len(exchanges.policy.plans)}

    server = control.serve(handover.control_socket, {"ping": lambda: "pong", "reload": reload, "status": status})
    exchanges.on_close = server.close
    return exchanges


def _policy(handover: Handover) -> Policy:
    checked = load_checked(handover.policy_file)
    return build_policy(checked.settings, read=checked.read)
