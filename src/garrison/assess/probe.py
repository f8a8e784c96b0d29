"""The probe: all that is sent goes through here. It counts, bounds, logs in, and remembers what was made."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

import msgspec

from garrison.assess.call import Answer, Call, Transport
from garrison.assess.compare import succeeded
from garrison.assess.identity import ANONYMOUS, Credential, Identity, LoginError
from garrison.assess.request import Request
from garrison.assess.target import SAFE, collection_of
from garrison.core.ids import OperationId

_EXPIRING: Final = 2.0
"""Seconds before its end at which a credential is renewed."""
_CLEANING: Final = 5_000
"""Requests to take away what was made."""
_MAX_LOGINS: Final = 60
"""Times that one identity logs in: more would be a siege."""
INTERRUPTED: Final = "it was interrupted"
"""Why nothing more is sent where somebody wanted the assessment to end."""


class Exchange(msgspec.Struct, frozen=True):
    """One request that was sent, as whom, and the answer."""

    request: Request
    call: Call
    answer: Answer
    identity: Identity | None = None
    credential: Credential = ANONYMOUS
    """What went out with it."""
    says: str = ""
    """What it shows."""

    def says_that(self, text: str) -> "Exchange":
        """This exchange with what it shows: a sentence without a full stop."""
        return msgspec.structs.replace(self, says=text)

    @property
    def is_success(self) -> bool:
        """Whether the answer is a success and no error told with a good status."""
        return succeeded(self.answer)


class Limits(msgspec.Struct, frozen=True):
    """How much may be sent."""

    per_operation: int = 150
    in_all: int = 20_000
    until: float = float("inf")
    """Seconds since the epoch at which nothing more is sent."""
    is_safe: bool = False
    """Send no unsafe method but to what the assessment made itself."""


class Stop(Exception):  # noqa: N818 - no error: the runner takes it and notes what was not tested
    """A request was not sent; says why. Checks never catch it."""


class Probe:
    """Sends requests to one API. Raises `Stop` instead of sending what may not be sent."""

    def __init__(self, transport: Transport, limits: Limits, now: Callable[[], float]) -> None:
        self._transport = transport
        self._limits = limits
        self._now = now
        self._credentials: dict[str, Credential] = {}
        self._logins: Counter[str] = Counter()
        self._alive: dict[str, Request] = {}
        """By identity: a request that is known to succeed for it."""
        self._lost: dict[str, str] = {}
        """By identity: why it cannot be used any more."""
        self._allowed: tuple[OperationId | None, int] | None = None
        self._own: set[tuple[str, str]] = set()
        """Where objects of the assessment's own are, and their ids; without a place wherever the id stands."""
        self.welcomes: dict[str, Answer] = {}
        """By identity: the last answer as it logged in, which often tells who it is."""
        self.sent: Counter[OperationId | None] = Counter()
        """Requests by operation; None counts those to nothing that is described."""
        self.log: list[Exchange] = []
        """Every exchange that changed something, in order."""
        self.reserved = 0.0
        """Share of the requests to each operation that is kept for what comes later."""
        self.busiest: OperationId | None = None
        """The operation that most checks go through, logging in: of it twice that share is kept."""
        self.stopped = ""
        """Why nothing more is sent; empty while it is."""
        self._is_cleaning = False
        self.changed: Callable[[Exchange], None] = lambda exchange: None
        """Told of each of them: what was made must be taken away again."""

    @property
    def origin(self) -> str:
        """The target's scheme, host and port."""
        return self._transport.origin

    @property
    def total(self) -> int:
        """Requests sent so far."""
        return self.sent.total()

    @property
    def lost(self) -> dict[str, str]:
        """Identities that stopped working, and why."""
        return dict(self._lost)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now()

    def left(self, operation: OperationId) -> int:
        """Requests that may still be sent to the operation."""
        return max(0, self._most(operation) - self.sent[operation])

    def _most(self, operation: OperationId | None) -> int:
        """Requests that may go to an operation up to now."""
        reserved = self.reserved * (2 if operation == self.busiest else 1)
        return int(self._limits.per_operation * (1 - reserved))

    @contextlib.contextmanager
    def allowance(self, operation: OperationId | None, most: int) -> Iterator[None]:
        """While it lasts at most so many requests are sent, whatever they are for."""
        before, self._allowed = self._allowed, (operation, self.total + most)
        try:
            yield
        finally:
            self._allowed = before

    @contextlib.contextmanager
    def unbounded(self) -> Iterator[None]:
        """While it lasts nothing is counted against the limits: what was made is taken away whatever was spent."""
        before, stopped = self._limits, self.stopped
        self._is_cleaning = True
        self._limits, self.stopped = Limits(in_all=self.total + _CLEANING), ""
        try:
            yield
        finally:
            self._limits, self.stopped = before, stopped
            self._is_cleaning = False

    def interrupt(self) -> None:
        """Send nothing more, once the exchange under way has ended: what it made must be known. Taking away what was
        made goes on."""
        if not self._is_cleaning:
            self.stopped = INTERRUPTED

    def own(self, value: str, collection: str = "") -> None:
        """Note that the object with this id was made by the assessment: it may be changed and deleted.

        `collection` is the path in front of the id; without it the id is the assessment's own wherever it stands.
        """
        self._own.add((collection, value))

    def is_own(self, request: Request) -> bool:
        """Whether a request is about an object that the assessment made: the innermost one that its path names."""
        last = list(request.path.values())[-1] if request.path else ""
        return not self._own.isdisjoint({(collection_of(request.template), last), ("", last)})

    def keeps_alive(self, identity: Identity, request: Request) -> None:
        """Note a request that succeeds for `identity`: it shows later whether its credential still holds."""
        self._alive.setdefault(identity.name, request)

    def still_works(self, identity: Identity) -> bool:
        """Whether an identity can do what it could; one that cannot is not used any more."""
        alive = self._alive.get(identity.name)
        if alive is None or self.send(alive, identity).is_success:
            return True
        self._lost[identity.name] = "can do nothing any more since it changed itself"
        return False

    def credential(self, identity: Identity | None) -> Credential:
        """What `identity` shows; logs in where it has not. Raises Stop where it cannot."""
        if identity is None:
            return ANONYMOUS
        if identity.name in self._lost:
            raise Stop(f"`{identity.name}` {self._lost[identity.name]}")
        held = self._credentials.get(identity.name)
        ends = held.expires if held is not None and identity.can_renew else 0.0
        if held is None or (ends and self._now() > ends - _EXPIRING):
            held = self.renew(identity)
        return held

    def renew(self, identity: Identity) -> Credential:
        """Log in again. Raises Stop where that does not work."""
        self._logins[identity.name] += 1
        if self._logins[identity.name] > _MAX_LOGINS:
            self._lost[identity.name] = f"would have to log in more than {_MAX_LOGINS} times"
            raise Stop(f"`{identity.name}` {self._lost[identity.name]}")
        heard: list[Answer] = []
        try:
            credential = identity.log_in(partial(self._send_for_login, heard))
        except LoginError as error:
            self._lost[identity.name] = f"cannot log in: {error}"
            raise Stop(f"`{identity.name}` {self._lost[identity.name]}") from error
        self._credentials[identity.name] = credential
        if heard:
            self.welcomes[identity.name] = heard[-1]
        return credential

    def forget(self, identity: Identity) -> None:
        """Log in anew before its next request: its session was ended on purpose."""
        self._credentials.pop(identity.name, None)

    def send(
        self,
        request: Request,
        identity: Identity | None = None,
        *,
        credential: Credential | None = None,
        says: str = "",
    ) -> Exchange:
        """Send a request as `identity`, as nobody, or with a credential of any kind, and give what came back."""
        self._check(request)
        shown = credential if credential is not None else self.credential(identity)
        exchange = self._exchange(request, identity, shown, says)
        if exchange.answer.status == 401 and identity is not None and credential is None and self._has_ended(identity):
            exchange = self._exchange(request, identity, self.renew(identity), says)
        if request.method not in SAFE and exchange.answer.is_success:
            self.log.append(exchange)
            self.changed(exchange)
        return exchange

    def delete(self, url: str, identity: Identity | None) -> Exchange:
        """Delete something that the assessment made."""
        request = Request(None, "DELETE", url, raw_path=url)
        return self._exchange(request, identity, self.credential(identity), "")

    def raw(self, call: Call, identity: Identity | None = None, *, says: str = "") -> Exchange:
        """Send a call that no request stands for: something malformed, or a path that nobody describes."""
        request = Request(None, call.method, call.target, raw_path=call.target, headers=call.headers)
        self._check(request)
        shown = self.credential(identity)
        whole = _with(call, shown)
        self.sent[None] += 1
        return Exchange(request, whole, self._transport.send(whole), identity, shown, says)

    def burst(self, requests: Sequence[Request], width: int, identity: Identity | None = None) -> tuple[Exchange, ...]:
        """Send several, at most `width` at the same time; exchanges in the order of the requests."""
        shown = self.credential(identity)
        counts = Counter(request.operation for request in requests)
        for request in requests:
            self._check(request, counts[request.operation], len(requests))
        self.sent.update(request.operation for request in requests)
        calls = [request.call(shown.headers, shown.query, shown.cookies) for request in requests]
        answers = self._transport.burst(calls, width)
        return tuple(
            Exchange(request, call, answer, identity, shown)
            for request, call, answer in zip(requests, calls, answers, strict=True)
        )

    def _exchange(self, request: Request, identity: Identity | None, shown: Credential, says: str) -> Exchange:
        call = request.call(shown.headers, shown.query, shown.cookies)
        self.sent[request.operation] += 1
        return Exchange(request, call, self._transport.send(call), identity, shown, says)

    def _send_for_login(self, heard: list[Answer], call: Call) -> Answer:
        self.sent[None] += 1
        heard.append(self._transport.send(call))
        return heard[-1]

    def _has_ended(self, identity: Identity) -> bool:
        """Whether a credential that has worked does not any more: many APIs say 401 where they mean 403."""
        alive = self._alive.get(identity.name)
        if alive is None:
            return False
        held = self._credentials[identity.name]
        answer = self._exchange(alive, identity, held, "").answer
        if answer.status != 401:
            return False
        if not identity.can_renew:
            self._lost[identity.name] = "is no longer accepted, and its token is a fixed one"
            raise Stop(f"`{identity.name}` {self._lost[identity.name]}")
        return True

    def _check(self, request: Request, count: int = 1, in_all: int = 1) -> None:
        """Raises Stop where the request may not be sent, `count` times to its operation and `in_all` requests."""
        if not self.stopped and self._now() > self._limits.until:
            self.stopped = "the time was over"
        elif not self.stopped and self.total + in_all > self._limits.in_all:
            self.stopped = f"all {self._limits.in_all:,} requests were spent"
        if self.stopped:
            raise Stop(self.stopped)
        most = self._most(request.operation)
        if request.operation is not None and self.sent[request.operation] + count > most:
            raise Stop(f"all {most} requests to the operation were spent")
        if self._allowed is not None and self.total + in_all > self._allowed[1]:
            raise Stop("the check's own share of requests was spent")
        if self._limits.is_safe and request.method not in SAFE and not self._may_change(request):
            raise Stop(f"{request.method} is not sent to what the assessment did not make (`--safe`)")

    def _may_change(self, request: Request) -> bool:
        """Whether an unsafe request is about something of the assessment's own, or makes something new."""
        return self.is_own(request) if request.path else request.method == "POST"


def _with(call: Call, shown: Credential) -> Call:
    """The call with a credential in its headers, its cookies and its query."""
    jar = "; ".join(f"{name}={value}" for name, value in shown.cookies)
    headers = (*call.headers, *shown.headers, *((("cookie", jar),) if jar else ()))
    target = call.target
    if shown.query:
        target = f"{target}{'&' if '?' in target else '?'}{urlencode(shown.query)}"
    return msgspec.structs.replace(call, headers=headers, target=target)
