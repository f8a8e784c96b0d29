"""The protections that are compared, as policies of the real engine."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Literal, TypeAlias, get_args

from garrison.config.load import load_settings
from garrison.config.model import Settings
from garrison.controls.catalogue import CONTROLS
from garrison.engine.plan import Policy
from garrison.engine.state import State
from garrison.lab.breach import Breach
from garrison.lab.tokens import Issuers
from garrison.wiring import build_policy

Protection: TypeAlias = Literal["none", "limits", "budgets", "garrison"]
"""`garrison` is the whole of it; `budgets` is the same with nobody who watches and responds."""
ALL: tuple[Protection, ...] = get_args(Protection)
PROTECTIONS: tuple[Protection, ...] = ("none", "limits", "garrison")
"""Those that are compared unless others are asked for."""
COUNTING: frozenset[Protection] = frozenset({"budgets", "garrison"})
"""Those that know whose data leaves."""

PER_ADDRESS = {"name": "address", "by": ["peer"], "rate": "60/min"}
"""The limit that Garrison is compared with."""
_KEPT = frozenset({"authentication", "inventory", "rate-limit"})
"""What is on beside that limit: principals are known as they are without it."""
CONTRACT = "api.json"


def settings_of(breach: Breach, protection: Protection) -> dict[str, Any]:
    """garrison.yaml of one protection, as data; access control is as broken as it was."""
    controls = {**breach.policy.controls}
    if protection in COUNTING:
        controls["exposure"] = {**controls.get("exposure", {}), "mode": "enforce"}
        return _whole(breach, controls)
    controls.pop("exposure", None)
    controls |= {spec.id: {"mode": "off"} for spec in CONTROLS if spec.id not in _KEPT and spec.id not in controls}
    if protection == "limits":
        controls["rate-limit"] = {"limits": [PER_ADDRESS]}
    return _whole(breach, controls)


def mended_settings(breach: Breach) -> dict[str, Any]:
    """garrison.yaml with access control switched on."""
    whole = settings_of(breach, "garrison")
    return {**whole, "controls": {**whole["controls"], **breach.policy.mended}}


def policy_of(
    breach: Breach, settings: Mapping[str, Any], contract: Mapping[str, Any], issuers: Issuers, seed: int
) -> Policy:
    """The policy of these settings, with a memory of its own.

    Raises:
        ConfigError, DescriptionError: the breach's own data are wrong.
    """
    state = State(blake2b(f"{breach.name} {seed}".encode(), digest_size=32).digest())
    issuers.introduce(state)
    encoded = json.dumps(contract).encode()
    return build_policy(typed(settings), read=lambda _: encoded, state=state)


def typed(settings: Mapping[str, Any]) -> Settings:
    """Settings as data, read as garrison.yaml is."""
    return load_settings(json.dumps(settings).encode(), "garrison.yaml")


def _whole(breach: Breach, controls: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": 1,
        "mode": "enforce",
        "contract": {"file": CONTRACT},
        "controls": controls,
        "operations": list(breach.policy.operations),
    }
