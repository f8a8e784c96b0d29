"""One request and its response, decided step by step without any I/O.

    request ---> [request_body ...] ---> forwarded ---> response ---> [response_body ...] ---> done
       |               |                                    |                |
       +---------------+---- Refuse                         +----------------+---- Refuse

An adapter feeds what it received and does what the returned `Step` says; `close` gives the event. How a body is
cut into chunks never changes a decision. Any exception other than `ProtocolError` (the adapter fed messages out
of order) is our bug: the engine turns what controls raise into their fail mode, and its own errors into a denial.

Rules of this file: everything that changes an exchange's state is here; what a control may look at is in
`facts.py`; what the answers amount to is in `combine.py`.
"""

from collections.abc import Callable
from enum import Enum, auto

from garrison.core.canonical import canonicalise, read_cookies
from garrison.core.decision import Decision, Disposition, FailMode, Mode, Mutation, Phase
from garrison.core.errors import ProtocolError
from garrison.core.event import Event
from garrison.core.http import RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.engine.bodies import read_request_body, read_response_body, request_kind, response_kind
from garrison.engine.combine import ENGINE, Answer, Failed, combine
from garrison.engine.decode import parse_media_type
from garrison.engine.facts import Facts
from garrison.engine.plan import Interest, Plan, PlannedCheck, Policy
from garrison.engine.problem import denial, problem
from garrison.engine.step import PASS, Hold, Observe, Pass, Refuse, Step

# A changed body invalidates what was said about the old one (RFC 9110, 8.8.3; RFC 9530).
_BODY_BOUND_HEADERS = ("content-encoding", "etag", "content-digest", "repr-digest", "digest", "content-md5")


class _State(Enum):
    FRESH = auto()
    REQUEST_BODY = auto()
    FORWARDED = auto()
    RESPONSE_BODY = auto()
    DONE = auto()


_ANSWERED = frozenset({_State.RESPONSE_BODY, _State.DONE})


class Exchange:
    """One request and its response under one policy."""

    __slots__ = (
        "_answers", "_buffer", "_decision", "_event_id", "_facts", "_opened", "_plan", "_policy", "_response_size",
        "_rewritten", "_state", "_status",
    )  # fmt: skip

    def __init__(self, policy: Policy, event_id: EventId, now: float) -> None:
        """Begin an exchange at `now`, in seconds since the epoch."""
        self._policy = policy
        self._event_id = event_id
        self._opened = now
        self._plan: Plan = policy.undescribed
        self._facts: Facts | None = None
        self._answers: list[Answer] = []
        self._decision = Decision(allowed=False)
        self._state = _State.FRESH
        self._buffer = b""
        self._status = 0
        self._response_size = 0
        self._rewritten = False

    # -- what adapters feed

    def request(self, head: RequestHead, body: bytes | None = None) -> Step:
        """The request's head has arrived; `body` is given where all of it is at hand already."""
        self._expect(_State.FRESH)
        return self._guarded(lambda: self._open(head, body))

    def request_body(self, chunk: bytes, end: bool) -> Step:
        """More of the body, after `Hold` or `Observe`; `end` says that this was the last of it."""
        if self._state in _ANSWERED:
            return PASS  # the rest of an observed request whose answer came early
        self._expect(_State.REQUEST_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.limits.inspected_bytes:
            return self._await_request_body()
        body, self._buffer = self._buffer, b""
        return self._guarded(lambda: self._judge_request_body(body))

    @property
    def response_interest(self) -> Interest:
        """How much of the response is wanted; valid once the request was passed or is observed."""
        return Interest.NONE if self._state is _State.DONE else self._plan.response_interest

    @property
    def response_limit(self) -> int:
        """How many bytes of a response's body are wanted at most."""
        return self._plan.response_inspected_bytes

    def response(self, head: ResponseHead, body: bytes | None = None, *, complete: bool = True) -> Step:
        """The upstream's response has arrived.

        `body` is given where all of it is at hand. `complete=False` without a body says that there is one which
        will not be fed, because it was longer than `response_limit`.
        """
        if self._state is _State.REQUEST_BODY:  # an answer before the end of an observed request
            self._state = _State.FORWARDED
        self._expect(_State.FORWARDED)
        return self._guarded(lambda: self._open_response(head, body, complete))

    def response_body(self, chunk: bytes, end: bool) -> Step:
        """More of the response's body, after `Hold` or `Observe`."""
        self._expect(_State.RESPONSE_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.response_inspected_bytes:
            return self._await_response_body()
        body, self._buffer = self._buffer, b""
        return self._guarded(lambda: self._judge_response_body(body if end else None))

    def local_reply(self, status: int) -> None:
        """The data plane answered by itself: the upstream was down, slow or broken."""
        self._status = status
        self._state = _State.DONE

    def close(self, now: float, *, aborted: bool = False) -> Event:
        """The exchange is over. `aborted` says that client or upstream broke off."""
        facts, decision = self._facts, self._decision
        operation = facts.operation.operation if facts and facts.operation else None
        return Event(
            id=self._event_id,
            time=self._opened,
            method=facts.request.method[:16] if facts else "",
            operation=operation.id if operation else None,
            template=operation.template if operation else "",
            peer=facts.request.peer.address if facts else "",
            mode=self._policy.mode,
            disposition=self._disposition(aborted),
            status=self._status,
            reasons=decision.reasons,
            observed=decision.observed,
            errors=decision.errors,
            uninspected=tuple(facts.uninspected) if facts else (),
            request_bytes=facts.body_size if facts else 0,
            response_bytes=self._response_size,
            duration=max(0.0, now - self._opened),
        )

    @property
    def decision(self) -> Decision:
        """The decision as it stands."""
        return self._decision

    # -- the request

    def _open(self, head: RequestHead, body: bytes | None) -> Step:
        canonical = canonicalise(head)
        match = self._policy.catalogue.match(head.method, canonical.host, canonical.segments)
        facts = self._facts = Facts(head, canonical, match)
        plan = self._plan = self._policy.plan_for(match)
        operation = facts.operation
        headers = canonical.headers
        if operation is not None and operation.parameters is not None:
            cookies = read_cookies(headers["cookie"]) if "cookie" in headers else ()
            facts.reading = operation.parameters.read(match.arguments, canonical.query, headers, cookies)
        if "content-type" in headers:
            facts.media_type = parse_media_type(headers["content-type"])
        self._ask(Phase.HEAD)
        if not self._decision.allowed:
            return self._deny()
        if not head.has_body or body == b"":
            return self._judge_request()
        if body is not None:
            return self._judge_request_body(body)
        if request_kind(facts) is None or not plan.checks[Phase.BODY]:
            return self._judge_request()
        self._state = _State.REQUEST_BODY
        return self._await_request_body()

    def _await_request_body(self) -> Step:
        limit = self._plan.limits.inspected_bytes
        return Hold(limit) if self._plan.holds_request else Observe(limit)

    def _judge_request_body(self, body: bytes) -> Step:
        facts = self._seen()
        facts.body_size = len(body)
        kind = request_kind(facts)
        if kind is not None:
            read_request_body(facts, body, kind, self._plan.limits)
        return self._judge_request()

    def _judge_request(self) -> Step:
        facts = self._seen()
        self._ask(Phase.BODY)
        if not self._decision.allowed:
            return self._deny()
        self._state = _State.FORWARDED
        return self._forward(facts)

    def _forward(self, facts: Facts) -> Step:
        """What was judged is what is forwarded; where two readings exist and are let pass, nothing is touched."""
        canonical = facts.canonical
        changed = canonical.target != facts.request.target
        if changed and self._policy.mode is Mode.ENFORCE and not canonical.ambiguities:
            return Pass(Mutation(target=canonical.target))
        return PASS

    # -- the response

    def _open_response(self, head: ResponseHead, body: bytes | None, complete: bool) -> Step:
        facts = self._seen()
        facts.response = head
        self._status = head.status
        for name, value in head.headers:
            if name == "content-type":
                facts.response_media_type = parse_media_type(value)
                break
        self._ask(Phase.RESPONSE_HEAD)
        if not self._decision.allowed:
            return self._deny()
        if not head.has_body or body == b"":
            return self._judge_response()
        if not self._wants_response_body(facts):
            self._state = _State.DONE
            return PASS
        if body is not None or not complete:
            return self._judge_response_body(body)
        self._state = _State.RESPONSE_BODY
        return self._await_response_body()

    def _wants_response_body(self, facts: Facts) -> bool:
        return any(_wants(planned, facts) for planned in self._plan.checks[Phase.RESPONSE_BODY]) and (
            response_kind(facts) is not None
        )

    def _await_response_body(self) -> Step:
        facts = self._seen()
        for planned in self._plan.checks[Phase.RESPONSE_BODY]:
            if planned.mode is Mode.ENFORCE and _wants(planned, facts):
                return Hold(self._plan.response_inspected_bytes)
        return Observe(self._plan.response_inspected_bytes)

    def _judge_response_body(self, body: bytes | None) -> Step:
        facts = self._seen()
        if body is not None:
            self._response_size = len(body)
        kind = response_kind(facts)
        if kind is not None:
            read_response_body(facts, body, kind, self._plan.response_inspected_bytes)
        return self._judge_response()

    def _judge_response(self) -> Step:
        self._ask(Phase.RESPONSE_BODY)
        if not self._decision.allowed:
            return self._deny()
        self._state = _State.DONE
        rewrites = self._decision.rewrites
        if not rewrites:
            return PASS
        self._rewritten = True
        # The last rewrite stands: `error-leakage` replaces the whole body, whatever was stripped from it.
        rewrite = rewrites[-1]
        dropped = (*_BODY_BOUND_HEADERS, *(name for each in rewrites for name in each.drop_headers))
        if rewrite.body is not None:
            return Pass(Mutation(drop_headers=dropped, body=rewrite.body))
        reply = problem(self._status, self._event_id)
        return Pass(Mutation(set_headers=reply.headers, drop_headers=dropped, body=reply.body))

    # -- asking and deciding

    def _ask(self, phase: Phase) -> None:
        """Ask every control of `phase`, all of them even if one objects, and decide."""
        plan, facts = self._plan, self._facts
        assert facts is not None  # noqa: S101 - for the type checker: `_ask` follows `_open`
        answers = self._answers
        for planned in plan.checks[phase]:
            try:
                said = planned.check(facts)
            except Exception:  # noqa: BLE001 - the engine's guard: a control's error becomes its fail mode
                answers.append(Answer(planned.control, planned.mode, Failed(planned.fail)))
            else:
                if said is not None:
                    answers.append(Answer(planned.control, planned.mode, said))
        self._decision = combine(answers, plan.granters[phase])

    def _deny(self) -> Step:
        self._state = _State.DONE
        reply = denial(self._decision.reasons, self._event_id)
        self._status = reply.status
        return Refuse(reply)

    def _guarded(self, advance: Callable[[], Step]) -> Step:
        try:
            return advance()
        except Exception:  # noqa: BLE001 - the engine's guard: its own error denies
            self._answers.append(Answer(ENGINE, self._policy.mode, Failed(FailMode.CLOSED)))
            self._decision = combine(self._answers, ())
            if not self._decision.allowed:
                return self._deny()
            self._state = _State.DONE  # monitor mode never changes what the client sees
            return PASS

    def _disposition(self, aborted: bool) -> Disposition:
        decision = self._decision
        if decision.errors:
            return Disposition.ERROR
        if decision.reasons:
            return Disposition.BLOCKED
        if self._rewritten:
            return Disposition.REWRITTEN
        if aborted:
            return Disposition.ABORTED
        return Disposition.LOGGED if decision.observed else Disposition.ALLOWED

    def _seen(self) -> Facts:
        if self._facts is None:
            raise ProtocolError("nothing was received yet")
        return self._facts

    def _expect(self, state: _State) -> None:
        if self._state is not state:
            raise ProtocolError(f"fed in state `{self._state.name.lower()}`, expected `{state.name.lower()}`")


def _wants(planned: PlannedCheck, facts: Facts) -> bool:
    return planned.wants_response is None or planned.wants_response(facts)
