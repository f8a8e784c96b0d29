"""A shorter run through the gateway itself: `garrison guard`, Envoy, the attacked API and all clients on loopback, in
real time.

The attack comes as quickly as it can, without its misses and its pauses, and some benign requests between. It is
bounded in requests and in time. Addresses are told in `X-Forwarded-For`, which the gateway believes of this machine.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from garrison.adapters.envoy.child import guard_running
from garrison.adapters.ledger_keys import read_ring
from garrison.adapters.store.ledger import exposures
from garrison.engine.pseudonyms import Pseudonyms
from garrison.lab.background import DAY, Visit, visits
from garrison.lab.breach import Answer, Ask, Breach, Carried
from garrison.lab.campaign import Campaign, Variant
from garrison.lab.protections import settings_of
from garrison.lab.result import Harm, Ledger
from garrison.lab.served import served
from garrison.lab.tokens import ISSUERS, Issuers

HOSTILE: Final = 600
"""Requests of the attack."""
BENIGN: Final = 300
LONGEST: Final = 60.0
"""Seconds after which it stops, whatever is left."""


class Passed(msgspec.Struct, frozen=True):
    """What came of a run through the gateway."""

    hostile: int
    """Requests of the attack that were sent."""
    lost: int
    refused_from: int
    """The first of them that was refused; 0 where none was."""
    harm: Harm
    ledger: Ledger
    seconds: float


def through_gateway(breach: Breach, variant: Variant, seed: int) -> Passed:
    """Play a part of `breach` through a real gateway.

    Raises:
        GatewayError: it does not start.
    """
    now = time.time()
    issuers = Issuers(now - DAY, now + DAY)
    people = visits(breach.mix, now, DAY, seed)[:BENIGN]
    with tempfile.TemporaryDirectory(prefix="garrison-lab-") as directory, served(_app(breach), "the API") as upstream:
        folder = Path(directory)
        with guard_running(folder, _settings(folder, breach, upstream, issuers), is_alone=False) as url:
            client = _Client(breach, issuers, url)
            client.run(breach.campaign.variant(variant), people)
        digests = read_ring(Path(f"{folder / 'data'}.ledger.key")).current
        return client.passed(_ledger(folder / "data", digests, client.carried), time.time() - now)


class _Client:
    """Everybody who asks."""

    def __init__(self, breach: Breach, issuers: Issuers, url: str) -> None:
        self._breach = breach
        self._issuers = issuers
        self._url = url
        self.carried: Counter[tuple[str, str]] = Counter()
        """Kind and name of each subject of each answer that arrived."""
        self._lost: set[tuple[str, str]] = set()
        self._hostile = self._refused_from = 0
        self._benign = self._denied = 0
        self._people: set[str] = set()
        self._hurt: set[str] = set()

    def run(self, campaign: Campaign, people: list[Visit]) -> None:
        """The attack, and after every other of its requests a benign one."""
        waiting = iter(people)
        deadline = time.monotonic() + LONGEST
        with httpx.Client(base_url=self._url, timeout=10) as client:
            for member in range(min(HOSTILE, campaign.register.members)):
                if time.monotonic() > deadline:
                    break
                number = campaign.register.place(member)
                self._attack(client, self._breach.hostile(number, *campaign.source(member)))
                if member % 2 and (visit := next(waiting, None)) is not None:
                    self._visit(client, visit)

    def _attack(self, client: httpx.Client, ask: Ask) -> None:
        self._hostile += 1
        carried = self._send(client, ask)
        if carried is None and not self._refused_from:
            self._refused_from = self._hostile
        self._lost.update((each.kind, each.name) for each in carried or ())

    def _visit(self, client: httpx.Client, visit: Visit) -> None:
        self._benign += 1
        self._people.add(visit.name)
        if self._send(client, self._breach.benign(visit)) is None:
            self._denied += 1
            self._hurt.add(visit.name)

    def _send(self, client: httpx.Client, ask: Ask) -> tuple[Carried, ...] | None:
        """Whose data came back, as the API says; None where the gateway refused."""
        headers = [*self._issuers.headers(ask.who), ("x-forwarded-for", ask.address)]
        if ask.body is not None:
            headers.append(("content-type", "application/json"))
        response = client.request(ask.method, ask.target, headers=headers, content=ask.body)
        if response.headers.get("content-type") == "application/problem+json":
            return None
        carried = tuple(
            each for each in self._breach.api.answer(ask).carried if (each.mark or each.name) in response.text
        )
        self.carried.update((each.kind, each.name) for each in carried if each.kind)
        return carried

    def passed(self, ledger: Ledger, seconds: float) -> Passed:
        """What came of it."""
        harm = Harm(self._benign, self._denied, len(self._people), len(self._hurt))
        return Passed(self._hostile, len(self._lost), self._refused_from, harm, ledger, round(seconds, 1))


def _app(breach: Breach) -> Callable[..., Awaitable[None]]:
    async def app(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answer: Answer = breach.api.answer(Ask(scope["method"], scope["path"], "", body=body or None))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    return app


def _settings(folder: Path, breach: Breach, upstream: str, issuers: Issuers) -> dict[str, Any]:
    """What stands in garrison.yaml; the files that it names are written."""
    settings: dict[str, Any] = json.loads(json.dumps(settings_of(breach, "garrison")))
    for issuer in ISSUERS:
        (folder / _keys_of(issuer)).write_bytes(issuers.jwks(issuer))
    for scheme in settings["controls"].get("authentication", {}).get("schemes", {}).values():
        for one in scheme["jwt"]:
            one["jwks-file"] = _keys_of(one["issuer"])
    settings |= {
        "contract": {"file": "api.json"},
        "upstream": {"url": upstream},
        "listen": {"address": "127.0.0.1:0", "trusted-proxies": ["127.0.0.1"], "workers": 1},
        "data": "data",
    }
    (folder / "api.json").write_text(json.dumps(breach.api.contract))
    return settings


def _keys_of(issuer: str) -> str:
    return issuer.removeprefix("https://") + ".jwks"


def _ledger(data: Path, digests: Pseudonyms, carried: Counter[tuple[str, str]]) -> Ledger:
    """What the record holds against what arrived: each answer and subject is one exposure."""
    reported = Counter((each.kind, each.subject) for each in exposures(data))
    true = Counter({(kind, digests.digest(kind, name)): number for (kind, name), number in carried.items()})
    return Ledger(true.total(), reported.total(), (true & reported).total())
