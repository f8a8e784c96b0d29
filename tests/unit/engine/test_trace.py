"""A traced policy decides as the policy itself, and tells what was answered."""

import pytest
from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import get, policy, post

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import play
from garrison.core.decision import FailMode, Grant, Outcome, Phase
from garrison.core.ids import ControlId
from garrison.engine.answers import Answered, Trace, seen_answers
from garrison.engine.combine import Failed
from garrison.engine.facts import Facts
from garrison.engine.trace import traced


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
@pytest.mark.parametrize("recorded", [get(), get("/pets?limit=0"), get("/cats"), post(b"{}"), post(b"{")])
def test_same_decision(recorded: RecordedExchange, mode: str) -> None:
    trace = Trace()
    assert play(traced(policy(mode=mode), trace), recorded) == play(policy(mode=mode), recorded)
    assert trace.said


def test_what_is_told() -> None:
    trace = Trace()
    event = play(traced(policy(), trace), get("/pets?limit=0")).event
    assert isinstance(trace.said[Phase.HEAD, ControlId("inventory")], Grant)
    assert trace.said[Phase.HEAD, ControlId("request-schema")] == event.reasons
    assert {phase for phase, _ in trace.said} == {Phase.HEAD}


def test_control_that_raises_is_told_as_failed() -> None:
    def broken(facts: Facts) -> Outcome:
        raise ValueError(facts)

    judged = policy()
    (plan, *others) = judged.plans
    first, *rest = plan.head.checks
    head = replace(plan.head, checks=(replace(first, check=broken), *rest))
    judged = replace(judged, plans=(replace(plan, head=head), *others))
    trace = Trace()
    event = play(traced(judged, trace), get()).event
    assert event.errors == (first.control,)
    assert trace.said[Phase.HEAD, first.control] == Failed(FailMode.CLOSED)
    answers = {one.control: one.answer for one in seen_answers(plan, event, trace.said)}
    assert answers[first.control] is Answered.FAILED
