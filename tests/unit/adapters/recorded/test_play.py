"""A recorded exchange is decided as if it were live; what the record lacks is said and never guessed."""

import pytest
from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import get, policy, post

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.play import decide_request, play
from garrison.core.decision import Disposition
from garrison.core.http import ResponseHead

GOOD = get()
BROKEN = replace(GOOD, response_body=b"{}")
ENFORCED = {"response-schema": {"mode": "enforce"}}


@pytest.mark.parametrize(
    ("recorded", "reasons"),
    [
        (GOOD, []),
        (get("/pets?limit=101"), ["parameter-invalid"]),
        (get("/cats"), ["unknown-operation"]),
        (post(b'{"name": "a"}'), []),
        (post(b"{}"), ["body-invalid"]),
        (BROKEN, ["response-invalid"]),
    ],
)
def test_decision(recorded: RecordedExchange, reasons: list[str]) -> None:
    played = play(policy(controls=ENFORCED), recorded)
    assert [reason.id for reason in played.event.reasons] == reasons
    assert (played.event.id, played.event.time, played.missing) == ("a", 1.0, "")


def test_monitor_mode_observes() -> None:
    event = play(policy(mode="monitor"), BROKEN).event
    assert (event.disposition, [reason.id for reason in event.observed]) == (Disposition.LOGGED, ["response-invalid"])


@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_request_body_that_is_not_whole(mode: str) -> None:
    cut = replace(post(b'{"na', is_whole=False), response=None)
    played = play(policy(mode=mode), cut)
    assert (played.event.allowed, played.event.observed, played.missing) == (True, (), "request-body")
    assert play(policy(mode=mode), replace(cut, aborted=True)).missing == ""
    assert play(policy(mode=mode), replace(cut, aborted=True)).event.disposition is Disposition.ABORTED


def test_observed_request_that_was_answered_early() -> None:
    cut = post(b'{"na', is_whole=False)
    played = play(policy(mode="monitor"), cut)
    assert played.missing == ""
    assert played.event.uninspected == ("request-body: answered before its end",)


def test_body_that_is_too_long_needs_no_end() -> None:
    cut = post(b'{"name": "abc', is_whole=False)
    small = policy(controls={"request-limits": {"inspected-bytes": 10}})
    assert [reason.id for reason in play(small, cut).event.reasons] == ["body-too-large"]


def test_response_body_that_is_not_there() -> None:
    gone = replace(GOOD, response_body=None, is_response_whole=False)
    assert play(policy(controls=ENFORCED), gone).missing == "response-body"
    assert play(policy(), replace(gone, aborted=True)).missing == ""


def test_reply_of_the_data_plane() -> None:
    played = play(policy(), replace(GOOD, response=None, response_body=None, local_status=503))
    assert (played.event.status, played.event.disposition) == (503, Disposition.ALLOWED)


def test_request_alone() -> None:
    assert decide_request(policy(controls=ENFORCED), BROKEN).allowed
    assert not decide_request(policy(), get("/cats")).allowed


def test_nothing_of_the_response_is_wanted() -> None:
    off = {"response-schema": {"mode": "off"}, "error-leakage": {"mode": "off"}}
    played = play(policy(controls=off), replace(GOOD, response=ResponseHead(599, ())))
    assert (played.event.status, played.missing) == (0, "")
