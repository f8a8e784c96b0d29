"""Controls and engine that fail: the declared fail mode, and never an exception to the adapter."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from tests.model import reference_model as model
from tests.model.generated import compiled, spec_of
from tests.unit.engine.drive import EVENT_ID, JSON, TEXT, request_head, small_policy

from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import Catalogue, Match, Miss
from garrison.contract.targets import TargetMemory
from garrison.core.decision import Disposition, Mode
from garrison.core.http import ResponseHead
from garrison.engine.control import Checks
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import Interest, Plan, Policy, compile_policy
from garrison.engine.stage import PlannedCheck
from garrison.engine.step import PASS, Hold, Observe, Refuse

ENFORCE = small_policy("mode: enforce")
MONITOR = small_policy("mode: monitor")


class BrokenCatalogue(Catalogue):
    """Raises before anything is known of a request."""

    def match(self, method: str, host: str, segments: tuple[str, ...]) -> Match | Miss:
        raise ZeroDivisionError


def broken(policy: Policy) -> Policy:
    return msgspec.structs.replace(policy, targets=TargetMemory(BrokenCatalogue()))


def test_engine_error_denies_and_says_nothing_of_itself() -> None:
    exchange = Exchange(broken(ENFORCE), EVENT_ID, 1.0)
    step = exchange.request(request_head("GET /items"))
    assert isinstance(step, Refuse)
    assert step.reply.status == 500
    assert b"Zero" not in step.reply.body
    event = exchange.close(2.0)
    assert (event.disposition, event.status, event.errors) == (Disposition.ERROR, 500, ("engine",))
    assert [reason.id for reason in event.reasons] == ["control-error"]
    assert (event.method, event.peer) == ("GET", "192.0.2.1"), "what is known is recorded"


def test_engine_error_in_monitor_mode_changes_nothing() -> None:
    exchange = Exchange(broken(MONITOR), EVENT_ID, 1.0)
    assert exchange.request(request_head("GET /items")) is PASS
    assert exchange.response_interest is Interest.NONE, "without facts there is nothing to judge an answer by"
    event = exchange.close(2.0)
    assert (event.disposition, event.reasons) == (Disposition.ERROR, ())
    assert [reason.id for reason in event.observed] == ["control-error"]


BODY = b'{"a":[1]}'


def broken_limits(policy: Policy) -> Policy:
    """Decoding a body raises, whatever the operation."""

    def mend(plan: Plan) -> Plan:
        return msgspec.structs.replace(plan, limits=None, response_inspected_bytes=100)

    return msgspec.structs.replace(policy, plans=tuple(map(mend, policy.plans)))


def test_engine_error_over_a_held_body_denies() -> None:
    exchange = Exchange(broken_limits(ENFORCE), EVENT_ID, 1.0)
    assert isinstance(exchange.request(request_head("POST /items", JSON, BODY)), Hold)
    assert isinstance(exchange.request_body(BODY, True), Refuse)
    assert exchange.close(2.0).disposition is Disposition.ERROR


def test_engine_error_over_what_has_left_is_recorded_and_the_answer_still_judged() -> None:
    watched = small_policy(
        "mode: enforce\ncontrols: {canonical-form: {mode: monitor}, media-type: {mode: monitor}, "
        "request-limits: {mode: monitor}, request-schema: {mode: monitor}, payload: {mode: monitor}}"
    )
    exchange = Exchange(broken_limits(watched), EVENT_ID, 1.0)
    assert isinstance(exchange.request(request_head("POST /items", JSON, BODY)), Observe)
    assert exchange.request_body(BODY, True) is PASS
    assert exchange.response_interest is Interest.HEAD
    step = exchange.response(ResponseHead(500, TEXT), b"Traceback (most recent call last):")
    assert step is not PASS, "the leaking answer is rewritten"
    event = exchange.close(2.0)
    assert (event.disposition, event.errors, event.status) == (Disposition.ERROR, ("engine",), 500)
    assert [reason.id for reason in event.observed] == ["control-error"]
    assert [reason.id for reason in event.reasons] == ["stack-trace"]


GRANTER = model.Control("inventory", True, {"head": "grant"})


@pytest.mark.parametrize("word", ["fail", "babble"])
@pytest.mark.parametrize("phase", model.PHASES)
@pytest.mark.parametrize("fails_open", [True, False])
def test_failing_control_means_what_its_fail_mode_says(word: Any, phase: model.Phase, fails_open: bool) -> None:
    controls = [GRANTER, model.Control("media-type", False, {phase: word})]
    policy = model.Policy("enforce", {}, frozenset({"media-type"} if fails_open else ()))
    exchange = Exchange(compiled(controls, policy), EVENT_ID, 1.0)
    steps = [exchange.request(request_head("POST /x", JSON, b"{}"), b"{}")]
    if not isinstance(steps[0], Refuse):
        steps.append(exchange.response(ResponseHead(200, JSON), b"{}"))
    event = exchange.close(2.0)
    assert isinstance(steps[-1], Refuse) == (not fails_open)
    assert (event.disposition, event.errors) == (Disposition.ERROR, ("media-type",))
    assert [reason.id for reason in event.reasons] == ([] if fails_open else ["control-error"])


def test_control_that_cannot_say_what_it_wants_is_shown_the_answer() -> None:
    def raising(facts: Facts) -> bool:
        raise ZeroDivisionError

    def unsure(planned: PlannedCheck) -> PlannedCheck:
        is_leakage = planned.control == "error-leakage"
        return msgspec.structs.replace(planned, wants_response=raising) if is_leakage else planned

    policy = small_policy("mode: enforce\ncontrols: {response-schema: {mode: off}}")
    plans = tuple(_with_answers(plan, unsure) for plan in policy.plans)
    exchange = Exchange(msgspec.structs.replace(policy, plans=plans), EVENT_ID, 1.0)
    exchange.request(request_head("GET /items"))
    assert isinstance(exchange.response(ResponseHead(200, JSON)), Hold)


def _with_answers(plan: Plan, change: Callable[[PlannedCheck], PlannedCheck]) -> Plan:
    stage = msgspec.structs.replace(plan.response_body, checks=tuple(map(change, plan.response_body.checks)))
    return msgspec.structs.replace(plan, response_body=stage)


@pytest.mark.parametrize(
    ("own", "gateway", "mode"),
    [
        ({}, "enforce", Mode.ENFORCE),
        ({}, "monitor", Mode.MONITOR),
        ({"media-type": "monitor"}, "enforce", Mode.MONITOR),
        ({"media-type": "enforce"}, "monitor", Mode.MONITOR),
        ({"media-type": "off"}, "enforce", Mode.OFF),
        ({"media-type": "off"}, "monitor", Mode.OFF),
    ],
)
def test_plan_shows_the_mode_in_force(own: Mapping[str, model.Mode], gateway: Any, mode: Mode) -> None:
    policy = compiled([GRANTER, model.Control("media-type", False, {"head": "nothing"})],
                      model.Policy(gateway, own, frozenset()))  # fmt: skip
    entry = policy.undescribed.entries[1]
    assert (entry.mode, entry.state) == (mode, "off" if mode is Mode.OFF else "active")


@pytest.mark.parametrize("grants", [True, False])
def test_only_an_objector_may_look_away(grants: bool) -> None:
    """What a granter does not look at it cannot grant."""

    def never(facts: Facts) -> bool:
        return False

    def nothing(facts: Facts) -> None:
        return None

    spec = msgspec.structs.replace(
        spec_of(model.Control("inventory", grants, {})),
        compile=lambda operation, settings: Checks(response_body=nothing, wants_response=never),
    )
    policy = compile_policy(Catalogue(), [spec], Settings(), lambda _: ControlsSettings())
    (planned,) = policy.undescribed.response_body.checks
    assert planned.wants_response is (None if grants else never)
