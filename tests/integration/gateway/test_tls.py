"""TLS on both sides: what is served, what is verified, what is refused."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trustme
from tests.integration.envoy.clients import send
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import trusting

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    server = authority.issue_cert("localhost", "127.0.0.1")
    client = authority.issue_cert("client@example.org")
    paths = {name: str(folder / name) for name in ("server.pem", "server.key", "client.pem", "ca.pem")}
    server.cert_chain_pems[0].write_to_path(paths["server.pem"])
    server.private_key_pem.write_to_path(paths["server.key"])
    client.private_key_and_cert_chain_pem.write_to_path(paths["client.pem"])
    authority.cert_pem.write_to_path(paths["ca.pem"])
    return paths


def test_https_is_served_and_says_so(start: StartGuard, authority: trustme.CA, files: dict[str, str]) -> None:
    guard = start({"listen": {"tls": {"certificate": files["server.pem"], "key": files["server.key"]}}})
    port = guard.port()
    assert guard.lines[0] == f"garrison: listening on https://127.0.0.1:{port} (monitor)"
    assert send(port, "x", {}, context=trusting(authority)).status == 200


def test_http2_is_served(start: StartGuard, authority: trustme.CA, files: dict[str, str]) -> None:
    guard = start({"listen": {"tls": {"certificate": files["server.pem"], "key": files["server.key"]}}})
    context = trusting(authority)
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", guard.port()), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        assert _h2_status(connection) == "200"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_tls_is_refused(start: StartGuard, authority: trustme.CA, files: dict[str, str]) -> None:
    guard = start({"listen": {"tls": {"certificate": files["server.pem"], "key": files["server.key"]}}})
    context = trusting(authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", guard.port()), timeout=30) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_client_certificates_are_required_where_told(
    start: StartGuard, authority: trustme.CA, files: dict[str, str]
) -> None:
    tls = {
        "certificate": files["server.pem"],
        "key": files["server.key"],
        "client-ca": files["ca.pem"],
        "require-client-certificate": True,
    }
    port = start({"listen": {"tls": tls}}).port()
    context = trusting(authority)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        send(port, "x", {}, context=context)
    context.load_cert_chain(files["client.pem"])
    assert send(port, "x", {}, context=context).status == 200


def test_http3_is_announced(start: StartGuard, authority: trustme.CA, files: dict[str, str]) -> None:
    tls = {"certificate": files["server.pem"], "key": files["server.key"]}
    guard = start({"listen": {"http3": True, "tls": tls}})
    port = guard.port()
    answer = send(port, "x", {}, context=trusting(authority))
    assert answer.headers["alt-svc"] == f'h3=":{port}"; ma=86400'
    bound = Path(f"/proc/{guard.envoy()}/net/udp").read_text()
    assert f":{port:04X} " in bound


@pytest.fixture
def secure_upstream(files: dict[str, str]) -> Iterator[int]:
    """An https server that answers 200 to anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["server.pem"], files["server.key"])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                while secure.recv(65536):
                    secure.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        except OSError:
            connection.close()

    def accept() -> None:
        try:
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)  # a thread that waits in accept() would go on with the descriptor's next owner
    listener.close()


@pytest.mark.parametrize(
    ("host", "tls", "status"),
    [
        ("127.0.0.1", {"ca": "ca.pem"}, 200),
        ("localhost", {"ca": "ca.pem"}, 200),
        ("127.0.0.1", {"ca": "ca.pem", "server-name": "localhost"}, 200),
        ("127.0.0.1", {"ca": "ca.pem", "server-name": "other.example"}, 502),
        ("127.0.0.1", {}, 502),
        ("127.0.0.1", {"unsafe-skip-verification": True}, 200),
    ],
)
def test_upstream_is_verified(
    start: StartGuard,
    files: dict[str, str],
    secure_upstream: int,
    host: str,
    tls: dict[str, str | bool],
    status: int,
) -> None:
    told = {key: files.get(str(value), value) for key, value in tls.items()}
    guard = start({"upstream": {"url": f"https://{host}:{secure_upstream}", "tls": told}})
    assert send(guard.port(), "x", {}).status == status


def _h2_status(connection: ssl.SSLSocket) -> str:
    engine = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding=None))
    engine.initiate_connection()
    engine.send_headers(
        1, [(":method", "GET"), (":path", "/echo"), (":scheme", "https"), (":authority", "a")], end_stream=True
    )
    connection.sendall(engine.data_to_send())
    while data := connection.recv(65536):
        for event in engine.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                return next(value.decode() for name, value in event.headers if name == b":status")
        connection.sendall(engine.data_to_send())
    raise AssertionError("no answer")
