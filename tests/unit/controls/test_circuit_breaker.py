"""A third party that misbehaves is cut off."""

from typing import Any

import msgspec
import pytest
from tests.unit.controls.third_party import JSON, OK, policy, send
from tests.unit.engine.drive import EVENT_ID, request_head

from garrison.core.event import Event
from garrison.core.http import RequestHead, ResponseHead
from garrison.core.question import Answer
from garrison.engine.circuit import Phase, Terms, Ticket
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Policy
from garrison.engine.step import Ask, Pass, Refuse

BROKEN = (ResponseHead(200, JSON), b'{"nope":1}')
FAILED = (ResponseHead(500, JSON), b"{}")
UNKNOWN = (ResponseHead(404, JSON), b"{}")
LINE = "GET /v1/files"
TO = {"to": "ada@example.com"}
TERMS = Terms(60.0, 4, 0.5, 1.0, 1)


def guarded(**own: Any) -> Policy:
    return policy(circuit_breaker={"least": 4, **own})


def local(under: Policy, status: int) -> Event:
    """An exchange that the data plane answers by itself."""
    exchange = Exchange(under, EVENT_ID, 1.0)
    exchange.request(request_head(LINE))
    exchange.local_reply(status)
    return exchange.close(2.0)


def phase(under: Policy) -> Phase:
    return under.state.circuit.picture().phase


def test_answers_that_break_the_contract_open_it_and_requests_are_refused() -> None:
    under = guarded()
    events = [send(under, TO, answer=BROKEN).event for _ in range(4)]
    assert [reason.id for reason in events[-1].observed] == ["circuit-opened"]
    assert events[-1].observed[0].detail == "4 of 4 exchanges failed, most of all contract"
    refused = send(under, TO)
    assert (refused.refused, refused.event.reasons[0].id) == (503, "circuit-open")
    assert isinstance(refused.request, Refuse)
    assert ("retry-after", "30") in refused.request.reply.headers


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_the_data_plane_says_for_it_counts(status: int) -> None:
    under = guarded()
    for _ in range(4):
        local(under, status)
    assert phase(under) is Phase.OPEN
    assert under.state.circuit.picture().why == ("timeouts" if status == 504 else "errors")


def test_errors_of_its_own_count() -> None:
    under = guarded()
    for _ in range(4):
        send(under, line=LINE, answer=FAILED)
    assert phase(under) is Phase.OPEN


@pytest.mark.parametrize("answer", [UNKNOWN, (ResponseHead(422, (("content-type", "text/html"),)), b"<p>")])
def test_what_a_caller_can_bring_about_does_not_count(answer: Any) -> None:
    under = guarded()
    for _ in range(20):
        send(under, TO, answer=answer)
    assert phase(under) is Phase.CLOSED


def test_requests_that_never_went_out_say_nothing() -> None:
    under = guarded()
    for _ in range(20):
        send(under, {"to": "ada@example.com", "zz": 1})
    assert under.state.circuit.picture().exchanges == 0


def test_answers_of_the_data_plane_about_the_caller_say_nothing() -> None:
    under = guarded()
    for _ in range(20):
        local(under, 408)
    assert under.state.circuit.picture().exchanges == 0


def test_only_what_the_settings_name_counts() -> None:
    under = guarded(counts=["timeouts"])
    for _ in range(20):
        send(under, TO, answer=BROKEN)
        local(under, 502)
    assert phase(under) is Phase.CLOSED


def test_it_closes_again_and_says_so() -> None:
    under = guarded(pause=1, probes=1)
    for _ in range(4):
        local(under, 504)
    exchange = Exchange(under, EVENT_ID, 10.0)
    exchange.request(request_head("POST /v1/messages", JSON, b'{"to":"a@example.com"}'), b'{"to":"a@example.com"}')
    exchange.response(*OK)
    assert [reason.id for reason in exchange.close(11.0).observed] == ["circuit-closed"]
    assert phase(under) is Phase.CLOSED


def test_nobody_takes_a_probe_before_they_have_proved_who_they_are() -> None:
    server = {"url": "https://o.example", "audiences": ["api"], "realm": "o"}
    schemes = {"key": {"introspection": server}}
    own = {"least": 4, "pause": 1, "probes": 1}
    under = policy(circuit_breaker=own, authentication={"schemes": schemes})
    opened = under.state.circuit
    for _ in range(4):
        ticket = opened.admit(TERMS, 1.0)
        assert isinstance(ticket, Ticket)
        opened.note(TERMS, ticket, "errors", 2.0)
    assert phase(under) is Phase.OPEN
    stranger, known = (Exchange(under, EVENT_ID, 10.0) for _ in range(2))
    assert isinstance(stranger.request(asking("nobody")), Ask)
    assert isinstance(known.request(asking("somebody")), Ask)
    holds = {"active": True, "sub": "ada", "aud": "api", "exp": 1000}
    assert isinstance(known.answer(Answer(200, "", msgspec.json.encode(holds))), Pass)
    assert isinstance(stranger.answer(Answer(200, "", b'{"active": false}')), Refuse)
    known.response(ResponseHead(200, (("content-type", "application/octet-stream"), ("content-length", "1"))), b"x")

    assert [reason.id for reason in known.close(11.0).observed] == ["circuit-closed"]


def asking(token: str) -> RequestHead:
    return request_head(LINE, (("x-api-key", token),))


def test_who_is_turned_away_is_counted_once() -> None:
    under = guarded()
    for _ in range(4):
        local(under, 504)
    refused = send(under, TO)
    assert [reason.id for reason in refused.event.reasons] == ["circuit-open"]
    assert under.state.circuit.picture().refused == 1


def test_in_monitor_mode_requests_go_on_and_it_is_on_record() -> None:
    under = policy({"mode": "monitor"}, circuit_breaker={"least": 4})
    for _ in range(4):
        local(under, 504)
    played = send(under, TO)
    assert (played.refused, played.observed) == (0, ["circuit-open "])


def test_in_monitor_mode_what_others_would_refuse_counts() -> None:
    under = policy({"mode": "monitor"}, circuit_breaker={"least": 4})
    for _ in range(4):
        send(under, TO, answer=BROKEN)
    assert phase(under) is Phase.OPEN


def test_an_answer_that_broke_off_says_nothing() -> None:
    under = guarded()
    exchange = Exchange(under, EVENT_ID, 1.0)
    exchange.request(request_head(LINE))
    exchange.response(ResponseHead(200, (("content-type", "application/octet-stream"), ("content-length", "9"))))
    exchange.close(2.0, aborted=True)
    assert under.state.circuit.picture().exchanges == 0


def test_what_a_caller_may_not_see_is_no_fault_of_the_third_partys() -> None:
    budget = {"name": "few", "limit": 1}
    under = policy(circuit_breaker={"least": 4}, exposure={"mode": "enforce", "budgets": [budget]})
    for _ in range(20):
        send(under, line="GET /v1/customers/7/calls/1", answer=(ResponseHead(200, JSON), b'[{"customerId":"a"}]'))
    assert phase(under) is Phase.CLOSED


def test_one_that_is_off_watches_nothing() -> None:
    under = guarded(mode="off")
    for _ in range(20):
        local(under, 504)
    assert under.state.circuit.picture().exchanges == 0
