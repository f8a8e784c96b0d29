"""Good and bad requests of every kind, for an upstream with manners of its own; and the contract between them."""

import gzip
import http.client
import json
import random
import socket
from collections.abc import Callable, Iterator
from typing import Any

from tests.integration.envoy.upstream import Request, Upstream, chunk, message

SECRET = "s3cr3t-Token-0123456789abcdef"
SETTINGS: dict[str, Any] = {
    "respond": {
        "mode": "off"
    },  # measures follow on such requests, and are of their moment: no policy decides them again
    "controls": {
        "request-limits": {"inspected-bytes": 300_000},
        "response-schema": {"inspected-bytes": 200_000},
    },
    "operations": [
        {"match": "broken", "controls": {"response-schema": {"mode": "enforce"}}},
        {"match": "getBig", "controls": {"response-schema": {"mode": "enforce"}}},
        {"match": "getPlain", "controls": {"response-schema": {"mode": "off"}, "error-leakage": {"mode": "off"}}},
    ],
}


def _operation(name: str, *, parameters: Any = (), body: Any = None, response: Any = None, status: str = "200") -> Any:
    content = {"content": response} if response else {}
    operation: dict[str, Any] = {"operationId": name, "responses": {status: {"description": "", **content}}}
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _json(**schema: Any) -> Any:
    return {"application/json": {"schema": schema}}


_NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "maximum": 1_000_000}}
_LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
_THING = _json(
    type="object",
    required=["name"],
    properties={"name": {"type": "string", "maxLength": 20}, "tags": {"type": "array", "items": {"type": "string"}}},
)
_ECHO = _json(type="object", required=["method"], properties={"method": {"type": "string"}})
CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "mixed", "version": "1"},
    "paths": {
        "/echo/{number}": {"get": _operation("getEcho", parameters=[_NUMBER, _LIMIT], response=_ECHO)},
        "/echo": {"post": _operation("postEcho", body=_THING, response=_ECHO)},
        "/plain": {"get": _operation("getPlain")},
        "/upload": {"put": _operation("upload", body={"application/octet-stream": {}})},
        "/wrong": {"get": _operation("broken", response=_json(type="object", required=["absent"]))},
        "/leak": {"get": _operation("leak", response=_json(type="object"))},
        "/big/{number}": {"get": _operation("getBig", parameters=[_NUMBER], response={"text/plain": {}})},
        "/gated": {"get": _operation("watch", response={"text/event-stream": {}})},
        "/early": {"post": _operation("early", body=_THING, status="413", response=_json(type="object"))},
        "/die": {"get": _operation("die", response=_json(type="object"))},
        "/garbage": {"get": _operation("garbage", response=_json(type="object"))},
        "/empty": {"get": _operation("empty", status="204")},
    },
}


class MixedUpstream(Upstream):
    """Opens its gate at once, and can leak."""

    def __init__(self) -> None:
        super().__init__()
        self.gate.set()

    def on_leak(self, request: Request, connection: socket.socket) -> None:
        request.body()
        text = json.dumps({"error": 'Traceback (most recent call last):\n  File "/srv/app/main.py", line 7'})
        connection.sendall(message("500 Internal Server Error", text.encode()))


def _get(target: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "host: api.test", "connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _send(target: str, body: bytes, *headers: str, media_type: str = "application/json", method: str = "POST") -> bytes:
    head = _get(target, f"content-type: {media_type}", f"content-length: {len(body)}", *headers, method=method)
    return head + body


def _chunked(target: str, body: bytes) -> bytes:
    head = _get(target, "content-type: application/json", "transfer-encoding: chunked", method="POST")
    middle = len(body) // 2
    return head + chunk(body[:middle]) + chunk(body[middle:]) + b"0\r\n\r\n"


def _thing(rng: random.Random, size: int = 1) -> bytes:
    return json.dumps({"name": f"n{rng.randrange(999)}", "tags": ["x" * 50] * size}).encode()


Make = Callable[[random.Random], bytes]
KINDS: tuple[Make, ...] = (
    lambda r: _get(f"/echo/{r.randrange(10**6)}?limit={r.randrange(1, 101)}"),
    lambda r: _get(f"/echo/{r.randrange(10**6)}?limit={r.randrange(101, 999)}"),
    lambda r: _get(f"/echo/x{r.randrange(99)}"),
    lambda r: _get(f"/echo/7?page={r.randrange(99)}"),
    lambda r: _get(f"/nothing/{r.randrange(99)}"),
    lambda _: _get("/echo/7", method="DELETE"),
    lambda _: _get("/echo/7", method="HEAD"),
    lambda _: _get(f"/echo/7?api_key={SECRET}", f"authorization: Bearer {SECRET}", f"cookie: a=1; sid={SECRET}"),
    lambda _: _get("/echo/7", f"authorization: Bearer {SECRET}, Bearer {SECRET}"),
    lambda r: _send("/echo", _thing(r)),
    lambda r: _send("/echo", _thing(r).replace(b'"n', b'"' + b"n" * 30)),
    lambda _: _send("/echo", b'{"name": 7}'),
    lambda _: _send("/echo", b'{"name": "a", "name": "b"}'),
    lambda _: _send("/echo", b'{"name": '),
    lambda r: _send("/echo", _thing(r), media_type="text/plain"),
    lambda r: _send("/echo", gzip.compress(_thing(r)), "content-encoding: gzip"),
    lambda r: _send("/echo", _thing(r), "content-encoding: gzip"),
    lambda r: _send("/echo", _thing(r, 2000)),
    lambda r: _send("/echo", _thing(r, 2000).replace(b"name", b"nome")),
    lambda r: _send("/echo", _thing(r, 8000)),
    lambda r: _chunked("/echo", _thing(r)),
    lambda _: _chunked("/echo", b'{"tags": [7]}'),
    lambda r: _chunked("/echo", _thing(r, 2000)),
    lambda r: _send("/upload", r.randbytes(50_000), media_type="application/octet-stream", method="PUT"),
    lambda r: _send("/upload", r.randbytes(200_000), media_type="application/octet-stream", method="PUT"),
    lambda _: _get("/echo//7"),
    lambda _: _get("/echo/%2e%2e/7"),
    lambda _: _get("/echo/7;a=1"),
    lambda _: _get("/%65cho/7"),
    lambda _: _get("/plain"),
    lambda _: _get("/plain", "x-http-method-override: DELETE"),
    lambda _: _get("/wrong"),
    lambda _: _get("/leak"),
    lambda r: _get(f"/big/{r.randrange(1, 5000)}"),
    lambda r: _get(f"/big/{r.randrange(80_000, 150_000)}"),
    lambda _: _get("/big/400000"),
    lambda _: _get("/gated"),
    lambda r: _send("/early", _thing(r, 3000)),
    lambda _: _get("/die"),
    lambda _: _get("/garbage"),
    lambda _: _get("/empty"),
    # the client leaves in the middle of its body, of a small one before the engine is asked
    lambda r: _send("/echo", _thing(r, 20))[:-50],
    lambda _: _send("/nothing", b"{}" * 20)[:-5],
    lambda r: _send("/echo", _thing(r, 3000))[:100_000],
    lambda r: _send("/upload", r.randbytes(200_000), media_type="application/octet-stream", method="PUT")[:90_000],
)


def requests(count: int, seed: int = 7) -> Iterator[bytes]:
    """`count` requests as bytes, every kind in turn."""
    rng = random.Random(seed)
    for number in range(count):
        yield KINDS[number % len(KINDS)](rng)


def send(port: int, data: bytes) -> int:
    """Send one request and read the answer to its end; its status, or 0 where there was none."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        answer = http.client.HTTPResponse(connection, method=data.partition(b" ")[0].decode())
        try:
            connection.sendall(data)
            if _is_cut_off(data):
                return 0
            answer.begin()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0  # refused before it was sent whole, or broken off
        return int(answer.status)


def _is_cut_off(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), b": 0")
    return len(body) < int(length.partition(b":")[2])
