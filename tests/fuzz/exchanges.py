"""Any exchange, cut and broken off anywhere, against the sample API's policy: the laws hold and an event comes out."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutations import damaged
from tests.properties.exchanges import Made, fields
from tests.unit.engine.drive import EVENT_ID, PEER, cut, play

from garrison.config.load import load_settings
from garrison.core.canonical import canonicalise
from garrison.core.decision import Disposition
from garrison.core.event import Event
from garrison.core.http import Headers, RequestHead, ResponseHead
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import Hold, Observe, Pass, Refuse, Step
from garrison.lab.sample import DESCRIPTION
from garrison.wiring import build_policy


class _Valid(msgspec.Struct, frozen=True):
    """One exchange that the sample API's contract allows."""

    method: str
    target: bytes
    answer: bytes
    body: bytes = b""
    sent: Headers = ()
    status: int = 200
    media_type: str = "application/json"


_JSON: Headers = (("content-type", "application/json"),)
_FORM: Headers = (("content-type", "application/x-www-form-urlencoded"),)
_TEXT: Headers = (("content-type", "text/plain; charset=utf-8"),)
_PARTS: Headers = (("content-type", "multipart/form-data; boundary=b"),)
_KEY: Headers = (("idempotency-key", "6c2f8f0e-5b0a-4c8e-9d38-2f7f6f0f7a11"),)
_CUSTOMER = b'{"accountNumber":"100000001","name":"Ada","email":"a@example.com","plan":"basic","lines":["15550100001"]}'
_NEW = b'{"name":"Ada Example","email":"ada@example.com","plan":"basic","lines":["15550100001"]}'
_PAYMENT = b'{"method":"bank","iban":"DE89370400440532013000","amount":20.5}'
_DOCUMENT = (
    b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nBill\r\n--b\r\nContent-Disposition: form-data; '
    b'name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\x01\r\n--b--\r\n'
)
_ACCOUNT = b"/v1/customers/100000001"
_VALID = (
    _Valid("GET", b"/v1/customers?limit=2&plan=basic&plan=max", b'{"customers":[]}'),
    _Valid("POST", b"/v1/customers", _CUSTOMER, _NEW, _JSON, 201),
    _Valid("POST", b"/v1/customers", _CUSTOMER, b"name=Ada&email=a%40example.com&plan=basic", _FORM, 201),
    _Valid("GET", _ACCOUNT, _CUSTOMER),
    _Valid("PATCH", _ACCOUNT, _CUSTOMER, b'{"plan":"plus"}', _JSON),
    _Valid("DELETE", _ACCOUNT, b"", status=204),
    _Valid("PUT", _ACCOUNT + b"/photo", b"", b"\x89PNG", (("content-type", "image/png"),), 204),
    _Valid("POST", _ACCOUNT + b"/documents", b'{"title":"Bill","bytes":2}', _DOCUMENT, _PARTS, 201),
    _Valid("GET", _ACCOUNT + b"/events", b"data: {}\n\n", media_type="text/event-stream"),
    _Valid("PUT", _ACCOUNT + b"/notes", b"", b"Called about the bill.", _TEXT, 204),
    _Valid("GET", _ACCOUNT + b"/notes", b"Called.", media_type="text/plain"),
    _Valid("GET", _ACCOUNT + b"/invoices?period[from]=2026-01-01&state=open|paid&amount=%7B%22min%22:1%7D", b"[]"),
    _Valid("POST", _ACCOUNT + b"/payments", _PAYMENT, _PAYMENT, (*_JSON, *_KEY), 202),
    _Valid("GET", b"/v1/tariffs/basic,plus", b'{"basic":9.9,"plus":19.9}'),
    _Valid("GET", b"/v1/coverage/;lat=59.3;lon=18.1", b'{"signal":4}'),
    _Valid("GET", b"/v1/maps/.3.4.2", b"\x89PNG", media_type="image/png"),
    _Valid("GET", b"/v1/support/chat", b"", sent=(("upgrade", "websocket"), ("connection", "upgrade")), status=101),
    _Valid("GET", b"/v1/health", b'{"status":"ok"}'),
    _Valid("GET", _ACCOUNT, b"Traceback (most recent call last):\n", status=500, media_type="text/plain"),
)  # fmt: skip
_IN_TARGETS = (
    b"/", b"//", b"..", b";", b"%2e", b"%2F", b"\\", b"%00", b"%", b"%C3%A9", b"%252e", b"?", b"&", b"=", b"+", b"#",
    b",", b"|", b"[from]", b"limit=", b"fields=number", b"%20", b"1", b"-1", b"1e9", b"null", b";lat", b".",
)  # fmt: skip
_IN_BODIES = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\u0000", b"1e9", b"null", b"true", b'"name":"x",', b"--b", b"\r\n",
    b"&", b"=", b"%", b"\x00", b"\xff", b'"method":"card"', b"[" * 100, b'{"a":' * 40, b"9" * 400,
    b'"passwordHash":"x",', b"SQLSTATE[",
)  # fmt: skip
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "")
_sizes = st.lists(st.integers(0, 60), max_size=5)


@st.composite
def _exchanges(draw: Any) -> Made:
    """One that is valid but for up to two of its sides, so that it gets some way."""
    valid = draw(st.sampled_from(_VALID))
    wrong = draw(
        st.frozensets(st.sampled_from(["target", "body", "answer", "sent", "returned", "framing"]), max_size=2)
    )

    def maybe(side: str, right: Any, other: st.SearchStrategy[Any]) -> Any:
        return draw(other) if side in wrong else right

    body = maybe("body", valid.body, damaged(st.just(valid.body), _IN_BODIES, most=3))
    answer = maybe("answer", valid.answer, damaged(st.just(valid.answer), _IN_BODIES, most=3))
    has_answer = maybe("returned", bool(answer), st.booleans())
    head = RequestHead(
        maybe("target", valid.method, st.sampled_from((*_METHODS, valid.method))),
        maybe("target", valid.target, damaged(st.just(valid.target), _IN_TARGETS, most=3)).decode("latin-1"),
        maybe("framing", "api.example.com", st.sampled_from(["", "a b", "API.example.com:80"])),
        (*valid.sent, *maybe("sent", (), st.lists(fields, max_size=2))),
        PEER,
        protocol=maybe("framing", "HTTP/1.1", st.sampled_from(["HTTP/1.0", "HTTP/2"])),
        has_body=bool(body) or maybe("framing", False, st.booleans()),
    )
    returned = (("content-type", valid.media_type), *maybe("returned", (), st.lists(fields, max_size=2)))
    status = maybe("returned", valid.status, st.sampled_from([200, 204, 304, 404, 500, 999]))
    return Made(head, body, (ResponseHead(status, returned, has_answer), answer if has_answer else b""))


def _policy(text: str) -> Policy:
    settings = load_settings(f"{text}\ncontract: {{file: /openapi.yaml}}\n".encode(), "garrison.yaml")
    return build_policy(settings, read=lambda _: DESCRIPTION.read_bytes())


_POLICIES = {
    "enforce": _policy("mode: enforce\ncontrols: {response-schema: {mode: enforce}}"),
    "strip": _policy(
        "mode: enforce\ncontrols: {response-schema: {mode: enforce, action: strip, inspected-bytes: 80}, "
        "request-limits: {inspected-bytes: 80}}"
    ),
    "monitor": _policy("mode: monitor\ncontrols: {response-schema: {mode: enforce, action: strip}}"),
}
_policies = st.sampled_from(sorted(_POLICIES))


@given(_policies, _exchanges(), st.tuples(_sizes, _sizes))
def exchanges(name: str, made: Made, chunks: tuple[list[int], list[int]]) -> None:
    """No exception, no failed control; chunks do not matter; a denial has its reasons; monitor mode lets all pass."""
    policy = _POLICIES[name]
    body = made.body if made.head.has_body else None
    whole = play(policy, made.head, body, made.answer)
    fed = play(policy, made.head, body, made.answer, chunks=chunks)
    assert (fed.request, fed.response, fed.decision) == (whole.request, whole.response, whole.decision)
    assert whole.event.errors == ()
    assert bool(whole.refused) == (not whole.decision.allowed) == bool(whole.decision.reasons)
    assert not whole.refused or 400 <= whole.refused < 600
    assert name != "monitor" or not whole.refused
    _check_event(whole.event, whole.decision.allowed)
    if name == "enforce" and isinstance(whole.request, Pass):
        _check_forwarded(made.head, whole.request)


def _check_event(event: Event, allowed: bool) -> None:
    assert event == msgspec.json.decode(msgspec.json.encode(event), type=Event)
    assert event.allowed == allowed
    assert (event.disposition is Disposition.BLOCKED) == (not allowed)


def _check_forwarded(head: RequestHead, step: Pass) -> None:
    judged = canonicalise(head)
    target = head.target if step.mutation is None or step.mutation.target is None else step.mutation.target
    again = canonicalise(RequestHead("GET", target, "a", (), PEER))
    assert (again.segments, again.query) == (judged.segments, judged.query)


@given(
    _policies, _exchanges(), st.tuples(_sizes, _sizes), st.integers(1, 12), st.sampled_from(["abort", "local reply"])
)
def broken_exchanges(name: str, made: Made, chunks: tuple[list[int], list[int]], steps: int, end: str) -> None:
    """Client or upstream break off after so many steps: an event comes out, whatever was under way."""
    driver = _Driver(Exchange(_POLICIES[name], EVENT_ID, 1.0), steps)
    driver.play(made, chunks)
    if end == "local reply" and not driver.answered:
        driver.exchange.local_reply(503)
    event = driver.exchange.close(0.5, aborted=True)
    assert event.errors == ()
    assert event.duration == 0.0  # the clock went backwards
    _check_event(event, driver.exchange.decision.allowed)


class _Driver:
    """Feeds an exchange until it was asked `left` times."""

    def __init__(self, exchange: Exchange, left: int) -> None:
        self.exchange = exchange
        self.answered = False
        """Whether a response has been fed, or the request was refused."""
        self._left = left

    def play(self, made: Made, chunks: tuple[list[int], list[int]]) -> None:
        """Feed as far as it goes; an observed request's answer may come before its end."""
        exchange = self.exchange
        step = self._feed(lambda: exchange.request(made.head))
        step = self._body(step, cut(made.body, chunks[0]), exchange.request_body)
        if step is None or isinstance(step, Refuse | Hold):
            self.answered = isinstance(step, Refuse)
            return
        if exchange.response_interest is not Interest.NONE and self._left:
            self.answered = True
            answer = self._feed(lambda: exchange.response(made.answer[0]))
            self._body(answer, cut(made.answer[1], chunks[1]), exchange.response_body)

    def _feed(self, feed: Callable[[], Step]) -> Step | None:
        if self._left == 0:
            return None
        self._left -= 1
        return feed()

    def _body(self, step: Step | None, pieces: list[bytes], take: Callable[[bytes, bool], Step]) -> Step | None:
        for index, piece in enumerate(pieces):
            if not isinstance(step, Hold | Observe) or self._left == 0:
                break
            self._left -= 1
            step = take(piece, index == len(pieces) - 1)
        return step
