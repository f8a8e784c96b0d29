"""HTTP/2, gRPC and TLS through the filter, in front of a real Envoy."""

import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from tests.integration.envoy.clients import Http2, fresh_name, http2_headers, send
from tests.integration.envoy.conftest import scripted_config
from tests.integration.envoy.running import Envoy, Notes, bootstrap, connect, filter_entry, free_port, running, until
from tests.integration.envoy.upstream import Upstream

pytestmark = pytest.mark.integration


@pytest.fixture
def client(gateway: Envoy) -> Iterator[Http2]:
    with connect(gateway.port) as connection:
        yield Http2(connection)


def test_http2_request_is_told_as_such(client: Http2, notes: Notes) -> None:
    name = fresh_name()
    answer, _ = client.answer(client.start(http2_headers(name, {}, "GET", "/echo?a=1"), end=True))
    assert answer.status == 200
    request, _ = notes.wait(name, "request", "close")
    assert (request["protocol"], request["authority"], request["target"]) == ("HTTP/2", "gateway.test", "/echo?a=1")


@pytest.mark.parametrize("length", [True, False])
def test_http2_body_with_and_without_a_length(client: Http2, notes: Notes, length: bool) -> None:
    name = fresh_name()
    more = {"content-length": "10"} if length else {}
    stream = client.start(
        http2_headers(name, {"request": {"step": "pass" if length else "hold"}}, "POST", "/echo", **more), end=False
    )
    client.data(stream, b"hello", end=False)
    client.data(stream, b"world", end=True)
    answer, _ = client.answer(stream)
    assert answer.json()["body"] == "helloworld"
    noted = notes.wait(name, "request", *([] if length else ["request_body"]), "close")
    assert noted[0 if length else 1]["body"] == "helloworld"


@pytest.mark.parametrize("step", ["hold", "observe"])
def test_http2_trailers_end_the_body(client: Http2, notes: Notes, step: str) -> None:
    name = fresh_name()
    stream = client.start(http2_headers(name, {"request": {"step": step}}, "POST", "/echo"), end=False)
    client.data(stream, b"hello", end=False)
    client.trailers(stream, [("x-sum", "5")])
    answer, _ = client.answer(stream)
    assert answer.json()["body"] == "hello"
    body = notes.wait(name, "request", "request_body", "close")[1]
    assert (body["body"], body["end"]) == ("hello", True)


def test_http2_small_body_with_trailers_is_eager(client: Http2, notes: Notes) -> None:
    name = fresh_name()
    headers = http2_headers(name, {}, "POST", "/echo", **{"content-length": "5"})
    stream = client.start(headers, end=False)
    client.data(stream, b"hello", end=False)
    client.trailers(stream, [("x-sum", "5")])
    assert client.answer(stream)[0].json()["body"] == "hello"
    assert notes.wait(name, "request", "close")[0]["body"] == "hello"


@pytest.mark.parametrize("step", ["hold", "observe", "pass"])
def test_http2_reset_in_the_middle_of_the_body(client: Http2, notes: Notes, step: str) -> None:
    name = fresh_name()
    stream = client.start(http2_headers(name, {"request": {"step": step}}, "POST", "/echo"), end=False)
    client.data(stream, b"hello", end=False)
    until(lambda: bool(notes.of(name)), "the request was seen")
    client.reset(stream)
    assert notes.wait(name, "request", "close")[1]["aborted"]


def test_http2_body_of_many_frames_arrives_whole(client: Http2, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "hold", "limit": 20_000}, "request_body": {"step": "pass"}}
    stream = client.start(http2_headers(name, script, "POST", "/echo"), end=False)
    whole = b""
    for number in range(60):
        part = bytes([number]) * 1000
        whole += part
        client.data(stream, part, end=number == 59)
    answer, _ = client.answer(stream)
    assert answer.json()["sha256"] == hashlib.sha256(whole).hexdigest()
    notes.wait(name, "request", "request_body", "close")


def test_refusing_grpc_is_a_grpc_error(client: Http2, notes: Notes) -> None:
    """Envoy turns a module's reply to gRPC into one of status 0, which is success, unless told otherwise."""
    for status, expected in ((403, "7"), (401, "16"), (400, "13"), (404, "12"), (429, "14"), (422, "2")):
        name = fresh_name()
        script = {"request": {"step": "refuse", "reply": [status, [], "no"]}}
        more = {"content-type": "application/grpc", "te": "trailers"}
        stream = client.start(http2_headers(name, script, "POST", "/pets.Pets/Get", **more), end=False)
        answer, _ = client.answer(stream)
        assert (answer.status, answer.headers["grpc-status"]) == (200, expected)
        notes.wait(name, "request", "close")


def test_grpc_flows_untouched(client: Http2, notes: Notes) -> None:
    name = fresh_name()
    script: dict[str, Any] = {"request": {"step": "pass", "interest": "head"}, "response": {"step": "pass"}}
    more = {"content-type": "application/grpc", "te": "trailers"}
    stream = client.start(http2_headers(name, script, "POST", "/trailers", **more), end=False)
    client.data(stream, b"\0\0\0\0\1x", end=True)
    answer, trailers = client.answer(stream)
    assert (answer.body, trailers) == (b"body", {"x-sum": "7"})
    notes.wait(name, "request", "response", "close")


def test_http2_response_broken_off_is_a_reset(client: Http2, notes: Notes) -> None:
    name = fresh_name()
    script = {
        "request": {"interest": "head"},
        "response": {"step": "observe", "limit": 15_000},
        "response_body": {"step": "refuse", "done": True},
    }
    answer, _ = client.answer(client.start(http2_headers(name, script, "GET", "/bigchunked/300000"), end=True))
    assert answer.status == 0
    notes.wait(name, "request", "response", "response_body")


def test_extended_connect_is_an_upgrade(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        client = Http2(connection)
        while not client.h2.remote_settings.get(8):  # SETTINGS_ENABLE_CONNECT_PROTOCOL
            client.h2.receive_data(connection.recv(65536))
        headers = http2_headers(name, {}, "CONNECT", "/socket")
        stream = client.start([*headers[:4], (":protocol", "websocket"), *headers[4:]], end=False)
        client.data(stream, b"hello", end=False)
        received = b""
        while b"HELLO" not in received:
            data = connection.recv(65536)
            assert data
            for event in client.h2.receive_data(data):
                received += getattr(event, "data", None) or b""
    request, close = notes.wait(name, "request", "close")
    assert not request["has_body"]
    assert close["status"] in (101, 200)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(
    filter_module: Path,
    upstream: Upstream,
    notes: Notes,
    authority: trustme.CA,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Envoy]:
    directory = tmp_path_factory.mktemp("secure")
    server = authority.issue_cert("gateway.test")
    server.private_key_pem.write_to_path(directory / "key.pem")
    server.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    authority.cert_pem.write_to_path(directory / "ca.pem")
    certificate = {
        "certificate_chain": {"filename": str(directory / "cert.pem")},
        "private_key": {"filename": str(directory / "key.pem")},
    }
    tls = {
        "common_tls_context": {
            "tls_certificates": [certificate],
            "validation_context": {"trusted_ca": {"filename": str(directory / "ca.pem")}},
        }
    }
    port = free_port()
    config = bootstrap(port, upstream.port, filter_entry(filter_module, scripted_config(notes)), tls=tls)
    with running(Envoy(directory, config, port)) as envoy:
        yield envoy


@pytest.mark.parametrize("identified", [True, False])
def test_tls_facts(secure: Envoy, notes: Notes, authority: trustme.CA, tmp_path: Path, identified: bool) -> None:
    name = fresh_name()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.check_hostname = False
    digest, subject = "", ""
    if identified:
        names = ("client@example.org", "one.example.org", "two.example.org")
        certificate = authority.issue_cert(*names, common_name="partner")
        certificate.configure_cert(context)
        der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        digest, subject = hashlib.sha256(der).hexdigest(), "CN=partner"
    context.maximum_version = ssl.TLSVersion.TLSv1_2 if identified else ssl.TLSVersion.TLSv1_3
    with connect(secure.port, context) as connection:
        connection.sendall(
            f"GET /echo HTTP/1.1\r\nhost: gateway.test\r\nx-name: {name}\r\nconnection: close\r\n\r\n".encode()
        )
        while connection.recv(65536):
            pass
    request, _ = notes.wait(name, "request", "close")
    version, server_name, noted_subject, noted_digest, dns_san, uri_san = request["tls"]
    assert version == ("TLSv1.2" if identified else "TLSv1.3")
    assert server_name == "gateway.test"
    assert noted_digest == digest
    assert (dns_san, uri_san) == ("one.example.org" if identified else "", ""), "Envoy tells the first"
    assert noted_subject.startswith(subject)
    assert bool(noted_subject) == identified
    assert request["scheme"] == "https"


def test_plain_connection_has_no_tls_facts(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    send(gateway.port, name, {})
    assert notes.wait(name, "request", "close")[0]["tls"] is None
