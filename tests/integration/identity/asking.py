"""Requests to a guard, and what became of them."""

import http.client
import json
import ssl
from typing import Any

from tests.integration.gateway.running import Guard


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


def call(
    port: int,
    path: str,
    token: str = "",
    *,
    scheme: str = "Bearer",
    proof: str = "",
    body: Any = None,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """One exchange, with a token and a DPoP proof where given."""
    headers = {"authorization": f"{scheme} {token}"} if token else {}
    if proof:
        headers["dpop"] = proof
    connection: http.client.HTTPConnection
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    else:
        connection = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, json.dumps(body), {**headers, "content-type": "application/json"})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def refused(guard: Guard, answer: Answer, status: int, reason: str) -> None:
    """That the client was told the status, and the operator the reason."""
    event = json.loads(answer.body)["instance"].removeprefix("urn:uuid:")
    assert answer.status == status
    assert reason in guard.wait(event)


def known_keys(guard: Guard) -> int:
    """How many keys of the issuer the gateway says that it has; it says so once a second."""
    (state,) = json.loads((guard.file.parent / "data/status/gateway.json").read_bytes())["issuers"]
    return int(state["keys"])
