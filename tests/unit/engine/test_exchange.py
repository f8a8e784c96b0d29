"""The exchange step by step: what is asked of the adapter, what is forwarded, and what is recorded."""

import gzip

import pytest
from tests.unit.engine.drive import EVENT_ID, FORM, JSON, PNG, TEXT, play, request_head, small_policy

from garrison.core.decision import Disposition, Mutation
from garrison.core.errors import ProtocolError
from garrison.core.http import Headers, ResponseHead
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import PASS, Hold, Observe, Pass, Refuse

ENFORCE = small_policy("mode: enforce")
MONITOR = small_policy("mode: monitor")
ANSWERS = small_policy("mode: enforce\ncontrols: {response-schema: {mode: enforce}}")
STRIP = small_policy("mode: enforce\ncontrols: {response-schema: {mode: enforce, action: strip}}")
WATCHED = small_policy(
    "mode: enforce\ncontrols: {canonical-form: {mode: monitor}, media-type: {mode: monitor}, "
    "request-limits: {mode: monitor}, request-schema: {mode: monitor}, payload: {mode: monitor}, "
    "error-leakage: {mode: monitor}}"
)
"""Enforced, but for whatever looks at bodies."""

CHUNKED: Headers = (("transfer-encoding", "chunked"),)
OK = ResponseHead(200, JSON)
LIST = b'[{"name":"a"}]'


def begin(policy: Policy = ENFORCE) -> Exchange:
    return Exchange(policy, EVENT_ID, 1.0)


# -- the request


def test_request_without_body_passes_at_once() -> None:
    assert begin().request(request_head("GET /items")) is PASS


def test_body_is_held_until_its_end_where_an_enforced_control_looks_at_it() -> None:
    exchange = begin()
    assert exchange.request(request_head("POST /items", (*JSON, *CHUNKED), b"")) == Hold(1024 * 1024)
    assert exchange.request_body(b'{"name":', False) == Hold(1024 * 1024)
    assert exchange.request_body(b'"a"}', True) is PASS


def test_body_is_observed_where_only_monitoring_controls_look_at_it() -> None:
    exchange = begin(MONITOR)
    assert exchange.request(request_head("POST /items", (*JSON, *CHUNKED), b"")) == Observe(1024 * 1024)
    assert exchange.request_body(b"{", True) is PASS
    assert [reason.id for reason in exchange.close(2.0).observed] == ["invalid-json"]


def test_bound_on_bodies_is_the_smaller_of_both() -> None:
    policy = small_policy("mode: enforce\ncontrols: {request-limits: {body-bytes: 5, inspected-bytes: 9}}")
    exchange = begin(policy)
    assert exchange.request(request_head("POST /items", (*JSON, *CHUNKED), b"")) == Hold(5)
    assert isinstance(exchange.request_body(b"123456", False), Refuse)


def test_body_that_fills_the_bound_is_still_waited_for() -> None:
    policy = small_policy("mode: enforce\ncontrols: {request-limits: {inspected-bytes: 12}}")
    for rest, reasons in ((b"", []), (b" ", ["body-too-large"])):
        exchange = begin(policy)
        exchange.request(request_head("POST /items", (*JSON, *CHUNKED), b""))
        assert exchange.request_body(b'{"name":"a"}', False) == Hold(12)
        exchange.request_body(rest, True)
        assert [reason.id for reason in exchange.close(2.0).reasons] == reasons


def test_answer_that_fills_the_bound_is_still_waited_for() -> None:
    policy = small_policy("mode: enforce\ncontrols: {response-schema: {mode: enforce, inspected-bytes: 14}}")
    for rest, reasons in ((b"", []), (b" ", ["response-too-large"])):
        exchange = begin(policy)
        exchange.request(request_head("GET /items"))
        exchange.response(OK)
        assert exchange.response_body(LIST, False) == Hold(14)
        exchange.response_body(rest, True)
        assert [reason.id for reason in exchange.close(2.0).reasons] == reasons


def test_only_a_declared_stream_may_be_endless() -> None:
    policy = small_policy("mode: enforce\ncontrols: {inventory: {unsafe-allow-undescribed: true}}")
    headers = (("content-type", "text/event-stream"), *CHUNKED)
    assert play(policy, request_head("POST /nowhere", headers, b"x"), b"x").reasons == [
        "length-required header.content-length"
    ]


def test_body_of_bytewise_chunks_costs_no_more_than_its_size() -> None:
    """Copying what came before with each byte would be a quarter of a terabyte here."""
    exchange = begin()
    exchange.request(request_head("POST /items", (*TEXT, *CHUNKED), b""))
    steps = {exchange.request_body(b"x", False) for _ in range(700_000)}
    assert steps == {Hold(1024 * 1024)}


def test_empty_body_is_no_body() -> None:
    for headers in (JSON, FORM, TEXT):
        whole = play(ENFORCE, request_head("POST /items", (*headers, *CHUNKED), b""), b"")
        fed = play(ENFORCE, request_head("POST /items", (*headers, *CHUNKED), b""), b"", chunks=((), ()))
        assert whole.reasons == fed.reasons == ["body-missing body"]


def test_length_of_zero_is_no_body() -> None:
    for chunks in (None, ((), ())):
        assert play(ENFORCE, request_head("GET /items", (), b""), b"", chunks=chunks).reasons == []
        for head in (request_head("POST /items", (), b""), request_head("PUT /items/1", PNG, b"")):
            assert play(ENFORCE, head, b"", chunks=chunks).reasons == ["body-missing body"]


def test_body_that_the_head_denies_is_judged_all_the_same() -> None:
    head = request_head("POST /items", JSON, has_body=False)
    assert play(ENFORCE, head, b"{").reasons == ["invalid-json body"]
    assert "unexpected-body body" in play(ENFORCE, request_head("GET /items"), b"x").reasons


@pytest.mark.parametrize("stated", ["0", "1", "13"])
def test_body_of_another_length_than_stated_is_refused(stated: str) -> None:
    """Whoever believes the head reads another message than whoever reads the body."""
    head = request_head("POST /items", (*JSON, ("content-length", stated)), b'{"name":"a"}')
    for chunks in (None, ((3,), ())):
        result = play(ENFORCE, head, b'{"name":"a"}', chunks=chunks)
        assert result.reasons == ["conflicting-framing header.content-length"]


@pytest.mark.parametrize("line", ["POST /items", "PATCH /items"])
def test_upgrade_header_hides_no_body(line: str) -> None:
    """Only where the contract declares a tunnel does the header make one."""
    headers = (*JSON, ("upgrade", "h2c"), ("connection", "upgrade"))
    assert play(ENFORCE, request_head(line, headers, b"[]"), b"[]").reasons == ["body-invalid body"]
    headers = (*JSON, ("upgrade", "websocket"), ("connection", "upgrade"))
    assert play(ENFORCE, request_head(line, headers, b"[]"), b"[]").reasons == ["unexpected-upgrade header.upgrade"]


def test_declared_tunnel_passes_with_head_only_inspection() -> None:
    headers = (("upgrade", "websocket"), ("connection", "upgrade"))
    result = play(ENFORCE, request_head("GET /chat", headers, has_body=True), None, (ResponseHead(101, headers), b""))
    assert (result.refused, result.reasons) == (0, [])
    assert result.event.uninspected == ("request-body: stream",)


def test_body_to_a_tunnel_that_is_not_asked_for_is_unexpected() -> None:
    assert play(ENFORCE, request_head("GET /chat", JSON, b"{}"), b"{}").reasons == ["unexpected-body body"]


def test_body_that_is_announced_beside_a_tunnel_is_a_body() -> None:
    headers = (*JSON, ("upgrade", "websocket"), ("connection", "upgrade"))
    assert play(ENFORCE, request_head("GET /chat", headers, b"{}"), b"{}").reasons == ["unexpected-body body"]
    chunked = request_head("GET /chat", (*headers, *CHUNKED), has_body=True)
    assert play(ENFORCE, chunked, b"{}").reasons == ["unexpected-body body"]


def test_stream_beside_other_media_types_is_judged_by_its_own() -> None:
    stream = play(ENFORCE, request_head("PATCH /items", (("content-type", "application/x-ndjson"),), b"{"), b"{")
    assert (stream.reasons, stream.event.uninspected) == ([], ("request-body: stream",))
    assert play(ENFORCE, request_head("PATCH /items", JSON, b"{"), b"{").reasons == ["invalid-json body"]


def test_opaque_body_passes_and_is_marked() -> None:
    result = play(ENFORCE, request_head("PUT /items/1", PNG, b"\x89PNG"), b"\x89PNG")
    assert (result.request, result.event.uninspected) == (PASS, ("request-body: opaque",))
    assert result.event.request_bytes == 4


def test_operation_that_streams_is_not_held() -> None:
    exchange = begin()
    assert exchange.request(request_head("POST /feed", (*JSON, *CHUNKED), b"")) is PASS
    assert exchange.response(ResponseHead(200, JSON)) is PASS


# -- what is forwarded


def test_canonical_target_is_forwarded() -> None:
    result = play(ENFORCE, request_head("GET /%69tems/%c3%a9?"))
    assert result.request == Pass(Mutation(target="/items/%C3%A9?"))


def test_canonical_target_goes_with_an_observed_body_too() -> None:
    exchange = begin(WATCHED)
    step = exchange.request(request_head("POST /%69tems", (*JSON, *CHUNKED), b""))
    assert step == Observe(1024 * 1024, Mutation(target="/items"))
    assert exchange.request_body(b"{", False) == Observe(1024 * 1024), "the head has gone on by now"


def test_ambiguous_target_that_is_let_pass_is_left_alone() -> None:
    policy = small_policy("mode: enforce\ncontrols: {canonical-form: {allow-encoded-slash: true}}")
    assert play(policy, request_head("GET /items/a%2fb")).request is PASS
    assert play(policy, request_head("GET /items/a%5cb")).reasons == ["separator-lookalike path"]
    assert play(policy, request_head("GET /items/..%2f..%2f")).reasons == ["dot-segment path"]


def test_monitor_mode_forwards_the_target_as_received() -> None:
    assert play(MONITOR, request_head("GET /%69tems")).request is PASS


# -- the response


def test_answer_is_held_where_an_enforced_control_looks_at_it() -> None:
    exchange = begin(ANSWERS)
    exchange.request(request_head("GET /items"))
    assert exchange.response_interest is Interest.HEAD
    assert exchange.response(OK) == Hold(1024 * 1024)
    assert exchange.response_body(LIST[:5], False) == Hold(1024 * 1024)
    assert exchange.response_body(LIST[5:], True) is PASS


def test_answer_is_observed_where_only_monitoring_controls_look_at_it() -> None:
    exchange = begin()
    exchange.request(request_head("GET /items"))
    assert exchange.response(OK) == Observe(1024 * 1024)
    assert exchange.response_body(b"{}", True) is PASS
    event = exchange.close(2.0)
    assert (event.disposition, [reason.id for reason in event.observed]) == (Disposition.LOGGED, ["response-invalid"])


def test_answer_that_no_control_wants_passes_at_once() -> None:
    exchange = begin()
    exchange.request(request_head("POST /items", JSON, b'{"name":"a"}'), b'{"name":"a"}')
    assert exchange.response(ResponseHead(200, JSON)) is PASS


def test_monitored_gateway_sees_answers_after_the_fact() -> None:
    exchange = begin(MONITOR)
    exchange.request(request_head("GET /items"))
    assert exchange.response_interest is Interest.OBSERVE


def test_answer_without_body_is_not_waited_for() -> None:
    exchange = begin(ANSWERS)
    exchange.request(request_head("GET /items"))
    assert exchange.response(ResponseHead(204, JSON, has_body=False)) is PASS


def test_empty_answer_is_judged_as_one() -> None:
    for chunks in (None, ((), ())):
        result = play(ANSWERS, request_head("GET /items"), None, (OK, b""), chunks=chunks)
        assert result.reasons == ["response-body-missing response.body"]


def test_answer_that_will_not_be_fed_is_too_large() -> None:
    exchange = begin(ANSWERS)
    exchange.request(request_head("GET /items"))
    assert isinstance(exchange.response(OK, complete=False), Refuse)
    assert [reason.id for reason in exchange.close(2.0).reasons] == ["response-too-large"]


def test_compressed_answer_is_read() -> None:
    head = ResponseHead(200, (*JSON, ("content-encoding", "gzip")))
    assert play(ANSWERS, request_head("GET /items"), None, (head, gzip.compress(LIST))).reasons == []
    refused = play(ANSWERS, request_head("GET /items"), None, (head, gzip.compress(b"{}")))
    assert refused.reasons == ["response-invalid body"]


def test_answer_in_an_unknown_coding_is_marked() -> None:
    head = ResponseHead(500, (*TEXT, ("content-encoding", "br")))
    result = play(ENFORCE, request_head("GET /items"), None, (head, b"x"))
    assert result.event.uninspected == ("response-body: unsupported content encoding",)


def test_event_stream_is_never_held() -> None:
    exchange = begin(ANSWERS)
    exchange.request(request_head("GET /events"))
    assert exchange.response(ResponseHead(200, (("content-type", "text/event-stream"),))) is PASS
    assert exchange.close(2.0).uninspected == ("response-body: stream",)


def test_stripped_answer_loses_what_described_the_old_one() -> None:
    head = ResponseHead(200, (*JSON, ("etag", "x")))
    result = play(STRIP, request_head("GET /items"), None, (head, b'[{"name":"a","secret":1}]'))
    assert isinstance(result.response, Pass)
    assert result.response.mutation is not None
    assert result.response.mutation.body == b'[{"name":"a"}]'
    assert {"etag", "content-encoding"} <= set(result.response.mutation.drop_headers)
    assert result.reasons == ["undeclared-property body/0/secret"]
    assert result.event.disposition is Disposition.REWRITTEN


def test_answer_that_is_broken_even_when_stripped_is_refused() -> None:
    result = play(STRIP, request_head("GET /items"), None, (OK, b'[{"name":1,"secret":1}]'))
    assert (result.refused, result.reasons) == (502, ["response-invalid body/0/name"])


def test_leaking_error_leaves_as_a_problem_with_its_own_status() -> None:
    head = ResponseHead(503, (*TEXT, ("server", "x/1.0")))
    result = play(ENFORCE, request_head("GET /items"), None, (head, b"Traceback (most recent call last):"))
    assert isinstance(result.response, Pass)
    mutation = result.response.mutation
    assert mutation is not None
    assert mutation.body is not None
    assert b'"status":503' in mutation.body
    assert EVENT_ID.encode() in mutation.body
    assert b"Traceback" not in mutation.body
    assert "server" in mutation.drop_headers
    assert ("content-type", "application/problem+json") in mutation.set_headers


def test_refusal_tells_the_client_no_reason() -> None:
    result = play(ENFORCE, request_head("GET /items?limit=x"))
    assert isinstance(result.request, Refuse)
    assert b"limit" not in result.request.reply.body
    assert b"parameter" not in result.request.reply.body


def test_undeclared_method_is_told_the_declared_ones() -> None:
    result = play(ENFORCE, request_head("DELETE /items"))
    assert isinstance(result.request, Refuse)
    assert ("allow", "GET, PATCH, POST") in result.request.reply.headers


# -- out of the ordinary


def test_answer_before_the_end_of_an_observed_request_is_judged_by_itself() -> None:
    exchange = begin(WATCHED)
    exchange.request(request_head("POST /items", (*JSON, *CHUNKED), b""))
    exchange.request_body(b'{"half', False)
    exchange.response(ResponseHead(500, TEXT))
    assert exchange.request_body(b"more", False) is PASS
    exchange.response_body(b"Traceback (most recent call last):", True)
    event = exchange.close(2.0)
    assert [reason.id for reason in event.observed] == ["stack-trace"]
    assert event.response_bytes == 34
    assert event.uninspected == ("request-body: answered before its end",)


def test_reply_of_the_data_plane_ends_the_exchange() -> None:
    exchange = begin()
    exchange.request(request_head("GET /items"))
    exchange.local_reply(503)
    assert exchange.response_interest is Interest.NONE
    assert exchange.close(2.0).status == 503


def test_refused_exchange_wants_no_answer() -> None:
    exchange = begin()
    assert isinstance(exchange.request(request_head("GET /nowhere")), Refuse)
    assert exchange.response_interest is Interest.NONE
    with pytest.raises(ProtocolError):
        exchange.response(OK)
    with pytest.raises(ProtocolError):
        exchange.request_body(b"x", True)


def test_feeding_out_of_order_is_an_error() -> None:
    with pytest.raises(ProtocolError):
        begin().response(OK)
    with pytest.raises(ProtocolError):
        begin().response_body(b"", True)
    exchange = begin()
    exchange.request(request_head("GET /items"))
    with pytest.raises(ProtocolError):
        exchange.request(request_head("GET /items"))
    held = begin()
    held.request(request_head("POST /items", (*JSON, *CHUNKED), b""))
    with pytest.raises(ProtocolError):
        held.response(OK)


def test_exchange_that_never_began_closes() -> None:
    event = begin().close(0.5, aborted=True)
    assert (event.disposition, event.method, event.duration) == (Disposition.ABORTED, "", 0.0)


def test_aborted_exchange_is_recorded_as_such_unless_it_was_refused() -> None:
    exchange = begin()
    exchange.request(request_head("GET /items"))
    assert exchange.close(2.0, aborted=True).disposition is Disposition.ABORTED
    refused = begin()
    refused.request(request_head("GET /nowhere"))
    assert refused.close(2.0, aborted=True).disposition is Disposition.BLOCKED
