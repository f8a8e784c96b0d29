"""Microseconds of Python that one exchange costs, without any server: `python benchmarks/engine.py`.

The policy is the sample API's, enforced, with every control on. An exchange is request, response and close, fed as
the gateway feeds them: each message whole. The best of several runs is printed, single-threaded. What was made of a
target is remembered (`contract/targets.py`), so one figure is for requests of which each is for another target.
"""

import json
import time
import timeit
from collections.abc import Callable
from functools import partial
from itertools import cycle

from msgspec.structs import replace

from garrison.config.controls import ControlsSettings, PayloadSettings, ResponseSchemaSettings
from garrison.config.model import ContractSettings, Settings
from garrison.contract.targets import TargetMemory
from garrison.core.decision import Mode
from garrison.core.http import Headers, Peer, RequestHead, ResponseHead
from garrison.core.ids import EventId
from garrison.engine.exchange import Exchange
from garrison.engine.plan import Policy
from garrison.lab.sample import DESCRIPTION
from garrison.wiring import build_policy

_PEER = Peer("192.0.2.1", 40000)
_ID = EventId("01890a5d-ac96-774b-bcce-b302099a8057")
_HEADERS: Headers = (
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Sample/1.0"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate"),
    ("x-request-id", "5f1c2d3e-0000-4000-8000-000000000000"),
    ("x-forwarded-proto", "https"),
)
_ANSWER = json.dumps({
    "accountNumber": "100000001",
    "name": "Ada Example",
    "email": "ada@example.com",
    "plan": "plus",
    "lines": [f"1555010{number:04d}" for number in range(13)],
}).encode()  # fmt: skip
_ORDER = json.dumps({
    "name": "Ada Example",
    "email": "ada.example.of.the.sample.company@example.com",
    "plan": "max",
    "lines": ["15550100001", "15550100002", "15550100003", "15550100004"],
    "referredBy": "100000002",
}).encode()  # fmt: skip


OTHERS = 2 * TargetMemory.MAX_ENTRIES
"""Targets that are asked for in turn: by the time that one comes again it is forgotten."""


def sample_policy() -> Policy:
    """The sample API's policy in enforce mode, all controls enforced but `payload`, which is measured by itself."""
    enforced = ControlsSettings(
        payload=PayloadSettings(mode=Mode.OFF), response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE)
    )
    settings = Settings(mode="enforce", contract=ContractSettings(file="openapi.yaml"), controls=enforced)
    return build_policy(settings, read=lambda _: DESCRIPTION.read_bytes())


def exchange(policy: Policy, head: RequestHead, body: bytes, answer: ResponseHead) -> Exchange:
    """One exchange from head to event."""
    done = Exchange(policy, _ID, 1.0)
    done.request(head, body or None)
    done.response(answer, _ANSWER)
    done.close(1.1)
    return done


def best_of(call: Callable[[], object], runs: int = 7, number: int = 20000) -> float:
    """Microseconds of processor time of the fastest run: what is over it is other processes."""
    return min(timeit.repeat(call, repeat=runs, number=number, timer=time.process_time)) / number * 1e6


def scenarios() -> dict[str, Callable[[], Exchange]]:
    """What is measured, by name."""
    policy = sample_policy()
    answer = (("content-type", "application/json"), ("content-length", str(len(_ANSWER))), ("server", "sample"))
    sent = (*_HEADERS, ("content-type", "application/json"), ("content-length", str(len(_ORDER))))
    get = RequestHead("GET", "/v1/customers/100000001", "api.example.com", _HEADERS, _PEER)
    post = RequestHead("POST", "/v1/customers", "api.example.com", sent, _PEER, has_body=True)
    # Under a policy of its own: a memory that is of no use rests, and the others' is of use.
    apart = sample_policy()
    others = cycle([replace(get, target=f"/v1/customers/{100000001 + each}") for each in range(OTHERS)])

    def another() -> Exchange:
        return exchange(apart, next(others), b"", ResponseHead(200, answer))

    return {
        "GET, another target each time": another,
        f"GET, answer of {len(_ANSWER)} bytes": partial(exchange, policy, get, b"", ResponseHead(200, answer)),
        f"POST of {len(_ORDER)} bytes": partial(exchange, policy, post, _ORDER, ResponseHead(201, answer)),
    }


def main() -> None:
    """Measure and print."""
    for name, run in scenarios().items():
        assert run().decision.allowed, name
        print(f"{name:30} {best_of(run):6.1f} us")


if __name__ == "__main__":
    main()
