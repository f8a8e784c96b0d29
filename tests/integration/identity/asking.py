"""Requests to a guard, and what became of them."""

import http.client
import json
import ssl
import time
from pathlib import Path
from typing import Any

import trustme
from joserfc.jwk import ECKey
from tests.integration.gateway.running import Guard
from tests.integration.identity.provider import proof


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
    method: str = "GET",
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
            connection.request(method, path, headers=headers)
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


def nonce_of(guard: Guard, token: str, key: ECKey) -> str:
    """What a gateway demands that cannot know which proofs were used before it began: a nonce of its own. `token` is
    bound to `key`."""
    url = f"http://127.0.0.1:{guard.port()}/jwt"
    earlier = proof(key, "GET", url, token, iat=int(time.time()) - 30)
    asked = call(guard.port(), "/jwt", token, scheme="DPoP", proof=earlier)
    refused(guard, asked, 401, "proof-nonce")
    assert 'error="use_dpop_nonce"' in asked.headers["www-authenticate"]
    return asked.headers["dpop-nonce"]


def asks_for_certificates(authority: trustme.CA, folder: Path) -> dict[str, str]:
    """`listen.tls` of a gateway at `localhost` that believes clients with a certificate of `authority`."""
    server = authority.issue_cert("localhost")
    files = {"certificate": folder / "server.pem", "key": folder / "server.key", "client-ca": folder / "ca.pem"}
    server.cert_chain_pems[0].write_to_path(files["certificate"])
    server.private_key_pem.write_to_path(files["key"])
    authority.cert_pem.write_to_path(files["client-ca"])
    return {name: str(file) for name, file in files.items()}


def known_keys(guard: Guard) -> int:
    """How many keys of the issuer the gateway says that it has; it says so once a second, first a while after it began
    to serve."""
    said = guard.file.parent / "data/status/gateway.json"
    if not said.exists():
        return 0
    (state,) = json.loads(said.read_bytes())["issuers"]
    return int(state["keys"])
