"""The engine behind the filter: directives for steps, one event for each exchange."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from garrison.adapters.envoy import bridge
from garrison.adapters.envoy.session import EngineExchanges, EngineSession
from garrison.adapters.event_ids import event_ids
from garrison.config.load import load_settings
from garrison.core.decision import Disposition
from garrison.core.errors import RecordError
from garrison.core.event import Event
from garrison.core.http import Headers
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Policy
from garrison.wiring import build_policy

CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {"name": {"type": "string"}},
                            }
                        }
                    },
                },
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {"application/json": {"schema": {"type": "object", "required": ["id"]}}},
                    }
                },
            }
        }
    },
}
JSON: Headers = (("content-type", "application/json"),)
GOOD = b'{"name": "a"}'


def policy(mode: str, **controls: Any) -> Policy:
    text = json.dumps({"mode": mode, "contract": {"file": "things.json"}, "controls": controls})
    settings = load_settings(text.encode(), "garrison.yaml")
    return build_policy(settings, read=lambda _: json.dumps(CONTRACT).encode())


TLS = ("TLSv1.3", "api.test", "", "", "", "")


class Desk:
    """Exchanges under one policy, and the events they gave."""

    def __init__(self, mode: str, **controls: Any) -> None:
        self.events: list[Event] = []
        self.exchanges = EngineExchanges(policy(mode, **controls), self.events.append)

    def post(
        self, target: str = "/things", body: bytes | None = GOOD, *, has_body: bool = True, judged: bool = True
    ) -> EngineSession:
        head = ("POST", target, "api.test", "https", "HTTP/1.1", JSON)
        return self.exchanges.request(*head, "192.0.2.1", 4711, TLS, has_body, body, judged)


def enforcing() -> Desk:
    return Desk("enforce", **{"response-schema": {"mode": "enforce"}})


def test_passed_request_asks_for_the_response() -> None:
    desk = enforcing()
    session = desk.post()
    assert session.directive == bridge.PASS | bridge.INTEREST_HEAD
    assert session.response_limit > 0
    assert desk.events == []


def test_response_with_its_body_ends_the_exchange() -> None:
    desk = enforcing()
    session = desk.post()
    assert session.response(201, JSON, True, b'{"id": 1}', True) == bridge.PASS | bridge.DONE
    (event,) = desk.events
    assert (event.status, event.disposition, event.response_bytes) == (201, Disposition.ALLOWED, 9)
    assert (event.peer, event.request_bytes) == ("192.0.2.1", len(GOOD))


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_failures_pass_where_nothing_is_enforced(mode: str) -> None:
    desk = Desk("enforce")
    assert not desk.exchanges.fail_open
    desk.exchanges.policy = policy(mode)
    assert desk.exchanges.fail_open == (mode == "monitor")


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_request_that_was_never_judged_is_on_record(mode: str) -> None:
    desk = Desk(mode)
    session = desk.post(body=None, judged=False)
    assert desk.events == []
    session.close(True, 0, 0)
    (event,) = desk.events
    assert (event.operation, event.disposition, event.status) == ("POST /things", Disposition.ABORTED, 0)
    assert (event.reasons, event.observed) == ((), ())


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_request_that_nobody_could_read_is_on_record(mode: str) -> None:
    desk = Desk(mode)
    session = desk.exchanges.request("", "", "", "", "HTTP/1.1", (), "192.0.2.1", 4711, None, False, None, False)
    session.local_reply(426, "low_version")
    session.close(True, 426, 10)
    (event,) = desk.events
    assert (event.method, event.peer, event.status, event.response_bytes) == ("", "192.0.2.1", 426, 10)
    assert (event.reasons or event.observed) != ()


def test_refused_request_ends_the_exchange() -> None:
    desk = enforcing()
    session = desk.post(body=b'{"name": 1}')
    assert session.directive == bridge.REFUSE | bridge.DONE
    status, headers, body = session.reply
    (event,) = desk.events
    assert (status, event.status, event.disposition) == (400, 400, Disposition.BLOCKED)
    assert dict(headers)["content-type"] == "application/problem+json"
    assert event.id in json.loads(body)["instance"]


def test_body_that_follows_is_held_and_judged() -> None:
    desk = enforcing()
    session = desk.post(body=None)
    assert session.directive == bridge.HOLD
    assert session.limit > 0
    assert session.request_body(b'{"name": 1}', True) == bridge.REFUSE | bridge.DONE
    assert [event.disposition for event in desk.events] == [Disposition.BLOCKED]


def test_what_must_be_recorded_and_is_not_is_refused() -> None:
    desk = enforcing()

    def full(event: Event) -> None:
        desk.events.append(event)
        raise RecordError("no space")

    desk.exchanges.sink = full
    for body in (b'{"name": 1}', GOOD):
        session = desk.post(body=body)
        directive = session.directive if body != GOOD else session.response(201, JSON, True, b'{"id": 1}', True)
        assert directive == bridge.REFUSE | bridge.DONE
        status, _, problem = session.reply
        assert (status, json.loads(problem)["instance"]) == (503, f"urn:uuid:{desk.events[-1].id}")
    assert len(desk.events) == 2  # each was tried once


def test_monitor_observes_and_changes_nothing() -> None:
    desk = Desk("monitor")
    session = desk.post(body=None)
    assert session.directive == bridge.OBSERVE | bridge.INTEREST_OBSERVE
    assert session.request_body(b'{"name": 1}', True) == bridge.PASS | bridge.INTEREST_OBSERVE
    assert session.response(201, JSON, True, b"{}", True) == bridge.PASS | bridge.DONE
    (event,) = desk.events
    assert event.disposition is Disposition.LOGGED
    assert event.observed


def test_refused_response_ends_the_exchange() -> None:
    desk = enforcing()
    session = desk.post()
    assert session.response(201, JSON, True, b'{"no": "id"}', True) == bridge.REFUSE | bridge.DONE
    assert [event.status for event in desk.events] == [session.reply[0]]


def test_response_body_that_follows_is_held_and_judged() -> None:
    desk = enforcing()
    session = desk.post()
    assert session.response(201, JSON, True, None, True) == bridge.HOLD
    assert session.response_body(b'{"id": 1}', True) == bridge.PASS | bridge.DONE
    assert len(desk.events) == 1


def test_response_too_long_to_observe_is_closed_at_its_end() -> None:
    desk = Desk("monitor")
    session = desk.post()
    assert session.response(201, JSON, True, None, False) == bridge.PASS
    assert desk.events == []
    session.close(False, 201, 5_000_000)
    assert [(event.status, event.response_bytes) for event in desk.events] == [(201, 5_000_000)]


def test_own_reply_of_the_proxy_is_in_the_event() -> None:
    desk = enforcing()
    session = desk.post()
    session.local_reply(503, "no_healthy_upstream")
    session.close(False, 503, 91)
    assert [(event.status, event.response_bytes) for event in desk.events] == [(503, 91)]


def test_aborted_exchange_is_an_event() -> None:
    desk = enforcing()
    desk.post().close(True, 0, 0)
    assert [event.disposition for event in desk.events] == [Disposition.ABORTED]


def test_canonical_target_is_what_is_forwarded() -> None:
    session = enforcing().post("/%74hings")
    assert session.directive == bridge.PASS | bridge.MUTATE | bridge.INTEREST_HEAD
    assert session.mutation == ("/things", (), (), None)


def test_replaced_policy_is_for_new_exchanges() -> None:
    desk = Desk("monitor")
    before = desk.post(body=None)
    desk.exchanges.policy = policy("enforce")
    assert desk.post("/other", body=None).directive == bridge.REFUSE | bridge.DONE
    assert before.request_body(b"{}", True) == bridge.PASS | bridge.INTEREST_OBSERVE


CALLS: dict[str, Callable[[Desk, EngineSession], object]] = {
    "request": lambda desk, _: desk.post(),
    "request_body": lambda _, session: session.request_body(b"{}", True),
    "response": lambda _, session: session.response(201, JSON, True, b"{}", True),
    "response_body": lambda _, session: session.response_body(b"{}", True),
}


@pytest.mark.parametrize("method", CALLS)
def test_error_of_the_engine_is_an_event_and_raises(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter then does what the fail mode says."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    desk = enforcing()
    session = desk.post(body=None)
    monkeypatch.setattr(Exchange, method, broken)
    with pytest.raises(ZeroDivisionError):
        CALLS[method](desk, session)
    assert [event.disposition for event in desk.events] == [Disposition.ERROR]


def test_closing_stops_what_works_in_the_background() -> None:
    stopped: list[bool] = []
    exchanges = EngineExchanges(policy("monitor"), lambda _: None)
    exchanges.on_close = lambda: stopped.append(True)
    exchanges.close()
    assert stopped == [True]
    EngineExchanges(policy("monitor"), lambda _: None).close()


def test_event_ids_differ_and_sort_by_time() -> None:
    desk = enforcing()
    for _ in range(50):
        desk.post().close(False, 201, 0)
    ids = [event.id for event in desk.events]
    assert ids == sorted(set(ids))


def test_event_ids_differ_and_sort_within_a_millisecond() -> None:
    new_id = event_ids()
    ids = [new_id(1.0) for _ in range(10_000)] + [new_id(1.001), new_id(2.0)]
    assert ids == sorted(set(ids))
    assert {len(each) for each in ids} == {36}
    assert new_id(1.0) not in ids, "the clock may be set back"
