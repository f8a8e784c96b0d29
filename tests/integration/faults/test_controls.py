"""A control with a bug: its error denies, or is only recorded, as its fail mode says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.harness import bare, inside
from tests.conformance.harness.gateway import Gateway, gateway
from tests.conformance.harness.seen import Seen
from tests.conformance.harness.upstream import Upstream
from tests.conformance.rows.answers import CREATED
from tests.conformance.rows.bodies import ADA
from tests.conformance.values import Answer, Case, allow, answers, json
from tests.conformance.variants import CONTRACT
from tests.integration.faults import raising
from tests.integration.faults.misbehaviour import ordinary

from garrison.config.controls import ControlsSettings, ErrorLeakageSettings
from garrison.config.model import Settings
from garrison.core.decision import Disposition, FailMode, Phase

pytestmark = pytest.mark.integration

FACTORY = "tests.integration.faults.raising:make"
PHASES = list(Phase)


def settings(fail: FailMode, mode: str = "enforce") -> Settings:
    controls = ControlsSettings(error_leakage=ErrorLeakageSettings(fail=fail))
    return Settings(mode="enforce" if mode == "enforce" else "monitor", contract=CONTRACT, controls=controls)


@pytest.fixture(scope="module")
def broken_upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture(scope="module", params=["closed", "open", "monitor"])
def broken(
    request: pytest.FixtureRequest,
    broken_upstream: Upstream,
    filter_module: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Gateway]]:
    asked = chosen(request.param)
    with gateway(asked, broken_upstream.port, filter_module, tmp_path_factory.mktemp("broken"), FACTORY) as running:
        yield request.param, running


def chosen(name: str) -> Settings:
    """`closed` and `open` enforce; `monitor` is closed too, and must not matter."""
    return settings(FailMode.OPEN if name == "open" else FailMode.CLOSED, "monitor" if name == "monitor" else "enforce")


def case_at(phase: Phase, answer: Answer = CREATED) -> Case:
    return allow(f"raises at {phase}", json("POST /v1/customers", ADA, ("X-Raise", phase.value)), answer)


def check(name: str, phase: Phase, seen: Seen) -> None:
    assert seen.event is not None
    assert seen.event.disposition is Disposition.ERROR
    assert seen.event.errors == (raising.RAISING,)
    given = [(reason.id, reason.control) for reason in (*seen.event.reasons, *seen.event.observed)]
    if name == "closed":
        assert (seen.status, seen.event.status) == (500, 500)
        assert given == [("control-error", raising.RAISING)]
        assert len(seen.forwarded) == (phase in {Phase.RESPONSE_HEAD, Phase.RESPONSE_BODY})
        assert b"bug" not in seen.body
    else:
        assert (seen.status, seen.event.status) == (CREATED.status, CREATED.status)
        assert seen.body == CREATED.body
        assert len(seen.forwarded) == 1
        assert given == ([("control-error", raising.RAISING)] if name == "monitor" else [])


@pytest.mark.parametrize("phase", PHASES)
def test_the_gateway(phase: Phase, broken: tuple[str, Gateway], broken_upstream: Upstream) -> None:
    name, running = broken
    check(name, phase, running.run(case_at(phase), broken_upstream))
    if name != "monitor":
        ordinary(running, broken_upstream)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", ["closed", "open", "monitor"])
def test_the_middleware_and_the_bare_engine(name: str, phase: Phase) -> None:
    policy = raising.policy(chosen(name))
    check(name, phase, inside.run(case_at(phase), policy))
    check(name, phase, bare.run(case_at(phase), policy))


@pytest.mark.parametrize("name", ["closed", "open"])
def test_an_error_takes_nothing_from_the_other_controls(name: str) -> None:
    """What others object to is denied for their reason too, whatever the fail mode of the one that raised."""
    policy = raising.policy(chosen(name))
    wrong = allow("wrong", json("POST /v1/customers", {"name": 1}, ("X-Raise", "body")), answers(201, {}))
    for seen in (inside.run(wrong, policy), bare.run(wrong, policy)):
        assert seen.event is not None
        assert seen.status == 400
        assert "body-invalid" in {reason.id for reason in seen.event.reasons}
        assert seen.event.disposition is Disposition.ERROR
