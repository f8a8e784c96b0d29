"""HTTP/3 from the client, gRPC from end to end and HTTP/2 without TLS to the upstream, under an enforced contract."""

import json
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from tests.integration.envoy.clients import send
from tests.integration.envoy.upstream import Upstream
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.http3 import Ask, exchanges
from tests.integration.gateway.running import Guard

pytestmark = pytest.mark.integration

CONTRACT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /echo:
    get: {operationId: echo, responses: {"200": {description: ok}}}
    post:
      operationId: tell
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [a]}}}
      responses: {"200": {description: ok}}
  /big/{size}:
    get:
      operationId: big
      parameters: [{name: size, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: ok}}
  /pets.Pets/{method}:
    post:
      operationId: pets
      parameters: [{name: method, in: path, required: true, schema: {enum: [Double, Chat, Missing]}}]
      requestBody: {content: {application/grpc: {}}}
      responses: {"200": {description: ok, content: {application/grpc: {}}}}
"""
JSON = {"content-type": "application/json"}


@pytest.fixture
def enforcing(start: StartGuard, tmp_path: Path, filter_module: str) -> Callable[..., Guard]:
    (tmp_path / "api.yaml").write_text(CONTRACT)

    def begin(**settings: Any) -> Guard:
        whole = {"mode": "enforce", "contract": {"file": "api.yaml"}, **settings}
        return start(whole, module=filter_module, folder=tmp_path)

    return begin


# ---- HTTP/3


@pytest.fixture
def quic(enforcing: Callable[..., Guard], tmp_path: Path) -> Guard:
    authority = trustme.CA()
    server = authority.issue_cert("localhost", "127.0.0.1")
    server.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    server.private_key_pem.write_to_path(tmp_path / "server.key")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = {"certificate": str(tmp_path / "server.pem"), "key": str(tmp_path / "server.key")}
    return enforcing(listen={"http3": True, "tls": tls})


def test_http3_is_judged_like_the_rest(quic: Guard, upstream: Upstream, tmp_path: Path) -> None:
    large = json.dumps({"a": "x" * 200_000}).encode()
    asks: list[Ask] = [
        ("GET", "/echo", {}, []),
        ("POST", "/echo", JSON, [b'{"a"', b": 1}"]),
        ("POST", "/echo", {**JSON, "content-length": "8"}, [b'{"a": 1}']),
        ("POST", "/echo", JSON, [large[i : i + 5000] for i in range(0, len(large), 5000)]),
        ("GET", "/big/300000", {}, []),
        ("POST", "/echo", JSON, [b'{"b": 1}']),
        ("GET", "/big/x", {}, []),
        ("GET", "/other", {}, []),
    ]
    port = quic.port()
    answers = exchanges(port, str(tmp_path / "ca.pem"), *asks)
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 400, 400, 404]
    assert [answers[1].json()["body"], answers[3].json()["size"]] == ['{"a": 1}', len(large)]
    assert len(answers[4].body) == 300_000
    assert dict(answers[0].json()["headers"])["x-forwarded-proto"] == "https"
    for refused in answers[5:]:
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["instance"].startswith("urn:uuid:")
    assert "/other" not in upstream.targets


def test_http3_that_is_given_up_is_forgotten(quic: Guard, upstream: Upstream, tmp_path: Path) -> None:
    half: Ask = ("POST", "/echo", {**JSON, "content-length": "500"}, [b'{"a"'])
    (answer,) = exchanges(quic.port(), str(tmp_path / "ca.pem"), ("GET", "/echo", {}, []), forsaken=half)
    assert answer.status == 200
    assert upstream.targets == ["/echo"]
    assert quic.stop() == 0


# ---- gRPC


def double(message: bytes, context: Any) -> bytes:
    context.set_trailing_metadata((("x-sum", str(len(message))),))
    if message == b"fail":
        context.abort(grpc.StatusCode.NOT_FOUND, "no such pet")
    return message * 2


def chat(messages: Iterator[bytes], context: Any) -> Iterator[bytes]:
    del context
    for message in messages:
        yield message.upper()


PETS = {
    "Double": grpc.unary_unary_rpc_method_handler(double),
    "Chat": grpc.stream_stream_rpc_method_handler(chat),
}
"""A service without generated code: messages are bytes."""


@pytest.fixture
def pets() -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("pets.Pets", PETS),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()


@pytest.fixture
def channel(enforcing: Callable[..., Guard], pets: int) -> Iterator[grpc.Channel]:
    guard = enforcing(upstream={"url": f"http://127.0.0.1:{pets}", "http2": True})
    with grpc.insecure_channel(f"127.0.0.1:{guard.port()}") as opened:
        yield opened


def test_a_grpc_call_with_its_trailers(channel: grpc.Channel) -> None:
    answer, call = channel.unary_unary("/pets.Pets/Double").with_call(b"x" * 100_000, timeout=30)
    assert answer == b"x" * 200_000
    assert ("x-sum", "100000") in [tuple(pair) for pair in call.trailing_metadata()]
    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary("/pets.Pets/Double")(b"fail", timeout=30)
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.NOT_FOUND, "no such pet")


def test_a_grpc_conversation_flows(channel: grpc.Channel) -> None:
    """Each message is written when the one before was answered: nothing is held back."""
    messages: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    answers = channel.stream_stream("/pets.Pets/Chat")(iter(messages.get, None), timeout=30)
    for message in (b"a", b"b" * 100_000, b"c"):
        messages.put(message)
        assert next(answers) == message.upper()
    messages.put(None)
    assert list(answers) == []


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("/pets.Pets/Missing", grpc.StatusCode.UNIMPLEMENTED),  # the service's own answer
        ("/pets.Pets/Undescribed", grpc.StatusCode.INTERNAL),
        ("/cats.Cats/Get", grpc.StatusCode.UNIMPLEMENTED),
    ],
)
def test_a_grpc_call_that_is_refused(channel: grpc.Channel, method: str, code: grpc.StatusCode) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary(method)(b"x", timeout=30)
    assert failed.value.code() is code


# ---- HTTP/2 without TLS to the upstream


def test_http1_from_the_client_is_http2_to_the_upstream(enforcing: Callable[..., Guard], pets: int) -> None:
    guard = enforcing(upstream={"url": f"http://127.0.0.1:{pets}", "http2": True})
    frame = b"\0\0\0\0\1x"
    answer = send(
        guard.port(), "x", {}, "/pets.Pets/Double", "POST", frame, content_type="application/grpc", te="trailers"
    )
    assert (answer.status, answer.body) == (200, b"\0\0\0\0\2xx")
