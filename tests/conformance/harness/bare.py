"""The bare engine: an `Exchange` fed as HTTP would have it, nothing around it."""

from collections.abc import Callable, Iterator

from tests.conformance.harness.seen import Forwarded, Seen
from tests.conformance.values import Answer, Case, Request

from garrison.adapters.event_ids import event_ids
from garrison.core.decision import Mutation
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead
from garrison.core.question import UNANSWERED
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import Ask, Hold, Observe, Pass, Refuse, Step

NOW = 1_700_000_000.0
PIECE = 700  # bytes; so that bodies around the bounds come in several pieces


def run(case: Case, policy: Policy, *, piece: int = PIECE) -> Seen:
    """One exchange. Bodies are fed in pieces of `piece` bytes."""
    exchange = Exchange(policy, event_ids()(NOW), NOW)
    request = case.request
    body = request.body or b""
    step = settled(exchange, exchange.request(request_head(request)), pieces(body, piece))
    if isinstance(step, Refuse):
        return refused(exchange, step, request.method)
    mutation = step.mutation
    if isinstance(step, Observe):
        feed(exchange.request_body, step, pieces(body, piece))
    target = (mutation.target if mutation is not None else None) or request.target
    passed_on = mutation.body if mutation is not None and mutation.body is not None else body
    forwarded = (Forwarded(request.method, target, passed_on),)
    if exchange.response_interest is Interest.NONE:
        answer = case.answer
        return Seen(answer.status, answer.headers, sent_body(case), forwarded, exchange.close(NOW))
    return answered(exchange, case, forwarded, piece)


def answered(exchange: Exchange, case: Case, forwarded: tuple[Forwarded, ...], piece: int) -> Seen:
    """The exchange from the upstream's answer on."""
    answer, body = case.answer, sent_body(case)
    headers = tuple((name.lower(), value) for name, value in answer.headers)
    stated = (("content-length", str(len(body))),) if body else ()  # as the upstreams of the other drivers say
    step: Step = exchange.response(ResponseHead(answer.status, (*headers, *stated), has_body=has_content(case)))
    if isinstance(step, Hold):
        step = feed(exchange.response_body, step, pieces(body, piece))
    assert not isinstance(step, Hold | Ask)
    if isinstance(step, Refuse):
        return refused(exchange, step, case.request.method, forwarded)
    mutation = step.mutation
    if isinstance(step, Observe):
        feed(exchange.response_body, step, pieces(body, piece))
    if mutation is not None:
        headers, body = changed(headers, body, mutation)
    return Seen(answer.status, headers, body, forwarded, exchange.close(NOW))


def refused(exchange: Exchange, step: Refuse, method: str, forwarded: tuple[Forwarded, ...] = ()) -> Seen:
    """The exchange that ends with a reply of ours."""
    reply = step.reply
    body = b"" if method == "HEAD" else reply.body
    return Seen(reply.status, reply.headers, body, forwarded, exchange.close(NOW))


def changed(headers: Headers, body: bytes, mutation: Mutation) -> tuple[Headers, bytes]:
    gone = {*mutation.drop_headers, *(name for name, _ in mutation.set_headers)}
    kept = tuple(pair for pair in headers if pair[0] not in gone)
    return (*kept, *mutation.set_headers), body if mutation.body is None else mutation.body


def request_head(request: Request) -> RequestHead:
    """The head as every HTTP server reads it: field names in lower case, `Host` apart."""
    return RequestHead(
        method=request.method,
        target=request.target,
        authority=request.authority,
        headers=tuple((name.lower(), value) for name, value in request.fields()),
        peer=Peer("127.0.0.1"),
        has_body=bool(request.body) or request.chunked,
    )


def settled(exchange: Exchange, step: Step, parts: Iterator[tuple[bytes, bool]]) -> Pass | Observe | Refuse:
    """What becomes of a request, where nobody answers what must be asked."""
    while isinstance(step, Hold | Ask):
        step = feed(exchange.request_body, step, parts) if isinstance(step, Hold) else exchange.answer(UNANSWERED)
    return step


def feed(method: Callable[[bytes, bool], Step], step: Step, parts: Iterator[tuple[bytes, bool]]) -> Step:
    """Feed a body for as long as it is wanted."""
    while isinstance(step, Hold | Observe):
        step = method(*next(parts))
    return step


def pieces(body: bytes, size: int) -> Iterator[tuple[bytes, bool]]:
    """`body` cut into pieces, the last one marked."""
    for start in range(0, max(len(body), 1), size):
        yield body[start : start + size], start + size >= len(body)


def has_content(case: Case) -> bool:
    """Whether the answer has a body (RFC 9112, 6.3)."""
    return bool(sent_body(case))


def sent_body(case: Case) -> bytes:
    """What of the answer's body the upstream sends to this request (RFC 9110, 6.4.1)."""
    answer: Answer = case.answer
    return b"" if case.request.method == "HEAD" or answer.status in {204, 304} else answer.body
