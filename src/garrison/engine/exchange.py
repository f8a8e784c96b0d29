"""One request and its response, decided step by step without any I/O.

    request ---> [request_body ...] ---> forwarded ---> response ---> [response_body ...] ---> done
       |               |                                    |                |
       +---------------+---- Refuse                         +----------------+---- Refuse

An adapter feeds what it received and does what the returned `Step` says; `close` gives the event. How a body is
cut into chunks never changes a decision. Any exception other than `ProtocolError` (the adapter fed messages out
of order) is our bug: the engine turns what controls raise into their fail mode, and its own errors into a denial.

Everything that changes an exchange's state is here; what a control may look at is in `facts.py`.
"""

from garrison.contract.catalogue import Match
from garrison.core.decision import FailMode, Mode, Mutation
from garrison.core.errors import ProtocolError
from garrison.core.event import Event
from garrison.core.http import Reply, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.core.question import Answer as Told
from garrison.core.quick import quick_to_set
from garrison.engine.announced import NOTHING_EXPECTED
from garrison.engine.asking import Asked, Waits, heeding, wanting
from garrison.engine.bodies import PASSED_OVER, read_request_body, read_response_body
from garrison.engine.closing import GONE, UNDESCRIBED, objections, tell_end, unread_event
from garrison.engine.combine import ALLOWED, ENGINE, PASSED, Answer, Failed, combine, disposition_of
from garrison.engine.composed import rewritten, value_left
from garrison.engine.decode import Undecodable
from garrison.engine.exposed import NOTHING_EXPOSED
from garrison.engine.facts import NOTHING_READ, Facts
from garrison.engine.forwarded import changes
from garrison.engine.heads import read_parameters
from garrison.engine.hearing import LATER, Hearing
from garrison.engine.modest import is_modest
from garrison.engine.plan import Interest, Policy
from garrison.engine.problem import denial, problem
from garrison.engine.stage import PlannedCheck, Stage
from garrison.engine.states import ASKING, DONE, FORWARDED, FRESH, REQUEST_BODY, RESPONSE_BODY, State, out_of_order
from garrison.engine.step import PASS, Ask, Hold, Observe, Pass, Refuse, Settled, Step

# By a plain name: to reach a member through its class costs as much as a small control.
_ENFORCE, _MONITOR = Mode.ENFORCE, Mode.MONITOR


@quick_to_set
class Exchange(Hearing, eq=False):
    """One request and its response under one policy. A struct, because that is made in half of the time."""

    _policy: Policy
    _event_id: EventId
    _opened: float
    """When it began, in seconds since the epoch."""
    _head: RequestHead | None = None
    _facts: Facts | None = None
    _state: State = FRESH
    _unread: bool = False
    """Whether an observed request was answered before its end."""
    _status: int = 0
    _request_size: int = 0
    _response_size: int = 0
    _rewritten: bool = False
    _asked: Asked = LATER
    """What the exchange is suspended on, while something is being asked."""
    _waiting: Hold | Observe = LATER
    """The step that asks for more of a body, while one is waited for."""
    _buffer: bytearray = LATER
    """What has come of it."""
    _wanting: tuple[PlannedCheck, ...] = LATER
    """The controls that look at this response's body, once its head is known."""

    # -- what adapters feed

    def request(self, head: RequestHead, body: bytes | None = None) -> Step:
        """The request's head has arrived; `body` is given where all of it is at hand already."""
        if self._state is not FRESH:
            raise out_of_order(self._state, FRESH)
        self._head = head
        policy = self._policy
        self._plan = policy.undescribed
        try:
            addressed = policy.targets.read(head.method, head.authority, head.target)
            canonical = policy.fields.read(head, addressed.target)
            match, operation, reading = addressed.match, addressed.operation, addressed.reading
            if reading is None and type(match) is Match and match.operation.parameters is not None:
                reading = read_parameters(match, canonical)
            has_body = head.has_body and canonical.headers.get("content-length") != "0"
            if body and not head.has_body:
                has_body = True  # whatever the head says
            plan = self._plan if operation is None else policy.plans[operation.index]
            self._plan = plan
            facts = self._facts = Facts(
                head, canonical, match, policy.state, self._event_id, self._opened, operation, has_body,
                plan.bodies.read(canonical.headers) if has_body else NOTHING_EXPECTED,
                reading, NOTHING_READ if reading is None else reading.values,
            )  # fmt: skip
            self._answers = plan.sure
            stage = plan.head
            if not policy.state.is_calm():
                checks = stage.checks
            else:
                checks = stage.sound if addressed.is_sound and is_modest(facts) else stage.awake
            if not checks and plan.sure is stage.granted:  # as nearly always: nobody is left to be asked, nor to grant
                self._due, self._decision = stage.granters, ALLOWED
                if not has_body and not head.has_body:
                    return self._judge_request(facts)  # as `_after_head` without a body
            elif (waits := self._ask(facts, stage, checks)) is not None:
                return self._suspend(waits, stage, body)
            return self._after_head(facts, body)
        except Exception:  # noqa: BLE001 - the engine's guard: its own error denies
            return self._fail()

    def answer(self, answer: Told) -> Step:
        """What was asked for after `Ask` has been answered, or has not been (`UNANSWERED`)."""
        if self._state is not ASKING:
            raise out_of_order(self._state, ASKING)
        asked = self._asked
        facts = self._seen()
        facts.answers = {**facts.answers, asked.question: answer}
        try:
            if asked.stage is self._plan.body:
                return self._judge_request(facts, asked.checks)
            waits = self._ask(facts, asked.stage, asked.checks, True)
            return (
                self._after_head(facts, asked.body) if waits is None else self._suspend(waits, asked.stage, asked.body)
            )
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def request_body(self, chunk: bytes, end: bool) -> Step:
        """More of the body, after `Hold` or `Observe`; `end` says that this was the last of it."""
        if self._unread:
            return PASS  # the rest of an observed request whose answer came early
        if self._state is not REQUEST_BODY:
            raise out_of_order(self._state, REQUEST_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.request_inspected_bytes:
            return self._waiting
        try:
            facts, body, plan = self._seen(), self._take_buffer(), self._plan
            self._request_size = len(body)
            if body:
                read_request_body(facts, body, plan.request_inspected_bytes, plan.limits)
            return self._judge_request(facts)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    @property
    def response_interest(self) -> Interest:
        """How much of the response is wanted; valid once the request was passed or is observed."""
        return self.wanted()[0]

    def wanted(self) -> tuple[Interest, int]:
        """How much of the response is wanted, and how many bytes of its body at most; valid likewise."""
        plan = self._plan
        return Interest.NONE if self._state is DONE else plan.response_interest, plan.response_inspected_bytes

    def response(self, head: ResponseHead, body: bytes | None = None, complete: bool = True) -> Settled:
        """The upstream's response has arrived.

        `body` is given where all of it is at hand. `complete=False` says that this is only what came until it broke
        off, and without a body that there is one which was longer than `response_limit`.
        """
        if self._state is not FORWARDED:
            self._leave_request_unread()
        plan, facts = self._plan, self._facts
        self._has_left = plan.observes_response
        if facts is None:
            return self._fail()
        try:
            self._status = head.status
            self._response_size = len(body) if body is not None else 0
            announced = plan.answers.read(head)
            facts.response = head
            facts.announced = announced
            stage, checks = plan.response_head, announced.heeding
            if checks is None:
                checks = heeding(stage, announced, facts)
            if checks or stage.granters is not self._due:
                self._ask(facts, stage, checks)
            if not self._decision.allowed:
                return self._deny()
            checks = announced.wanting
            self._wanting = wanting(plan.response_body, announced, facts) if checks is None else checks
            if not self._wanting or not head.has_body:
                return self._judge_response(facts)
            if announced.kind in PASSED_OVER:
                facts.uninspected += (f"response-body: {announced.kind}",)
                return self._judge_response(facts)
            if body is None and complete:
                return self._await_response_body()
            read_response_body(facts, body, plan.response_inspected_bytes, is_whole=complete)
            return self._judge_response(facts)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def response_body(self, chunk: bytes, end: bool, complete: bool = True) -> Settled:
        """More of the response's body, after `Hold` or `Observe`; it broke off where `end` is not `complete`."""
        if self._state is not RESPONSE_BODY:
            raise out_of_order(self._state, RESPONSE_BODY)
        self._buffer += chunk
        if not end and len(self._buffer) <= self._plan.response_inspected_bytes:
            return self._waiting
        self._response_size = len(self._buffer)
        try:
            facts = self._seen()
            read_response_body(facts, self._take_buffer(), self._plan.response_inspected_bytes, is_whole=complete)
            return self._judge_response(facts)
        except Exception:  # noqa: BLE001 - the engine's guard
            return self._fail()

    def local_reply(self, status: int) -> None:
        """The data plane answered by itself: the upstream was down, slow or broken."""
        if self._state is REQUEST_BODY and self._has_left:
            self._leave_request_unread()
        if self._facts is not None:
            self._facts.own_status = status
        self._status = status
        self._state = DONE

    def close(self, now: float, aborted: bool = False, engine: float = 0.0, upstream: float = 0.0) -> Event:
        """The exchange is over. `aborted` says that client or upstream broke off.

        `engine` and `upstream` are seconds that the adapter measured, see `Event`.
        """
        facts, decision, begun = self._facts, self._decision, self._opened
        duration = now - begun if now > begun else 0.0  # the clock may have been set back
        if facts is None:
            judged = self._policy, decision, disposition_of(decision, decision.observed, self._rewritten, aborted)
            moments = begun, duration, engine, upstream
            return unread_event(self._event_id, self._head, judged, self._status, moments)
        plan, head, errors = self._plan, facts.request, decision.errors
        method = head.method
        reasons = () if decision is ALLOWED else objections(decision)
        has_left = decision.allowed and facts.response is not None
        if plan.ends or facts.on_close or facts.taken:
            facts.has_left = has_left
            if plan.wants_outcome or facts.on_close:  # to set a field costs as much as ten steps
                facts.ended, facts.is_aborted, facts.reasons, facts.observed = now, aborted, reasons, decision.observed
            errors = tell_end(plan, facts, errors)
        observed, principal = decision.observed + facts.noted, facts.principal
        exposed = facts.exposed if decision.allowed else NOTHING_EXPOSED  # what did not leave exposed nobody
        operation = facts.operation.operation if facts.operation is not None else UNDESCRIBED
        disposition = PASSED  # as of nearly every exchange
        if decision is not ALLOWED or observed or self._rewritten or aborted:
            disposition = disposition_of(decision, observed, self._rewritten, aborted)
        # By place, in the order of the fields: by name it takes five times as long. In two parts, for more than thirty
        # values at once go through a list.
        said = (
            self._event_id, begun, method if len(method) <= 16 else method[:16], operation.id, operation.template,
            head.peer.address, decision.allowed, self._policy.mode, disposition,
            self._status, "" if principal is ANONYMOUS else principal.id, reasons, observed, errors,
        )  # fmt: skip
        more = (
            facts.uninspected, self._request_size, self._response_size, duration, engine, upstream,
            self._policy.digest, principal.client, principal.token,
            exposed.attribution, exposed.disclosures, exposed.key or facts.key,
            facts.asked, facts.missed or (has_left and self._status in GONE), facts.unissued, facts.near,
            facts.forms, facts.canonical.agent, facts.claimed, facts.sent, facts.recipient,
        )  # fmt: skip
        return Event(*(said + more))

    @property
    def principal(self) -> Principal:
        """Who asks, as far as it was found out."""
        return self._facts.principal if self._facts is not None else ANONYMOUS

    # -- the request

    def _suspend(self, waits: Waits, stage: Stage, body: bytes | None) -> Step:
        question, checks = waits
        self._asked = Asked(question, stage, checks, body)
        self._state = ASKING
        return Ask(question)

    def _after_head(self, facts: Facts, body: bytes | None) -> Step:
        if not self._decision.allowed:
            return self._deny()
        if body:
            self._request_size = len(body)
        # A body said to be of no length is waited for all the same: it must prove to be empty.
        if (facts.has_body or facts.request.has_body) and self._plan.body.checks:
            kind = facts.expected.kind
            if kind in PASSED_OVER:
                facts.uninspected += (f"request-body: {kind}",)
            elif body is None:
                return self._await_request_body(facts)
            elif body:
                read_request_body(facts, body, self._plan.request_inspected_bytes, self._plan.limits)
        return self._judge_request(facts)

    def _await_request_body(self, facts: Facts) -> Step:
        self._buffer = bytearray()
        limit = self._plan.request_inspected_bytes
        if self._plan.holds_request:
            self._state = REQUEST_BODY
            self._waiting = Hold(limit)
            return self._waiting
        mutation = changes(facts, self._plan, self._decision.amendments, self._policy.mode)
        self._state = REQUEST_BODY
        self._has_left = True
        self._waiting = Observe(limit)
        return self._waiting if mutation is None else Observe(limit, self._amended(mutation))

    def _leave_request_unread(self) -> None:
        """An observed request was answered before its end: what was fed of it is half a body, and says nothing."""
        if self._state is not REQUEST_BODY or not self._has_left:
            raise out_of_order(self._state, FORWARDED)
        self._unread = True
        self._buffer.clear()
        self._seen().uninspected += ("request-body: answered before its end",)
        self._state = FORWARDED

    def _judge_request(self, facts: Facts, resumed: tuple[PlannedCheck, ...] | None = None) -> Step:
        """Ask the controls that look at the body, or those that are left where asking is `resumed`, and forward it."""
        plan = self._plan
        stage = plan.body
        checks = resumed or (stage.checks if type(facts.document) is Undecodable else stage.awake)
        if checks or stage.granters is not self._due:
            waits = self._ask(facts, stage, checks, resumed is not None)
            if waits is not None:
                return self._suspend(waits, stage, None)
        decision = self._decision
        if not decision.allowed:
            return self._deny()
        self._state = FORWARDED
        if self._has_left:
            return PASS
        mutation = changes(facts, plan, decision.amendments, self._policy.mode)
        return PASS if mutation is None else Pass(self._amended(mutation))

    def _amended(self, mutation: Mutation) -> Mutation:
        self._rewritten = any(each.reasons for each in self._decision.amendments)
        return mutation

    # -- the response

    def _await_response_body(self) -> Settled:
        self._state = RESPONSE_BODY
        self._buffer = bytearray()
        limit = self._plan.response_inspected_bytes
        if any(planned.mode is _ENFORCE for planned in self._wanting):
            self._waiting = Hold(limit)
        else:
            self._has_left = True
            self._waiting = Observe(limit)
        return self._waiting

    def _judge_response(self, facts: Facts) -> Settled:
        stage, checks = self._plan.response_body, self._wanting
        if checks or stage.granters is not self._due:
            self._ask(facts, stage, checks)
        decision = self._decision
        if not decision.allowed:
            return self._deny()
        self._state = DONE
        if decision.rewrites:
            self._rewritten = True
            mutation = rewritten(
                decision.rewrites, self._status, self._event_id, facts.response_headers, facts.dropped_headers
            )
            if facts.exposed.again is not None:
                facts.exposed.again(facts, value_left(decision.rewrites, mutation))
            return Pass(mutation)
        if (facts.response_headers or facts.dropped_headers) and not self._has_left:
            return Pass(Mutation(set_headers=facts.response_headers, drop_headers=facts.dropped_headers))
        return PASS

    # -- denying

    def _deny(self) -> Settled:
        headers = self._facts.refusal_headers if self._facts is not None else ()
        return self._refuse(denial(self._decision.reasons, self._event_id, headers))

    def _refuse(self, reply: Reply) -> Settled:
        self._state = DONE
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
        self._state = FORWARDED if in_request else DONE
        return PASS

    def _take_buffer(self) -> bytes:
        body = bytes(self._buffer)
        self._buffer.clear()
        return body

    def _seen(self) -> Facts:
        if self._facts is None:
            raise ProtocolError("nothing was received yet")
        return self._facts
