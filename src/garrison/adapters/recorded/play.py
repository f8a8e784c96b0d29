"""Plays a recorded exchange through a policy, without a network: the engine is fed what was received then."""

import msgspec

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.core.event import Event
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import UNANSWERED
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import Ask, Hold, Observe, Refuse, Settled, Step


class Played(msgspec.Struct, frozen=True):
    """What a policy decides on a recorded exchange."""

    event: Event
    missing: str = ""
    """What the policy wanted to see and the record does not hold: `request-body`, `response-body`. The decision is
    then that on the rest."""
    principal: Principal = ANONYMOUS
    """Who asked, as far as the policy could find out from the record."""


def play(policy: Policy, recorded: RecordedExchange) -> Played:
    """Feed `recorded` to an exchange under `policy`.

    Deterministic: the record's id and time are the event's, and nothing takes any time.
    """
    exchange = Exchange(policy, EventId(str(recorded.id)), recorded.time)
    missing = _play(exchange, recorded)
    event = exchange.close(recorded.time, aborted=recorded.aborted)
    return Played(event, "" if recorded.aborted else missing, exchange.principal)


def decide_request(policy: Policy, recorded: RecordedExchange) -> Event:
    """What `policy` decides on the request alone, as if nothing were known of the response."""
    exchange = Exchange(policy, EventId(str(recorded.id)), recorded.time)
    _unasked(exchange, exchange.request(recorded.request, recorded.body or b""))
    return exchange.close(recorded.time)


def _play(exchange: Exchange, recorded: RecordedExchange) -> str:
    """Feed request and response; returns what is missing."""
    step = _request(exchange, recorded)
    if isinstance(step, Refuse):
        return ""
    if recorded.local_status:
        exchange.local_reply(recorded.local_status)
        return ""
    if isinstance(step, Hold):
        return "request-body"
    if recorded.response is None:
        # an observed body of which only a part is known was cut off with the exchange, or by who kept it
        return "request-body" if isinstance(step, Observe) else ""
    if exchange.response_interest is Interest.NONE:
        return ""
    return "response-body" if isinstance(_response(exchange, recorded), Hold | Observe) else ""


def _request(exchange: Exchange, recorded: RecordedExchange) -> Settled:
    if recorded.is_whole:
        return _unasked(exchange, exchange.request(recorded.request, recorded.body or b""))
    step = _unasked(exchange, exchange.request(recorded.request))
    if isinstance(step, Hold | Observe) and recorded.body:
        return _unasked(exchange, exchange.request_body(recorded.body, end=False))
    return step


def _unasked(exchange: Exchange, step: Step) -> Settled:
    """What follows where nobody can be asked: what a server said then is not on record, and it may say other now."""
    while isinstance(step, Ask):
        step = exchange.answer(UNANSWERED)
    return step


def _response(exchange: Exchange, recorded: RecordedExchange) -> Settled | None:
    head, body = recorded.response, recorded.response_body
    if head is None:
        return None
    if not head.has_body:
        return exchange.response(head)
    if recorded.is_response_whole:
        return exchange.response(head, body or b"")
    if exchange.response_interest is Interest.OBSERVE:
        return exchange.response(head, body, complete=False)  # as the gateway does it
    step = exchange.response(head)
    if isinstance(step, Hold | Observe) and body:
        step = exchange.response_body(body, end=False)
    return exchange.response_body(b"", end=True, complete=False) if isinstance(step, Observe) else step
