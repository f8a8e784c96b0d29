"""An exchange that waits for an answer: where it stands meanwhile, and what the answer is worth."""

from collections.abc import Sequence

import pytest
from tests.unit.engine.drive import EVENT_ID, JSON, request_head

from garrison.config.controls import ControlsSettings
from garrison.config.model import Settings
from garrison.contract.catalogue import Catalogue, CompiledOperation
from garrison.core.decision import Disposition, Grant, Mode, Outcome, Phase
from garrison.core.errors import ProtocolError
from garrison.core.http import ResponseHead
from garrison.core.ids import ControlId
from garrison.core.question import MAX_QUESTIONS, UNANSWERED, Answer, Question
from garrison.engine.control import Check, Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.engine.step import PASS, Ask, Hold, Refuse

GRANTER, FIRST, ASKER = ControlId("inventory"), ControlId("canonical-form"), ControlId("authentication")
ALLOW = Answer(200, body=b"yes")
CHUNKED = (*JSON, ("transfer-encoding", "chunked"))
REASONS = {name: Reasons(name, ReasonSpec("refused", 403, "refused")) for name in (FIRST, ASKER)}


def question(number: int = 1) -> Question:
    return Question("somebody", str(number).encode(), "text/plain")


def grant(facts: Facts) -> Outcome:
    del facts
    return Grant(GRANTER)


def object_always(facts: Facts) -> Outcome:
    del facts
    return REASONS[FIRST]("refused")


def asks(*numbers: int) -> Check:
    """Asks these questions, one after the other, and objects where one is not answered with yes."""

    def check(facts: Facts) -> Outcome | Question:
        for number in numbers:
            answer = facts.answers.get(question(number))
            if answer is None:
                return question(number)
            if answer != ALLOW:
                return REASONS[ASKER]("refused")
        return None

    return check


def asks_again_and_again(facts: Facts) -> Outcome | Question:
    del facts
    return question()


def spec(name: ControlId, checks: Checks) -> ControlSpec:
    def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del operation, settings
        return checks

    return ControlSpec(
        name, "made up", "granter" if name == GRANTER else "objector", REASONS.get(name, Reasons(name)), compile_checks
    )


def policy(asker: Checks, *, before: Sequence[ControlSpec] = (), mode: Mode = Mode.ENFORCE) -> Policy:
    controls = (spec(GRANTER, Checks(head=grant)), *before, spec(ASKER, asker))
    settings = Settings(mode="enforce" if mode is Mode.ENFORCE else "monitor")
    return compile_policy(Catalogue(), controls, settings, lambda _: ControlsSettings())


def begin(asker: Checks, *, before: Sequence[ControlSpec] = (), mode: Mode = Mode.ENFORCE) -> Exchange:
    return Exchange(policy(asker, before=before, mode=mode), EVENT_ID, 1.0)


def test_the_answer_decides() -> None:
    for answer, status in ((ALLOW, 0), (UNANSWERED, 403)):
        exchange = begin(Checks(head=asks(1)))
        assert exchange.request(request_head("GET /x")) == Ask(question())
        step = exchange.answer(answer)
        assert (step is PASS) == (status == 0)
        assert exchange.close(2.0).status == status


def test_questions_one_after_the_other() -> None:
    exchange = begin(Checks(head=asks(1, 2)))
    assert exchange.request(request_head("GET /x")) == Ask(question(1))
    assert exchange.answer(ALLOW) == Ask(question(2))
    assert exchange.answer(ALLOW) is PASS


def test_for_one_who_is_refused_already_nobody_is_asked() -> None:
    exchange = begin(Checks(head=asks(1)), before=[spec(FIRST, Checks(head=object_always))])
    assert isinstance(exchange.request(request_head("GET /x")), Refuse)
    assert [reason.control for reason in exchange.close(2.0).reasons] == [FIRST]


def test_an_empty_list_of_objections_keeps_nobody_from_asking() -> None:
    exchange = begin(Checks(head=asks(1)), before=[spec(FIRST, Checks(head=lambda _: ()))])
    assert exchange.request(request_head("GET /x")) == Ask(question())
    assert exchange.answer(ALLOW) is PASS


def test_what_waits_for_the_end_is_told_once() -> None:
    told: list[bool] = []

    def wait(facts: Facts) -> Outcome:
        facts.on_close += (lambda: told.append(facts.has_left),)
        return None

    exchange = begin(Checks(head=wait))
    assert exchange.request(request_head("GET /x")) is PASS
    exchange.response(ResponseHead(200, JSON), b"{}")
    exchange.close(2.0)
    exchange.close(3.0)
    assert told == [True]


@pytest.mark.parametrize("phase", [Phase.HEAD, Phase.BODY])
def test_what_was_said_before_the_question_is_not_lost(phase: Phase) -> None:
    first = Checks(head=object_always) if phase is Phase.HEAD else Checks(body=object_always)
    asker = Checks(head=asks(1)) if phase is Phase.HEAD else Checks(body=asks(1))
    exchange = begin(asker, before=[spec(FIRST, first)], mode=Mode.MONITOR)
    assert exchange.request(request_head("POST /x", JSON, b"{}"), b"{}") == Ask(question())
    assert exchange.answer(ALLOW) is PASS
    assert [reason.control for reason in exchange.close(2.0).observed] == [FIRST]


def test_the_body_that_came_with_the_head_is_judged_after_the_answer() -> None:
    exchange = begin(Checks(head=asks(1), body=asks(2)))
    assert exchange.request(request_head("POST /x", JSON, b"{}"), b"{}") == Ask(question(1))
    assert exchange.answer(ALLOW) == Ask(question(2))
    assert exchange.answer(ALLOW) is PASS
    assert exchange.close(2.0).request_bytes == 2


def test_a_body_that_follows_is_asked_for_after_the_answer() -> None:
    exchange = begin(Checks(head=asks(1), body=asks(2)))
    assert exchange.request(request_head("POST /x", CHUNKED, b"{}")) == Ask(question(1))
    assert isinstance(exchange.answer(ALLOW), Hold)
    assert exchange.request_body(b"{}", True) == Ask(question(2))
    assert exchange.answer(ALLOW) is PASS


def test_nothing_else_may_be_fed_while_it_waits() -> None:
    exchange = begin(Checks(head=asks(1)))
    with pytest.raises(ProtocolError):
        exchange.answer(ALLOW)
    exchange.request(request_head("POST /x", CHUNKED, b"{}"))
    with pytest.raises(ProtocolError):
        exchange.request_body(b"{}", True)
    with pytest.raises(ProtocolError):
        exchange.response(ResponseHead(200, JSON))


def test_a_client_that_leaves_was_not_refused() -> None:
    exchange = begin(Checks(head=asks(1)))
    exchange.request(request_head("GET /x"))
    event = exchange.close(2.0, aborted=True)
    assert (event.disposition, event.reasons, event.status) == (Disposition.ABORTED, (), 0)


def test_a_granter_that_still_asks_has_refused_nothing() -> None:
    def ask(facts: Facts) -> Outcome | Question:
        return grant(facts) if facts.answers else question()

    settings = Settings(mode="enforce")
    controls = [spec(GRANTER, Checks(head=ask))]
    waiting = Exchange(compile_policy(Catalogue(), controls, settings, lambda _: ControlsSettings()), EVENT_ID, 1.0)
    assert waiting.request(request_head("GET /x")) == Ask(question())
    event = waiting.close(2.0, aborted=True)
    assert (event.disposition, event.reasons) == (Disposition.ABORTED, ())


def test_the_data_plane_may_answer_while_it_waits() -> None:
    exchange = begin(Checks(head=asks(1)))
    exchange.request(request_head("GET /x"))
    exchange.local_reply(408)
    assert exchange.close(2.0).status == 408
    with pytest.raises(ProtocolError):
        exchange.answer(ALLOW)


@pytest.mark.parametrize(
    ("checks", "asked"),
    [(Checks(head=asks_again_and_again), 1), (Checks(head=asks(*range(MAX_QUESTIONS + 1))), MAX_QUESTIONS)],
    ids=["the same again", "too many"],
)
def test_a_control_that_never_has_enough_fails_closed(checks: Checks, asked: int) -> None:
    exchange = begin(checks)
    step = exchange.request(request_head("GET /x"))
    for _ in range(asked):
        assert isinstance(step, Ask)
        step = exchange.answer(ALLOW)
    assert isinstance(step, Refuse)
    assert exchange.close(2.0).errors == (ASKER,)


@pytest.mark.parametrize("phase", [Phase.RESPONSE_HEAD, Phase.RESPONSE_BODY])
def test_a_response_waits_for_nobody(phase: Phase) -> None:
    checks = Checks(response_head=asks(1)) if phase is Phase.RESPONSE_HEAD else Checks(response_body=asks(1))
    exchange = begin(checks)
    exchange.request(request_head("GET /x"))
    assert isinstance(exchange.response(ResponseHead(200, JSON), b"{}"), Refuse)
    assert exchange.close(2.0).errors == (ASKER,)


def test_what_has_left_waits_for_nobody() -> None:
    exchange = begin(Checks(body=asks(1)), mode=Mode.MONITOR)
    exchange.request(request_head("POST /x", CHUNKED, b"{}"))
    assert exchange.request_body(b"{}", True) is PASS
    assert exchange.close(2.0).errors == (ASKER,)


def test_a_gateway_that_monitors_asks_and_lets_pass() -> None:
    exchange = begin(Checks(head=asks(1)), mode=Mode.MONITOR)
    assert exchange.request(request_head("GET /x")) == Ask(question())
    assert exchange.answer(UNANSWERED) is PASS
    assert [reason.id for reason in exchange.close(2.0).observed] == ["refused"]
