"""A control that raises where the request says so, in the place of `error-leakage`."""

import msgspec
from tests.conformance.harness.inside_envoy import Told, writer
from tests.conformance.variants import read

from garrison.adapters.envoy.bridge import FilterConfig
from garrison.adapters.envoy.session import EngineExchanges
from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import CompiledOperation
from garrison.controls.catalogue import CONTROLS
from garrison.core.decision import Outcome, Phase
from garrison.core.ids import ControlId
from garrison.engine.control import Check, Checks, ControlSpec, Reasons
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.wiring import load_contract

RAISING = ControlId("error-leakage")
"""It needs the name of a real control, to have settings."""


def raise_at(phase: Phase) -> Check:
    def check(facts: Facts) -> Outcome:
        if facts.canonical.headers.get("x-raise") == phase:
            raise LookupError("a bug")
        return None

    return check


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    return Checks(
        head=raise_at(Phase.HEAD),
        body=raise_at(Phase.BODY),
        response_head=raise_at(Phase.RESPONSE_HEAD),
        response_body=raise_at(Phase.RESPONSE_BODY),
    )


CONTROL = ControlSpec(RAISING, "Raises", "objector", Reasons(RAISING), compile_checks)


def policy(settings: Settings) -> Policy:
    contract = load_contract(settings, read)
    assert contract is not None
    controls = tuple(CONTROL if spec.id == RAISING else spec for spec in CONTROLS)
    return compile_policy(contract.catalogue, controls, settings, lambda operation: settings.controls)


def make(config: FilterConfig) -> EngineExchanges:
    """What the filter calls."""
    told = msgspec.json.decode(config.settings, type=Told)
    return EngineExchanges(policy(told.settings), writer(told.events))
