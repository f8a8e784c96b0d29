"""Limiting: how an answer tells that somebody asks too often."""

from collections.abc import Sequence
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.call import Answer
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange
from garrison.assess.request import Request

_CHUNK: Final = 10
_WIDTH: Final = 4
_STATUSES: Final = frozenset({420, 423, 429, 503})
_HEADERS: Final = ("ratelimit", "x-ratelimit", "x-rate-limit", "retry-after")


def is_limited(answer: Answer) -> bool:
    """Whether the answer refuses because of how often was asked, or no answer came."""
    return answer.status in _STATUSES or bool(answer.fault)


def tells_limit(answer: Answer) -> bool:
    """Whether the answer says that requests are counted (RateLimit headers, `Retry-After`)."""
    return any(name.startswith(_HEADERS) for name, _ in answer.headers)


def has_limit(exchanges: Sequence[Exchange]) -> bool:
    """Whether a burst ran into a limit: one is refused, counting is announced, or the last ones are answered otherwise
    than the first ones."""
    answers = [each.answer for each in exchanges]
    if any(is_limited(each) or tells_limit(each) for each in answers):
        return True
    return bool(answers) and answers[0].status // 100 != answers[-1].status // 100


def bursts(
    a: Assessment, request: Request, identity: Identity | None, count: int, *, to_refusal: bool = False
) -> tuple[Exchange, ...]:
    """The request, at most `count` times, a few at a time. Ends where a limit speaks (with `to_refusal` only where it
    refuses) or nothing comes any more, so that a target in trouble is left alone."""
    sent: list[Exchange] = []
    while len(sent) < count:
        sent += a.probe.burst([request] * min(_CHUNK, count - len(sent)), _WIDTH, identity)
        if any(is_limited(each.answer) for each in sent) or (not to_refusal and has_limit(sent)):
            break
    return tuple(sent)
