"""Exchanges of principals, without any credential: a granter says who it is."""

from typing import Any

from msgspec.structs import replace
from tests.unit.engine.drive import CONTRACT, EVENT_ID, PEER, request_head

from garrison.config.controls import ControlsSettings
from garrison.config.load import load_settings
from garrison.config.overrides import controls_for
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.load import load
from garrison.controls.catalogue import CONTROLS
from garrison.core.decision import Grant, Outcome
from garrison.core.event import Event
from garrison.core.http import Peer, Reply, ResponseHead
from garrison.core.ids import ControlId
from garrison.core.principal import ANONYMOUS, Principal
from garrison.engine.control import Checks
from garrison.engine.exchange import Exchange
from garrison.engine.facts import Facts
from garrison.engine.plan import Policy, compile_policy
from garrison.engine.step import Pass, Refuse, Step

_GRANT = Grant(ControlId("authentication"))


class Guests:
    """A gateway under `settings`, and who comes to it."""

    def __init__(self, settings: str, contract: str = CONTRACT) -> None:
        self.who: Principal = ANONYMOUS
        text = f"mode: enforce\ncontract: {{file: /api.yaml}}\n{settings}\n"
        parsed = load_settings(text.encode(), "garrison.yaml")
        described = load("/api.yaml", (), read=lambda _: contract.encode())
        find = controls_for(parsed)
        controls = [
            replace(control, compile=self._compile) if control.id == "authentication" else control
            for control in CONTROLS
        ]
        self.policy: Policy = compile_policy(
            described.catalogue, controls, parsed, lambda one: find(one.operation if one else None)
        )

    def _compile(self, operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
        del operation, settings

        def check(facts: Facts) -> Outcome:
            facts.principal = self.who
            return _GRANT

        return Checks(head=check)

    def begin(self, who: str = "", now: float = 1.0, line: str = "GET /search?q=a", **more: Any) -> "Visit":
        """A request of `REALM:SUBJECT`, or of nobody."""
        realm, _, subject = who.partition(":")
        self.who = Principal(who, realm, subject, **more.pop("facts", {})) if who else ANONYMOUS
        exchange = Exchange(self.policy, EVENT_ID, now)
        head = request_head(line, more.pop("headers", ()), peer=Peer(more.pop("peer", PEER.address), 1))
        return Visit(exchange, exchange.request(head), now)

    def status(self, *given: Any, **more: Any) -> int:
        """200, or the status of the refusal; the exchange is over."""
        return self.begin(*given, **more).end()


class Visit:
    """One exchange that has begun."""

    def __init__(self, exchange: Exchange, step: Step, now: float) -> None:
        self.exchange = exchange
        self.step = step
        self.now = now
        self.event: Event | None = None
        self.headers: dict[str, str] = {}
        """What the client is told besides."""

    @property
    def reply(self) -> Reply:
        assert isinstance(self.step, Refuse)
        return self.step.reply

    def end(self, answered: int = 200, later: float = 0.0) -> int:
        """What the API answers if it is asked, and after how many seconds the exchange is over."""
        status = answered
        if isinstance(self.step, Refuse):
            status, self.headers = self.step.reply.status, dict(self.step.reply.headers)
        else:
            answer = self.exchange.response(ResponseHead(answered, (("content-type", "text/plain"),)), b"ok")
            assert isinstance(answer, Pass)
            self.headers = dict(answer.mutation.set_headers) if answer.mutation else {}
        self.event = self.exchange.close(self.now + later)
        return status
