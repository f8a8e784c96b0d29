"""The engine inside Envoy, driven as the filter and the guard do it."""

import os
from pathlib import Path

import msgspec
import pytest

from garrison import gateway
from garrison.adapters.envoy import control
from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.handover import Checked, Handover, store_checked
from garrison.adapters.envoy.session import EngineExchanges
from garrison.config.model import Settings
from garrison.core.decision import Mode
from garrison.core.errors import GatewayError
from garrison.engine.plan import Policy
from garrison.engine.state import State

MONITOR, ENFORCE = Checked(Settings()), Checked(Settings(mode="enforce"))


def test_a_reload_that_the_guard_has_given_up_is_not_put_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that the old policy stays in force, and an Envoy that is started again would have that."""
    file, socket = tmp_path / "policy", tmp_path / "s"
    reading, writing = os.pipe()
    store_checked(MONITOR, file)
    handover = Handover(str(file), str(socket), writing)
    exchanges = gateway.engine(FilterConfig("", settings=msgspec.Raw(msgspec.json.encode(handover))))
    assert isinstance(exchanges, EngineExchanges)
    compiled = gateway._policy

    def mode() -> Mode:
        return exchanges.policy.mode

    def given_up_meanwhile(checked: Checked, state: State) -> Policy:
        store_checked(MONITOR, file)
        return compiled(checked, state)

    with monkeypatch.context() as slow:
        slow.setattr(gateway, "_policy", given_up_meanwhile)
        store_checked(ENFORCE, file)
        with pytest.raises(GatewayError, match="was taken back"):
            control.request(socket, "reload", timeout=60)
    assert mode() is Mode.MONITOR
    store_checked(ENFORCE, file)
    control.request(socket, "reload", timeout=60)
    assert mode() is Mode.ENFORCE
    exchanges.close()
    os.close(reading)
    os.close(writing)
