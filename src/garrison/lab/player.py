"""Plays requests through the real engine, in event time: no network, no clock, no waiting."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

from garrison.core.event import Event
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.question import UNANSWERED
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Interest, Policy
from garrison.engine.step import Ask as Asking
from garrison.engine.step import Pass, Refuse, Step
from garrison.lab.breach import Answer, Ask, Carried
from garrison.lab.tokens import Issuers

_JSON: Headers = (("content-type", "application/json"),)
_HOST = "api.example"


class Played(NamedTuple):
    """What came of one request."""

    event: Event
    refused: bool
    """Whether the client got Garrison's answer instead of the API's."""
    carried: tuple[Carried, ...]
    """Whose data left, as the API says."""
    asked: tuple[Carried, ...]
    """Whose data would have left without Garrison, as far as the API was asked."""


class Player:
    """One policy before one API."""

    def __init__(self, policy: Policy, answer: Callable[[Ask], Answer], issuers: Issuers) -> None:
        self._policy = policy
        self._answer = answer
        self._issuers = issuers
        self._numbers = itertools.count(1)

    @property
    def policy(self) -> Policy:
        """The policy, with all that it remembers."""
        return self._policy

    def play(self, ask: Ask, now: float) -> Played:
        """Let one request come at `now`."""
        exchange = Exchange(self._policy, EventId(f"00000000-0000-7000-8000-{next(self._numbers):012x}"), now)
        step: Step = exchange.request(_head(ask, self._issuers.headers(ask.who)), ask.body)
        while isinstance(step, Asking):
            step = exchange.answer(UNANSWERED)
        if isinstance(step, Refuse):
            return Played(exchange.close(now), refused=True, carried=(), asked=())
        answer = self._answer(ask)
        if exchange.response_interest is Interest.NONE:
            exchange.local_reply(answer.status)
        else:
            step = exchange.response(ResponseHead(answer.status, _JSON), answer.body)
        event = exchange.close(now)
        if isinstance(step, Refuse):
            return Played(event, refused=True, carried=(), asked=answer.carried)
        return Played(event, refused=False, carried=_left(answer, step), asked=answer.carried)


def _head(ask: Ask, credentials: Headers) -> RequestHead:
    headers = credentials if ask.body is None else (*credentials, *_JSON, ("content-length", str(len(ask.body))))
    return RequestHead(ask.method, ask.target, _HOST, headers, Peer(ask.address), has_body=ask.body is not None)


def _left(answer: Answer, step: Step) -> tuple[Carried, ...]:
    """Whose data is in the answer that the client got: in a changed one, that of which it still has the mark."""
    if not isinstance(step, Pass) or step.mutation is None or step.mutation.body is None:
        return answer.carried
    body = step.mutation.body
    return tuple(each for each in answer.carried if (each.mark or each.name).encode() in body)
