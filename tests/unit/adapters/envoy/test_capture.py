"""Keeping what sessions are fed changes nothing of what they decide, and asks for copies of what passes by."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.unit.adapters.envoy.test_session import GOOD, JSON, policy

from garrison.adapters.envoy import bridge
from garrison.adapters.envoy.capture import Bounds, CapturingExchanges
from garrison.adapters.envoy.session import EngineExchanges
from garrison.adapters.recorded.compare import is_same_decision
from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import play
from garrison.adapters.recorded.secrets import Redactor
from garrison.core.event import Event
from garrison.core.http import Headers
from garrison.engine.plan import Policy

CREATED = b'{"id": 1}'


class Desk:
    """Exchanges under one policy, bare or kept."""

    def __init__(self, judged: Policy, *, keeps: bool = True, broken: bool = False) -> None:
        self.events: list[Event] = []
        self.kept: list[RecordedExchange] = []
        self.policy = judged
        self.broken = broken
        own = EngineExchanges(judged, self.events.append)
        self.exchanges: bridge.Exchanges = own
        if keeps:
            self.exchanges = CapturingExchanges(own, self.keep, Redactor(b"k" * 32), Bounds(100, 50))

    def keep(self, recorded: RecordedExchange, now: float) -> None:
        assert now > 0
        if self.broken:
            raise OSError(28, "full")
        self.kept.append(recorded)

    def post(self, body: bytes | None = GOOD, headers: Headers = JSON, target: str = "/things") -> bridge.SessionLike:
        head = ("POST", target, "api.test", "https", "HTTP/1.1", headers)
        return self.exchanges.request(*head, "192.0.2.1", 4711, None, True, body, True)

    def check(self) -> RecordedExchange:
        """The one exchange that was kept, after it was found to decide as it was decided."""
        (recorded,) = self.kept
        assert recorded.event == self.events[-1]
        played = play(self.policy, recorded)
        assert is_same_decision(played.event, self.events[-1])
        assert played.missing == ""
        return recorded


def test_whole_exchange() -> None:
    desk = Desk(policy("enforce", **{"response-schema": {"mode": "enforce"}}))
    session = desk.post()
    assert session.directive == bridge.PASS | bridge.INTEREST_HEAD
    assert session.response(201, JSON, True, CREATED, True) == bridge.PASS | bridge.DONE
    recorded = desk.check()
    assert (recorded.body, recorded.response_body, recorded.is_whole) == (GOOD, CREATED, True)


def test_refused_request() -> None:
    desk = Desk(policy("enforce"))
    session = desk.post(b'{"name": 7}')
    assert session.directive == bridge.REFUSE | bridge.DONE
    assert session.reply[0] == 400
    assert desk.check().body == b'{"name": 7}'


@pytest.mark.parametrize("target", ["/things", "/unknown"])
def test_request_that_was_never_judged(target: str) -> None:
    desk = Desk(policy("enforce"))
    head = ("POST", target, "api.test", "https", "HTTP/1.1", JSON)
    session = desk.exchanges.request(*head, "192.0.2.1", 4711, None, True, None, False)
    assert session.close(True, 0, 0) & 0xF == bridge.PASS
    assert [event.status for event in desk.events] == [0]
    assert not desk.check().is_whole


def test_body_in_chunks_is_the_engines() -> None:
    desk = Desk(policy("enforce", **{"response-schema": {"mode": "enforce"}}))
    session = desk.post(None)
    assert (session.directive, session.limit) == (bridge.HOLD, 1024 * 1024)
    assert session.request_body(b'{"name":', False) == bridge.HOLD
    assert session.request_body(b' "a"}', True) == bridge.PASS | bridge.INTEREST_HEAD
    assert session.response(201, JSON, True, None, True) == bridge.HOLD
    assert session.response_body(b'{"id"', False) == bridge.HOLD
    assert session.response_body(b": 1}", True) == bridge.PASS | bridge.DONE
    recorded = desk.check()
    assert (recorded.body, recorded.response_body) == (b'{"name": "a"}', b'{"id": 1}')


def test_copies_of_what_the_engine_does_not_want() -> None:
    blind = (
        "request-schema",
        "canonical-form",
        "request-limits",
        "media-type",
        "response-schema",
        "error-leakage",
        "payload",
    )
    desk = Desk(policy("monitor", **{name: {"mode": "off"} for name in blind}))
    session = desk.post(None)
    assert session.directive == bridge.OBSERVE | bridge.INTEREST_OBSERVE
    assert (session.limit, session.response_limit) == (100, 50)
    assert session.request_body(GOOD, True) & bridge.DONE == 0
    assert session.response(201, JSON, True, CREATED, True) & bridge.DONE == 0
    assert desk.events == []
    session.close(False, 201, 9)
    recorded = desk.check()
    assert (recorded.body, recorded.response_body, desk.events[0].status) == (GOOD, CREATED, 201)


def test_response_that_the_engine_lets_pass_by_its_head() -> None:
    desk = Desk(policy("enforce"))
    session = desk.post()
    assert session.directive == bridge.PASS | bridge.INTEREST_HEAD
    assert session.response(201, (("content-type", "text/plain"),), True, None, True) == bridge.OBSERVE
    assert session.limit == 50
    assert session.response_body(b"x" * 51, False) & bridge.DONE == 0
    session.close(False, 201, 900)
    recorded = desk.check()
    assert (recorded.response_body, recorded.is_response_whole) == (b"x" * 51, False)


def test_broken_off_and_answered_by_the_data_plane() -> None:
    desk = Desk(policy("enforce"))
    desk.post(None).close(True, 0, 0)
    assert desk.check().aborted
    desk.kept.clear()
    session = desk.post()
    session.local_reply(503, "no healthy upstream")
    session.close(False, 503, 0)
    assert desk.check().local_status == 503


def test_request_that_was_over_before_it_was_judged() -> None:
    for target in ("/things", "/nothing"):
        desk = Desk(policy("enforce"))
        head = ("POST", target, "api.test", "https", "HTTP/1.1", JSON)
        session = desk.exchanges.request(*head, "192.0.2.1", 4711, None, True, None, False)
        session.close(True, 0, 0)
        assert desk.check().aborted


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_keeping_changes_no_event(mode: str) -> None:
    def run(desk: Desk) -> list[Event]:
        for body in (GOOD, b'{"name": 7}', b"{", None):
            session = desk.post(body)
            if session.directive & bridge.DONE:
                continue
            if body is None:
                session.request_body(GOOD, True)
            if not session.response(201, JSON, True, b"{}", True) & bridge.DONE:
                session.close(False, 201, 2)
        return [replace(event, id="", time=0, duration=0, engine=0, upstream=0) for event in desk.events]

    assert run(Desk(policy(mode))) == run(Desk(policy(mode), keeps=False))


def test_secrets_are_not_kept() -> None:
    desk = Desk(policy("enforce"))
    session = desk.post(headers=(*JSON, ("authorization", "Bearer s3cret")), target="/things?token=s3cret")
    assert session.directive & bridge.DONE
    assert "s3cret" not in repr(desk.check())


def test_full_disk_stops_no_traffic(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(policy("enforce"), broken=True)
    for _ in range(5):
        desk.post(b"{")
    assert isinstance(desk.exchanges, CapturingExchanges)
    assert (desk.exchanges.lost, len(desk.events)) == (5, 5)
    told = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in told] == ["1", "2", "3", "5"]


def test_exception_of_the_sink_is_passed_on() -> None:
    def refuse(event: Event) -> None:
        raise OSError(event.id)

    own = EngineExchanges(policy("enforce"), refuse)
    kept: Callable[[RecordedExchange, float], None] = lambda *_: pytest.fail("kept")  # noqa: E731
    exchanges = CapturingExchanges(own, kept, Redactor(b"k" * 32), Bounds(100, 50))
    with pytest.raises(OSError, match="-"):
        exchanges.request(
            "POST", "/things", "a", "http", "HTTP/1.1", JSON, "192.0.2.1", 1, None, True, b"{"
        )  # fmt: skip
