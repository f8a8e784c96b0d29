"""What the upstream is asked for can be undone, and nothing more is taken from the client's wishes."""

import pytest
from tests.unit.engine.drive import JSON, play, request_head, small_policy

from garrison.core.decision import Mutation
from garrison.core.http import ResponseHead
from garrison.engine.codings import narrowed
from garrison.engine.plan import Policy
from garrison.engine.step import PASS, Pass

ENFORCE = small_policy("mode: enforce")
MONITOR = small_policy("mode: monitor\ncontrols: {response-schema: {mode: enforce}}")
WATCHED = small_policy("mode: enforce\ncontrols: {error-leakage: {mode: monitor}}")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip;q=0.8"),
        ("GZIP , BR", "GZIP"),
        ("br", "identity"),
        ("*", "identity"),
        ("* ; q=0.5, gzip", "gzip"),
        ("*;q=0.01", "identity"),
        ("dcb, identity;q=0, x-gzip", "identity;q=0, x-gzip"),
        ("gzip, deflate", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("gzip, *;q=0", None),
        ("gzip, * ; q=0.000", None),
        ("", None),
        (",,", None),
    ],
)
def test_narrowed(accepted: str, expected: str | None) -> None:
    assert narrowed(accepted) == expected


def test_upstream_is_asked_for_what_can_be_read() -> None:
    head = request_head("GET /items", (("accept-encoding", "br"), ("accept-encoding", "gzip")))
    step = play(ENFORCE, head).request
    assert step == Pass(Mutation(set_headers=(("accept-encoding", "gzip"),)))


def test_target_and_codings_change_together() -> None:
    step = play(ENFORCE, request_head("GET /%69tems", (("accept-encoding", "gzip, br"),))).request
    assert step == Pass(Mutation(target="/items", set_headers=(("accept-encoding", "gzip"),)))


@pytest.mark.parametrize("policy", [MONITOR, WATCHED], ids=["monitor", "watched"])
def test_nothing_is_touched_where_nothing_is_enforced(policy: Policy) -> None:
    assert play(policy, request_head("GET /items", (("accept-encoding", "gzip, br"),))).request is PASS


def test_nothing_is_touched_that_can_be_read() -> None:
    for headers in ((), (("accept-encoding", "gzip, deflate"),)):
        assert play(ENFORCE, request_head("GET /items", headers)).request is PASS


@pytest.mark.parametrize(
    ("policy", "accepted", "expected"),
    [
        (ENFORCE, "gzip, br", ["unreadable-error"]),
        (ENFORCE, "gzip", ["unreadable-error"]),
        (MONITOR, "gzip", ["unreadable-error", "response-unreadable"]),
        (MONITOR, "gzip, br", ["response-unreadable"]),
    ],
)
def test_coding_nobody_asked_for(policy: Policy, accepted: str, expected: list[str]) -> None:
    """What a gateway that monitors lets the client ask for would not have come to one that enforces."""
    answer = ResponseHead(500, (*JSON, ("content-encoding", "br")))
    result = play(policy, request_head("GET /events", (("accept-encoding", accepted),)), None, (answer, b"?"))
    found = {reason.id for reason in (*result.event.reasons, *result.event.observed)}
    assert found >= set(expected)
    assert ("unreadable-error" in found) == ("unreadable-error" in expected)
    assert result.event.uninspected == ("response-body: unsupported content encoding",)
