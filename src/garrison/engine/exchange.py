"""One request and its response, decided step by step without any I/O.

    request ---> [request_body ...] ---> forwarded ---> response ---> [response_body ...] ---> done
       |               |                                    |                |
       +---------------+---- Refuse                         +----------------+---- Refuse

An adapter feeds what it received and does what the returned `Step` says; `close` gives the event. How a body is
cut into chunks never changes a decision. Any exception other than `ProtocolError` (the adapter fed messages out
of order) is our bug: the engine turns what controls raise into their fail mode, and its own errors into a denial.

Everything that changes an exchange's state is here; what a control may look at is in `facts.py`.
"""

from enum import Enum, auto

from garrison.contract.catalogue import Match
from garrison.contract.media import Kind
from garrison.core.canonical import canonicalise
from garrison.core.decision import Amendment, Decision, FailMode, Grant, Mode, Mutation, Reason, Rewrite
from garrison.core.errors import ProtocolError
from garrison.core.event import Event
from garrison.core.exposure import Attribution, Disclosure
from garrison.core.http import Reply, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import Answer as Told
from garrison.core.question import Question
from garrison.engine.amended import amended
from garrison.engine.asking import Asked, Waits, has_objection, is_wanted, may_ask
from garrison.engine.bodies import PASSED_OVER, read_request_body, read_response_body
from garrison.engine.closing import GONE, UNDESCRIBED, agent_of, tell_end, unread_event
from garrison.engine.codings import narrowed
from garrison.engine.combine import ALLOWED, ENGINE, Answer, Failed, Said, combine, disposition_of
from garrison.engine.composed import rewritten, value_left
from garrison.engine.decode import Undecodable
from garrison.engine.exceptions import without_excepted, without_spared
from garrison.engine.facts import Facts
from garrison.engine.heads import read_media_type, read_parameters
from garrison.engine.plan import Granters, Interest, Plan, PlannedCheck, Policy, Stage
from garrison.engine.problem import denial, problem
from garrison.engine.step import PASS, Ask, Hold, Observe, Pass, Refuse, Settled, Step

_ANSWERS = frozenset({Amendment, Failed, Reason, Rewrite, tuple})
"""What a control may say besides `Grant`, None and a question."""


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


_NOTHING_EXPOSED: tuple[Attribution, tuple[Disclosure, ...], int] = (Attribution.NOTHING, (), 0)


class Exchange:
    """One request and its response under one policy."""

    __slots__ = (
        "_answers", "_asked", "_buffer", "_decision", "_due", "_event_id", "_facts", "_has_left", "_head", "_kind",
        "_opened", "_plan", "_policy", "_response_size", "_rewritten", "_state", "_status", "_unread", "_waiting",
        "_wanting",
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
        self._asked: Asked | None = None
        """What the exchange is suspended on; None where nothing is being asked."""
        self._waiting: Hold | Observe = _NO_HOLD
        """The step that asks for more of the body."""
        self._wanting: tuple[PlannedCheck, ...] = ()
        """The controls that look at this response's body."""
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
            waits = self._ask(facts, asked.stage, asked.checks, resumed=True)
            if waits is not None:
                return self._suspend(waits, asked.stage, asked.body)
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
            return self._judge_response_body(facts, self._take_buffer(), self._kind)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def local_reply(self, status: int) -> None:
        """The data plane answered by itself: the upstream was down, slow or broken."""
        if self._state is _REQUEST_BODY and self._has_left:
            self._leave_request_unread()
        if self._facts is not None:
            self._facts.own_status = status
        self._status = status
        self._state = _DONE

    def close(self, now: float, *, aborted: bool = False, engine: float = 0.0, upstream: float = 0.0) -> Event:
        """The exchange is over. `aborted` says that client or upstream broke off.

        `engine` and `upstream` are seconds that the adapter measured, see `Event`.
        """
        head, facts, decision = self._head, self._facts, self._decision
        if head is None or facts is None:
            judged = self._policy, decision, disposition_of(decision, decision.observed, self._rewritten, aborted)
            moments = self._opened, max(0.0, now - self._opened), engine, upstream
            return unread_event(self._event_id, head, judged, self._status, moments)
        reasons = decision.reasons
        if decision.rewrites:
            reasons += tuple([rewrite.reason for rewrite in decision.rewrites])
        for amendment in decision.amendments:
            reasons += amendment.reasons
        facts.ended, facts.is_aborted = now, aborted
        errors = tell_end(self._plan, facts, decision, reasons)
        observed, principal = decision.observed + facts.noted, facts.principal
        attribution, exposed, key = _NOTHING_EXPOSED
        if decision.allowed:  # what did not leave exposed nobody
            attribution, exposed, key = facts.attribution, facts.exposed, facts.key
        elif facts.asked or facts.claimed or facts.sent:
            key = facts.key
        operation = facts.operation.operation if facts.operation is not None else UNDESCRIBED
        # By place, in the order of the fields: by name it takes five times as long.
        return Event(
            self._event_id, self._opened, head.method[:16], operation.id, operation.template, head.peer.address,
            decision.allowed, self._policy.mode, disposition_of(decision, observed, self._rewritten, aborted),
            self._status, "" if principal is ANONYMOUS else principal.id, reasons, observed, errors,
            facts.uninspected, facts.body_size, self._response_size, max(0.0, now - self._opened), engine, upstream,
            self._policy.digest, principal.client, principal.token, attribution, exposed, key,
            facts.asked, facts.missed or (self._status in GONE and facts.has_left), facts.unissued, facts.near,
            facts.forms, agent_of(facts), facts.claimed, facts.sent, facts.recipient,
        )  # fmt: skip

    @property
    def decision(self) -> Decision:
        """The decision as it stands."""
        return self._decision

    @property
    def principal(self) -> Principal:
        """Who asks, as far as it was found out."""
        return self._facts.principal if self._facts is not None else ANONYMOUS

    # -- the request

    def _open(self, head: RequestHead, body: bytes | None) -> Step:
        policy = self._policy
        fields = policy.fields.read(head)
        addressed = policy.targets.read(head.method, fields.host, head.target)
        canonical = canonicalise(head, fields, addressed.target)
        match = addressed.match
        operation = match.operation if type(match) is Match else None
        has_body = head.has_body and canonical.headers.get("content-length") != "0"
        if body and not head.has_body:
            has_body = True  # whatever the head says
        facts = Facts(head, canonical, match, policy.state, self._event_id, self._opened, operation, has_body)
        self._facts = facts
        plan = self._plan = policy.plan_for(match)
        read_parameters(facts, addressed)
        if has_body:
            read_media_type(facts)
        head_stage = plan.head
        waits = self._ask(facts, head_stage, head_stage.awake if policy.state.is_calm else head_stage.checks)
        return self._after_head(facts, body) if waits is None else self._suspend(waits, head_stage, body)

    def _suspend(self, waits: Waits, stage: Stage, body: bytes | None) -> Step:
        question, checks = waits
        self._asked = Asked(question, stage, checks, body)
        self._state = _ASKING
        return Ask(question)

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
            facts.uninspected += (f"request-body: {facts.body_kind}",)
            return self._judge_request(facts)
        if body is not None:
            return self._judge_request_body(facts, body)
        return self._await_request_body(facts)

    def _await_request_body(self, facts: Facts) -> Step:
        self._state = _REQUEST_BODY
        self._buffer = bytearray()
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
        self._seen().uninspected += ("request-body: answered before its end",)
        self._state = _FORWARDED

    def _judge_request_body(self, facts: Facts, body: bytes) -> Step:
        plan = self._plan
        facts.body_size = len(body)
        if body:
            read_request_body(facts, body, plan.request_inspected_bytes, plan.limits)
        return self._judge_request(facts)

    def _judge_request(self, facts: Facts) -> Step:
        stage = self._plan.body
        checks = stage.checks if type(facts.document) is Undecodable else stage.awake
        if not checks and stage.granters is self._due:
            return self._after_request(facts)
        waits = self._ask(facts, stage, checks)
        return self._after_request(facts) if waits is None else self._suspend(waits, stage, None)

    def _after_request(self, facts: Facts) -> Step:
        if not self._decision.allowed:
            return self._deny()
        self._state = _FORWARDED
        return PASS if self._has_left else self._forward(facts)

    def _forward(self, facts: Facts) -> Pass:
        """What was judged is what is forwarded; where two readings exist and are let pass, nothing is touched."""
        canonical = facts.canonical
        facts.is_forwarded = True
        changed = canonical.target != facts.request.target
        target = canonical.target if changed and self._policy.mode is _ENFORCE and not canonical.ambiguities else None
        accepted = canonical.headers.get("accept-encoding") if self._plan.narrows_codings else None
        codings = narrowed(accepted) if accepted is not None else None
        headers = facts.request_headers
        if codings is not None:
            facts.is_narrowed = True
            headers = (("accept-encoding", codings), *headers)
        amendments = self._decision.amendments
        if amendments:
            self._rewritten = any(each.reasons for each in amendments)
            return Pass(amended(amendments, facts, target, headers))
        return PASS if target is None and not headers else Pass(Mutation(target=target, set_headers=headers))

    # -- the response

    def _open_response(self, facts: Facts, head: ResponseHead, body: bytes | None, complete: bool) -> Settled:
        self._status = head.status
        self._response_size = len(body) if body is not None else 0
        plan = self._plan
        announced = plan.answers.read(head)
        facts.response = head
        facts.response_media_type = announced.media_type
        facts.response_schema = announced.schema
        facts.response_body_schema = announced.body_schema
        self._ask(facts, plan.response_head, plan.response_head.checks)
        if not self._decision.allowed:
            return self._deny()
        wanting: tuple[PlannedCheck, ...] = ()
        for planned in plan.response_body.checks:
            if planned.wants_response is None or is_wanted(planned.wants_response, facts):
                wanting += (planned,)
        self._wanting = wanting
        if not wanting:
            return self._let_response_pass(facts)
        if not head.has_body:
            return self._judge_response(facts)
        kind = announced.kind
        if kind in PASSED_OVER:
            facts.uninspected += (f"response-body: {kind}",)
            return self._judge_response(facts)
        if body is not None or not complete:
            return self._judge_response_body(facts, body, kind)
        return self._await_response_body(kind)

    def _await_response_body(self, kind: Kind) -> Settled:
        self._state = _RESPONSE_BODY
        self._kind = kind
        self._buffer = bytearray()
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
            self._rewritten = True
            mutation = rewritten(
                decision.rewrites, self._status, self._event_id, facts.response_headers, facts.dropped_headers
            )
            if facts.on_rewrite is not None:
                facts.on_rewrite(facts, value_left(decision.rewrites, mutation))
            return Pass(mutation)
        return self._let_response_pass(facts)

    def _let_response_pass(self, facts: Facts) -> Settled:
        self._state = _DONE
        if (facts.response_headers or facts.dropped_headers) and not self._has_left:
            return Pass(Mutation(set_headers=facts.response_headers, drop_headers=facts.dropped_headers))
        return PASS

    # -- asking and deciding

    def _ask(
        self, facts: Facts, stage: Stage, checks: tuple[PlannedCheck, ...], *, resumed: bool = False
    ) -> Waits | None:
        """Ask `checks`, which are of `stage`, all of them even if one objects, and decide.

        Where one must ask first: its question, and the checks to begin with again.
        """
        answers = self._answers
        for planned in checks:
            check = planned.check  # to call it where it stands takes longer
            try:
                said: Said | Question = check(facts)
            except Exception:  # noqa: BLE001 - the engine's guard: a control's error becomes its fail mode
                said = Failed(planned.fail)
            if said is None:
                continue
            if type(said) is Grant:
                answers += (planned.granted,)
                continue
            if type(said) is Question:
                if not self._plan.exceptions and facts.unless_spared is None and has_objection(answers):
                    continue  # it is refused already: nobody else is asked for its sake
                if not self._has_left and may_ask(facts, said, self._plan, stage):
                    self._answers = answers
                    # It is decided when it has gone on: what is then said may rest on answers from before.
                    return said, checks[checks.index(planned) :]
                said = Failed(planned.fail)
            # what is no answer must not pass for one that allows
            answered = said if type(said) in _ANSWERS else Failed(planned.fail)
            answers += (Answer(planned.control, planned.mode, answered),)
        if answers is not self._answers or resumed or stage.granters is not self._due:
            self._answers = answers
            self._due = stage.granters
            self._decision = self._decided(facts, stage)
        return None

    def _decided(self, facts: Facts, stage: Stage) -> Decision:
        answers, exceptions = self._answers, self._plan.exceptions
        if answers == stage.granted:
            return ALLOWED
        if exceptions:
            answers = without_excepted(answers, exceptions, facts.principal.id, facts.now)
        if facts.unless_spared is not None:
            answers = without_spared(answers, facts)
        return combine(answers, stage.granters)

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
