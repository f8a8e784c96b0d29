"""The bare engine: one request in, the decision out."""

from pathlib import Path

from tests.integration.realinput.descriptions import Description
from tests.integration.realinput.prism import Answer
from tests.integration.realinput.wire import Call

from garrison.adapters.sources import read_source
from garrison.config.model import ContractSettings, OperationSettings, Settings
from garrison.core.decision import Decision, Reason
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Policy
from garrison.engine.step import Hold, Observe, Refuse
from garrison.wiring import build_policy

_PEER = Peer("192.0.2.1", 4711)


def policy(file: Path, operations: tuple[OperationSettings, ...] = ()) -> Policy:
    """The policy of `garrison guard --mode enforce --contract FILE`."""
    settings = Settings(mode="enforce", contract=ContractSettings(file=str(file)), operations=operations)
    return build_policy(settings, read=read_source)


def slashes(description: Description) -> tuple[OperationSettings, ...]:
    """Operations whose parameters say that they hold slashes: the operator has to mean that."""
    allowed = {"canonical-form": {"allow-encoded-slash": True}}
    return tuple(
        OperationSettings(match=target.id, controls=allowed) for target in description.targets() if target.multi_segment
    )


def ask(policy: Policy, call: Call) -> tuple[Decision, int]:
    """What the engine decides, and the status of its refusal; 0 where it allows."""
    exchange = Exchange(policy, EventId("0"), 0.0)
    step = exchange.request(_head(call))
    if isinstance(step, Hold | Observe):
        step = exchange.request_body(call.body or b"", True)
    return exchange.decision, step.reply.status if isinstance(step, Refuse) else 0


def observe(policy: Policy, call: Call, answer: Answer) -> tuple[Reason, ...]:
    """What controls in monitor mode have against the answer to an allowed request."""
    exchange = Exchange(policy, EventId("0"), 0.0)
    exchange.request(_head(call), call.body)
    exchange.response(ResponseHead(answer.status, answer.headers, has_body=bool(answer.body)), answer.body)
    return exchange.decision.observed


def _head(call: Call) -> RequestHead:
    headers: Headers = tuple((name.lower(), value) for name, value in call.headers)
    if call.body is not None:
        headers += (("content-type", call.media_type),) if call.media_type else ()
        headers += (("content-length", str(len(call.body))),)
    return RequestHead(call.method, call.target, "api.example.com", headers, _PEER, has_body=call.body is not None)
