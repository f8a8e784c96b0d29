"""A stage of `scene.py` behind a real gateway: `garrison guard` with its Envoy, the API on a port of its own."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from tests.breaches.scene import KEYS, Answer, Ask, Outcome, vulnerable
from tests.integration.access.harbour import serving
from tests.integration.gateway.running import Guard, until

from garrison.adapters.store import query
from garrison.core.event import Event


class GatewayStage:
    """The API behind `garrison guard`."""

    def __init__(
        self,
        directory: Path,
        filter_module: str,
        stack: ExitStack,
        contract: Mapping[str, Any],
        controls: Mapping[str, Any],
        answer: Answer,
    ) -> None:
        (directory / "api.json").write_text(json.dumps(contract))
        settings = {
            "mode": "enforce",
            "data": str(directory / "data"),
            "contract": {"file": str(directory / "api.json")},
            "controls": {**controls, "authentication": _with_keys(controls["authentication"], directory)},
        }
        self._data = directory / "data"
        self.reached: list[str] = []
        """Paths of the requests that reached the API."""
        upstream = stack.enter_context(serving(vulnerable(answer, self.reached)))
        self._guard = Guard(directory, upstream, settings, filter_module)
        stack.callback(self._guard.stop)
        url = f"http://127.0.0.1:{self._guard.port()}"
        self._client = stack.enter_context(httpx.Client(base_url=url, timeout=60))

    def play(self, asks: Sequence[Ask]) -> list[Outcome]:
        """Send them one after the other; what is on record of each is its event."""
        before = query.count(self._data)
        answered = [self._send(ask) for ask in asks]
        until(lambda: query.count(self._data) == before + len(asks), "all are on record", self._guard)
        recorded = list(query.events(self._data, limit=len(asks)))[::-1]
        return [
            Outcome(ask, status, body, _same(event, ask, status))
            for ask, (status, body), event in zip(asks, answered, recorded, strict=True)
        ]

    def _send(self, ask: Ask) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {ask.who.token()}"} if ask.who else {}
        response = self._client.request(ask.method, ask.path, json=ask.body, headers=headers)
        return response.status_code, response.json() if response.content else None


def _same(event: Event, ask: Ask, status: int) -> Event:
    assert (event.method, event.status) == (ask.method, status), "the record is in the order of the requests"
    return event


def _with_keys(authentication: Mapping[str, Any], directory: Path) -> Mapping[str, Any]:
    """These settings, with the issuers' keys in files of `directory`."""
    files = {}
    for number, (issuer, key) in enumerate(KEYS.items()):
        file = directory / f"issuer{number}.jwks.json"
        file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
        files[issuer] = str(file)
    schemes = {
        name: {"jwt": [{**each, "jwks-file": files[each["issuer"]]} for each in scheme["jwt"]]}
        for name, scheme in authentication["schemes"].items()
    }
    return {**authentication, "schemes": schemes}
