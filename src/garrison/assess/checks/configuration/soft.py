"""Soft answers: what a server says to paths that nobody serves.

Many answer 200 to everything, or 405 where they mean 404.
"""

from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.checks.asking import plain
from garrison.assess.compare import alike, is_empty, same, shape_of
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange

_REFUSALS: Final = frozenset({400, 404, 405, 406, 410, 414, 501})


class Nowhere:
    """What the API answers to made-up paths, by the folder they are in."""

    def __init__(self, a: Assessment, identity: Identity | None = None) -> None:
        self._a = a
        self._identity = identity
        self._known: dict[tuple[str, str], Exchange] = {}

    def control(self, path: str, method: str = "GET") -> Exchange:
        """The answer to a made-up path beside `path`."""
        folder = path.rpartition("/")[0]
        if (method, folder) not in self._known:
            made_up = f"{folder}/{self._a.api.sampler.word()}"
            says = "a made-up path beside it is not served"
            self._known[(method, folder)] = self._a.probe.send(plain(method, made_up), self._identity, says=says)
        return self._known[(method, folder)]

    def is_served(self, exchange: Exchange) -> bool:
        """Whether an answer differs from what made-up paths get: somebody serves this one."""
        answer = exchange.answer
        return not (answer.fault or answer.status in _REFUSALS or self.is_unserved(exchange))

    def is_unserved(self, exchange: Exchange) -> bool:
        """Whether made-up paths get the same answer."""
        path = exchange.request.raw_path or exchange.request.url.partition("?")[0]
        return is_nowhere(exchange, self.control(path, exchange.request.method))


def is_nowhere(exchange: Exchange, control: Exchange) -> bool:
    """Whether an answer is what the made-up path of `control` gets as well, which may repeat what was asked for, or say
    something new each time under the same names."""
    answer, other = exchange.answer, control.answer
    if is_alike(answer, other) or is_alike(_nameless(exchange), _nameless(control)):
        return True
    one, two = answer.json(), other.json()
    is_told = answer.status == other.status and NOT_JSON not in (one, two)
    return is_told and not is_empty(one) and shape_of(one) == shape_of(two)


def is_alike(answer: Answer, control: Answer) -> bool:
    """Whether an answer is what a made-up path gets as well."""
    if answer.status != control.status:
        return False
    return same(answer, control) or alike(answer.text, control.text) or not answer.is_success


def _nameless(exchange: Exchange) -> Answer:
    """The answer without the path that was asked for, which many errors repeat."""
    path = exchange.call.target.partition("?")[0]
    body = exchange.answer.body
    for name in (path, path.strip("/"), path.rstrip("/").rpartition("/")[2]):
        if name:
            body = body.replace(name.encode(), b"")
    return msgspec.structs.replace(exchange.answer, body=body)
