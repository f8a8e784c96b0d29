"""One request and its response, decided step by step without any I/O.

    request ---> [request_body ...] ---> forwarded ---> response ---> [response_body ...] ---> done
       |               |                                    |                |
       +---------------+---- Refuse                         +----------------+---- Refuse

An adapter feeds what it received and does what the returned `Step` says; `close` gives the event. How a body is
cut into chunks never changes a decision. Any exception other than `ProtocolError` (the adapter fed messages out
of order) is our bug: the engine turns what controls raise into their fail mode, and its own errors into a denial.

Everything that changes an exchange's state is here; what a control may look at is in `facts.py`.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from garrison.contract.catalogue import Match
from garrison.contract.media import Kind
from garrison.contract.parameters import ParameterReader
from garrison.core.canonical import canonicalise, read_cookies
from garrison.core.decision import Decision, Disposition, FailMode, Grant, Mode, Mutation, Reason, Rewrite
from garrison.core.errors import ProtocolError
from garrison.core.event import Event
from garrison.core.exposure import Attribution
from garrison.core.http import Headers, Reply, RequestHead, ResponseHead, header
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS
from garrison.core.question import MAX_QUESTIONS, Question
from garrison.core.question import Answer as Told
from garrison.engine.bodies import PASSED_OVER, read_request_body, read_response_body, request_kind, response_kind
from garrison.engine.codings import narrowed
from garrison.engine.combine import ENGINE, Answer, Failed, Said, combine
from garrison.engine.composed import composed
from garrison.engine.exceptions import without_excepted
from garrison.engine.facts import Facts
from garrison.engine.media_type import parse_media_type
from garrison.engine.plan import Granters, Interest, Plan, PlannedCheck, Policy, Stage
from garrison.engine.problem import denial, problem
from garrison.engine.step import PASS, Ask, Hold, Observe, Pass, Refuse, Settled, Step

# A changed body invalidates what was said about the old one (RFC 9110, 8.8.3; RFC 9530).
_BODY_BOUND_HEADERS = ("content-encoding", "etag", "content-digest", "repr-digest", "digest", "content-md5")
_ANSWERS = frozenset({Failed, Grant, Reason, Rewrite, tuple})


class _State(Enum):
    FRESH = auto()
    ASKING = auto()
    REQUEST_BODY = auto()
    FORWARDED = auto()
    RESPONSE_BODY = auto()
    DONE = auto()


# Members by a plain name: to reach one through its class costs as much as a small control.
_FRESH, _ASKING, _REQUEST_BODY, _FORWARDED, _RESPONSE_BODY, _DONE = _State
_ENFORCE, _MONITOR = Mode.ENFORCE, Mode.MONITOR
_NOTHING_SAID = Decision(allowed=False)
_NO_HOLD = Hold(0)


class _Asked(NamedTuple):
    """Where an exchange stands that waits for an answer."""

    question: Question
    stage: Stage
    at: int
    """Index of the check that asks."""
    body: bytes | None
    """The request's body, where it came with the head."""


class Exchange:
    """One request and its response under one policy."""

    __slots__ = (
        "_answers", "_asked", "_buffer", "_decision", "_due", "_event_id", "_facts", "_has_left", "_head", "_opened",
        "_plan", "_policy", "_response_size", "_rewritten", "_state", "_status", "_unread", "_waiting", "_wanting",
    )  # fmt: skip

    def __init__(self, policy: Policy, event_id: EventId, now: float) -> None:
        """Begin an exchange at `now`, in seconds since the epoch."""
        self._policy = policy
        self._event_id = event_id
        self._opened = now
        self._plan: Plan = policy.undescribed
        self._head: RequestHead | None = None
        self._facts: Facts | None = None
        self._answers: tuple[Answer, ...] = ()
        self._due: Granters | None = None
        """Who had to have granted when it was last decided; None before the first decision."""
        self._decision = _NOTHING_SAID
        self._state = _FRESH
        self._has_left = False
        """Whether what is being fed is forwarded already: an observed message, which nothing can change."""
        self._unread = False
        """Whether an observed request was answered before its end."""
        self._asked: _Asked | None = None
        """What the exchange is suspended on; None where nothing is being asked."""
        self._waiting: Hold | Observe = _NO_HOLD
        """The step that asks for more of the body."""
        self._wanting: tuple[PlannedCheck, ...] = ()
        """The controls that look at this response's body."""
        self._buffer = bytearray()
        self._status = 0
        self._response_size = 0
        self._rewritten = False

    # -- what adapters feed

    def request(self, head: RequestHead, body: bytes | None = None) -> Step:
        """The request's head has arrived; `body` is given where all of it is at hand already."""
        if self._state is not _FRESH:
            raise self._out_of_order(_FRESH)
        self._head = head
        try:
            return self._open(head, body)
        except Exception:  # noqa: BLE001 - the engine's guard: its own error denies
            return self._fail()

    def answer(self, answer: Told) -> Step:
        """What was asked for after `Ask` has been answered, or has not been (`UNANSWERED`)."""
        asked = self._asked
        if self._state is not _ASKING or asked is None:
            raise self._out_of_order(_ASKING)
        self._asked = None
        facts = self._seen()
        facts.answers = {**facts.answers, asked.question: answer}
        try:
            question = self._ask(facts, asked.stage, begin=asked.at)
            if question is not None:
                return self._suspend(question, asked.stage, asked.body)
            if asked.stage is self._plan.head:
                return self._after_head(facts, asked.body)
            return self._after_request(facts)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def request_body(self, chunk: bytes, end: bool) -> Step:
        """More of the body, after `Hold` or `Observe`; `end` says that this was the last of it."""
        if self._unread:
            return PASS  # the rest of an observed request whose answer came early
        if self._state is not _REQUEST_BODY:
            raise self._out_of_order(_REQUEST_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.request_inspected_bytes:
            return self._waiting
        try:
            return self._judge_request_body(self._seen(), self._take_buffer())
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    @property
    def response_interest(self) -> Interest:
        """How much of the response is wanted; valid once the request was passed or is observed."""
        return Interest.NONE if self._state is _DONE else self._plan.response_interest

    @property
    def response_limit(self) -> int:
        """How many bytes of a response's body are wanted at most."""
        return self._plan.response_inspected_bytes

    def response(self, head: ResponseHead, body: bytes | None = None, *, complete: bool = True) -> Settled:
        """The upstream's response has arrived.

        `body` is given where all of it is at hand. `complete=False` without a body says that there is one which
        will not be fed, because it was longer than `response_limit`.
        """
        if self._state is not _FORWARDED:
            self._leave_request_unread()
        self._has_left = self._plan.observes_response
        try:
            return self._open_response(self._seen(), head, body, complete)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def response_body(self, chunk: bytes, end: bool) -> Settled:
        """More of the response's body, after `Hold` or `Observe`."""
        if self._state is not _RESPONSE_BODY:
            raise self._out_of_order(_RESPONSE_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.response_inspected_bytes:
            return self._waiting
        self._response_size = len(self._buffer)
        try:
            facts = self._seen()
            return self._judge_response_body(facts, self._take_buffer(), response_kind(facts))
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def local_reply(self, status: int) -> None:
        """The data plane answered by itself: the upstream was down, slow or broken."""
        if self._state is _REQUEST_BODY and self._has_left:
            self._leave_request_unread()
        self._status = status
        self._state = _DONE

    def close(self, now: float, *, aborted: bool = False, engine: float = 0.0, upstream: float = 0.0) -> Event:
        """The exchange is over. `aborted` says that client or upstream broke off.

        `engine` and `upstream` are seconds that the adapter measured, see `Event`.
        """
        head, facts, decision = self._head, self._facts, self._decision
        operation = facts.operation.operation if facts is not None and facts.operation is not None else None
        reasons, observed = decision.reasons, decision.observed
        principal = ANONYMOUS
        if decision.rewrites:
            reasons += tuple([rewrite.reason for rewrite in decision.rewrites])
        if facts is not None:
            observed += facts.noted
            facts.reasons = reasons
            facts.has_left = decision.allowed and facts.response is not None
            for done in facts.on_close:
                done()
            principal = facts.principal
        return Event(
            id=self._event_id,
            time=self._opened,
            method=head.method[:16] if head else "",
            operation=operation.id if operation else None,
            template=operation.template if operation else "",
            peer=head.peer.address if head else "",
            allowed=decision.allowed,
            mode=self._policy.mode,
            disposition=self._disposition(aborted, observed),
            status=self._status,
            principal="" if principal is ANONYMOUS else principal.id,
            reasons=reasons,
            observed=observed,
            errors=decision.errors,
            uninspected=tuple(facts.uninspected) if facts else (),
            request_bytes=facts.body_size if facts else 0,
            response_bytes=self._response_size,
            duration=max(0.0, now - self._opened),
            engine=engine,
            upstream=upstream,
            policy=self._policy.digest,
            client=principal.client,
            token=principal.token,
            attribution=facts.attribution if facts is not None and facts.has_left else Attribution.NOTHING,
            exposed=facts.exposed if facts is not None and facts.has_left else (),
            key=self._policy.state.pseudonyms.number,
        )

    @property
    def decision(self) -> Decision:
        """The decision as it stands."""
        return self._decision

    # -- the request

    def _open(self, head: RequestHead, body: bytes | None) -> Step:
        policy = self._policy
        canonical = canonicalise(head, policy.fields.read(head))
        match = policy.catalogue.match(head.method, canonical.host, canonical.segments)
        facts = self._facts = Facts(head, canonical, match, policy.state, self._event_id, self._opened)
        plan = self._plan = policy.plan_for(match)
        if type(match) is Match and match.operation.parameters is not None:
            _read_parameters(facts, match.operation.parameters, match.arguments)
        if body and not head.has_body:
            facts.has_body = True  # whatever the head says
        if facts.has_body:
            _read_media_type(facts)
        question = self._ask(facts, plan.head)
        return self._after_head(facts, body) if question is None else self._suspend(question, plan.head, body)

    def _suspend(self, question: tuple[int, Question], stage: Stage, body: bytes | None) -> Step:
        at, asked = question
        self._asked = _Asked(asked, stage, at, body)
        self._state = _ASKING
        return Ask(asked)

    def _after_head(self, facts: Facts, body: bytes | None) -> Step:
        plan, head = self._plan, facts.request
        if not self._decision.allowed:
            return self._deny()
        if body:
            facts.body_size = len(body)
        # A body said to be of no length is waited for all the same: it must prove to be empty.
        if not (facts.has_body or head.has_body) or not plan.body.checks:
            return self._judge_request(facts)
        if facts.body_kind in PASSED_OVER:
            facts.uninspected.append(f"request-body: {facts.body_kind}")
            return self._judge_request(facts)
        if body is not None:
            return self._judge_request_body(facts, body)
        return self._await_request_body(facts)

    def _await_request_body(self, facts: Facts) -> Step:
        self._state = _REQUEST_BODY
        limit = self._plan.request_inspected_bytes
        if self._plan.holds_request:
            self._waiting = Hold(limit)
            return self._waiting
        self._has_left = True
        self._waiting = Observe(limit)
        mutation = self._forward(facts).mutation
        return self._waiting if mutation is None else Observe(limit, mutation)

    def _leave_request_unread(self) -> None:
        """An observed request was answered before its end: what was fed of it is half a body, and says nothing."""
        if self._state is not _REQUEST_BODY or not self._has_left:
            raise self._out_of_order(_FORWARDED)
        self._unread = True
        self._buffer.clear()
        self._seen().uninspected.append("request-body: answered before its end")
        self._state = _FORWARDED

    def _judge_request_body(self, facts: Facts, body: bytes) -> Step:
        plan = self._plan
        facts.body_size = len(body)
        if body:
            read_request_body(facts, body, plan.request_inspected_bytes, plan.limits)
        return self._judge_request(facts)

    def _judge_request(self, facts: Facts) -> Step:
        question = self._ask(facts, self._plan.body)
        return self._after_request(facts) if question is None else self._suspend(question, self._plan.body, None)

    def _after_request(self, facts: Facts) -> Step:
        if not self._decision.allowed:
            return self._deny()
        self._state = _FORWARDED
        return PASS if self._has_left else self._forward(facts)

    def _forward(self, facts: Facts) -> Pass:
        """What was judged is what is forwarded; where two readings exist and are let pass, nothing is touched."""
        canonical = facts.canonical
        changed = canonical.target != facts.request.target
        target = canonical.target if changed and self._policy.mode is _ENFORCE and not canonical.ambiguities else None
        accepted = canonical.headers.get("accept-encoding") if self._plan.narrows_codings else None
        codings = narrowed(accepted) if accepted is not None else None
        if codings is not None:
            facts.is_narrowed = True
            return Pass(Mutation(target=target, set_headers=(("accept-encoding", codings),)))
        return PASS if target is None else Pass(Mutation(target=target))

    # -- the response

    def _open_response(self, facts: Facts, head: ResponseHead, body: bytes | None, complete: bool) -> Settled:
        self._status = head.status
        self._response_size = len(body) if body is not None else 0
        _read_response_head(facts, head)
        plan = self._plan
        self._ask(facts, plan.response_head)
        if not self._decision.allowed:
            return self._deny()
        wanting: tuple[PlannedCheck, ...] = ()
        for planned in plan.response_body.checks:
            if _wants(planned, facts):
                wanting += (planned,)
        self._wanting = wanting
        if not wanting:
            return self._let_response_pass(facts)
        if not head.has_body:
            return self._judge_response(facts)
        kind = response_kind(facts)
        if kind in PASSED_OVER:
            facts.uninspected.append(f"response-body: {kind}")
            return self._judge_response(facts)
        if body is not None or not complete:
            return self._judge_response_body(facts, body, kind)
        return self._await_response_body()

    def _await_response_body(self) -> Settled:
        self._state = _RESPONSE_BODY
        limit = self._plan.response_inspected_bytes
        if any(planned.mode is _ENFORCE for planned in self._wanting):
            self._waiting = Hold(limit)
        else:
            self._has_left = True
            self._waiting = Observe(limit)
        return self._waiting

    def _judge_response_body(self, facts: Facts, body: bytes | None, kind: Kind) -> Settled:
        read_response_body(facts, body, kind, self._plan.response_inspected_bytes)
        return self._judge_response(facts)

    def _judge_response(self, facts: Facts) -> Settled:
        self._ask(facts, self._plan.response_body, self._wanting)
        decision = self._decision
        if not decision.allowed:
            return self._deny()
        if decision.rewrites:
            self._state = _DONE
            return self._rewrite(decision.rewrites, facts.response_headers)
        return self._let_response_pass(facts)

    def _let_response_pass(self, facts: Facts) -> Settled:
        self._state = _DONE
        if facts.response_headers and not self._has_left:
            return Pass(Mutation(set_headers=facts.response_headers))
        return PASS

    def _rewrite(self, rewrites: tuple[Rewrite, ...], headers: Headers) -> Settled:
        self._rewritten = True
        dropped = (*_BODY_BOUND_HEADERS, *(name for each in rewrites for name in each.drop_headers))
        bodies = [rewrite.body for rewrite in rewrites if rewrite.body is not None]
        cut = [way for rewrite in rewrites for way in rewrite.cut]
        # One that replaces the whole answer stands, whatever others would have stripped from it.
        if len(bodies) == len(rewrites):
            return Pass(Mutation(set_headers=headers, drop_headers=dropped, body=composed(bodies, cut)))
        reply = problem(self._status, self._event_id)
        return Pass(Mutation(set_headers=(*reply.headers, *headers), drop_headers=dropped, body=reply.body))

    # -- asking and deciding

    def _ask(
        self, facts: Facts, stage: Stage, checks: tuple[PlannedCheck, ...] | None = None, begin: int = 0
    ) -> tuple[int, Question] | None:
        """Ask the controls of `stage`, or only `checks` of them, all of them even if one objects, and decide.

        Where one must ask first: its index, to begin with again, and its question.
        """
        answers: list[Answer] = []
        waits = None
        asked = stage.checks if checks is None else checks
        for planned in asked if not begin else asked[begin:]:
            try:
                said: Said | Question = planned.check(facts)
            except Exception:  # noqa: BLE001 - the engine's guard: a control's error becomes its fail mode
                said = Failed(planned.fail)
            if said is not None:
                if isinstance(said, Question):
                    if not self._plan.exceptions and _has_objection(answers):
                        continue  # it is refused already: nobody else is asked for its sake
                    if self._may_ask(facts, said, stage):
                        waits = asked.index(planned), said
                        break
                    said = Failed(planned.fail)
                # what is no answer must not pass for one that allows
                answered = said if type(said) in _ANSWERS else Failed(planned.fail)
                answers.append(Answer(planned.control, planned.mode, answered))
        self._answers += tuple(answers)
        # What is suspended is decided when it has gone on: what it then says may rest on answers from before.
        if waits is None and (answers or begin or stage.granters is not self._due):
            self._due = stage.granters
            self._decision = combine(self._counting(facts), stage.granters)
        return waits

    def _counting(self, facts: Facts) -> tuple[Answer, ...]:
        """The answers that count: all of them, but for exceptions."""
        exceptions = self._plan.exceptions
        if not exceptions:
            return self._answers
        return without_excepted(self._answers, exceptions, facts.principal.id, facts.now)

    def _may_ask(self, facts: Facts, question: Question, stage: Stage) -> bool:
        """Only a request can wait, only until it has left, and not for what was answered already."""
        in_request = stage is self._plan.head or stage is self._plan.body
        asked = facts.answers
        return in_request and not self._has_left and question not in asked and len(asked) < MAX_QUESTIONS

    def _deny(self) -> Settled:
        headers = self._facts.refusal_headers if self._facts is not None else ()
        return self._refuse(denial(self._decision.reasons, self._event_id, headers))

    def _refuse(self, reply: Reply) -> Settled:
        self._state = _DONE
        self._status = reply.status
        return Refuse(reply)

    def _fail(self) -> Settled:
        """The engine's own error: it denies, unless the gateway monitors or what is judged has left already."""
        mode = _MONITOR if self._has_left else self._policy.mode
        self._answers += (Answer(ENGINE, mode, Failed(FailMode.CLOSED)),)
        self._decision = combine(self._answers, self._due or ())
        if not self._decision.allowed:
            return self._refuse(problem(500, self._event_id))
        in_request = self._facts is not None and self._facts.response is None
        self._state = _FORWARDED if in_request else _DONE
        return PASS

    def _disposition(self, aborted: bool, observed: tuple[Reason, ...]) -> Disposition:
        decision = self._decision
        if decision.errors:
            return Disposition.ERROR
        if decision.reasons:
            return Disposition.BLOCKED
        if self._rewritten:
            return Disposition.REWRITTEN
        if aborted:
            return Disposition.ABORTED
        return Disposition.LOGGED if observed else Disposition.ALLOWED

    def _take_buffer(self) -> bytes:
        body = bytes(self._buffer)
        self._buffer.clear()
        return body

    def _seen(self) -> Facts:
        if self._facts is None:
            raise ProtocolError("nothing was received yet")
        return self._facts

    def _out_of_order(self, expected: _State) -> ProtocolError:
        return ProtocolError(f"fed in state `{self._state.name.lower()}`, expected `{expected.name.lower()}`")


def _has_objection(answers: Sequence[Answer]) -> bool:
    return any(each.mode is _ENFORCE and isinstance(each.said, Reason | tuple) for each in answers)


def _read_parameters(facts: Facts, reader: ParameterReader, arguments: tuple[str, ...]) -> None:
    canonical = facts.canonical
    headers = canonical.headers
    cookies = read_cookies(headers["cookie"]) if "cookie" in headers else ()
    facts.reading = reader.read(arguments, canonical.query, headers, cookies)


def _read_media_type(facts: Facts) -> None:
    content_type = facts.canonical.headers.get("content-type")
    if content_type is not None:
        facts.media_type = parse_media_type(content_type)
        if facts.operation is not None:
            facts.body_schema = facts.operation.request_body(facts.media_type.essence)
    facts.body_kind = request_kind(facts)


def _read_response_head(facts: Facts, head: ResponseHead) -> None:
    facts.response = head
    content_type = header(head.headers, "content-type")
    if content_type is not None:
        facts.response_media_type = parse_media_type(content_type)
    if facts.operation is not None:
        schema = facts.response_schema = facts.operation.response(head.status)
        if schema is not None and facts.response_media_type is not None:
            facts.response_body_schema = schema.body(facts.response_media_type.essence)


def _wants(planned: PlannedCheck, facts: Facts) -> bool:
    wants = planned.wants_response
    if wants is None:
        return True
    try:
        return wants(facts)
    except Exception:  # noqa: BLE001 - the engine's guard: what a control cannot say, its check must
        return True
