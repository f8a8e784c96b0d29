"""The transport sends what it is told byte for byte, to one origin, and survives every answer."""

import contextlib
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from tests.unit.adapters.probing.servers import Peer, answering, echoing, hanging, raw_server

from garrison.adapters.probing.origin import split_url
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.call import MAX_ANSWER, Answer, Call, Part
from garrison.core.errors import ConfigError

PATIENCE = 1.0


@contextlib.contextmanager
def talking(serve: Callable[[Peer], None], timeout: float = 5.0, pace: float | None = None) -> Iterator[HttpTransport]:
    with raw_server(serve) as origin, HttpTransport(origin, timeout=timeout, pace=pace) as transport:
        yield transport


def fault(serve: Callable[[Peer], None], call: Call | None = None, timeout: float = PATIENCE) -> Answer:
    with talking(serve, timeout=timeout) as transport:
        return transport.send(call or Call("GET", "/"))


@pytest.mark.parametrize(
    "target",
    [
        "/a/../b", "/a/%2e%2e/b", "//twice//", "/a/./b", "/%2F%2f", "/a;b=c?x=1&x=2#", "/?a[]=1|2", "/%zz",
        "/a?b=%0d%0a", "/caf%C3%A9", "/a\\b", "/{id}", "/?q='\"<>",
    ],
)  # fmt: skip
def test_a_target_goes_out_as_it_stands(target: str) -> None:
    with talking(echoing) as transport:
        answer = transport.send(Call("GET", target))

    assert answer.fault == ""
    assert answer.body.split(b"\r\n")[0] == b"GET %s HTTP/1.1" % target.encode()


def test_nothing_is_added_that_the_call_says_itself() -> None:
    with talking(echoing) as transport:
        answer = transport.send(
            Call("POST", "/x", (("host", "evil.example"), ("accept", "text/x"), ("content-type", "a/b")), b"{}")
        )
        lines = answer.text.split("\r\n")

        assert [line for line in lines if line.lower().startswith("host:")] == ["host: evil.example"]
        assert [line for line in lines if line.lower().startswith("accept:")] == ["accept: text/x"]
        assert "content-type: a/b" in lines
        assert lines[-1] == "{}"


def test_a_body_has_its_length_and_none_has_none() -> None:
    with talking(echoing) as transport:
        assert "content-length" not in transport.send(Call("GET", "/")).text
        assert "content-length: 0" in transport.send(Call("POST", "/")).text
        assert "content-length: 3" in transport.send(Call("DELETE", "/", (), b"abc")).text


def test_parts_become_a_multipart_body() -> None:
    with talking(echoing) as transport:
        call = Call(
            "POST", "/", (("content-type", "multipart/form-data"),), parts=(Part("name", "é"), Part("file", b"\0\1"))
        )
        body = transport.send(call).body

    assert b"content-type: multipart/form-data; boundary=" in body
    assert b'Content-Disposition: form-data; name="name"\r\n\r\n\xc3\xa9' in body
    assert b'name="file"; filename="file"' in body
    assert b"\0\1" in body


def test_redirects_are_not_followed_and_cookies_are_not_kept() -> None:
    seen = []

    def serve(peer: Peer) -> None:
        while request := peer.request():
            seen.append(request)
            peer.send(
                b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2:1/\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n"
            )

    with talking(serve) as transport:
        answers = [transport.send(Call("GET", "/")) for _ in range(2)]

    assert [answer.status for answer in answers] == [302, 302]
    assert answers[0].header("location") == "http://127.0.0.2:1/"
    assert len(seen) == 2
    assert not any(b"cookie" in request.lower() for request in seen)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with talking(answering(b"ok")) as transport:
        assert transport.send(Call("GET", "/")).body == b"ok"


def test_connections_are_used_again() -> None:
    connections = []

    def serve(peer: Peer) -> None:
        connections.append(peer)
        answering(b"ok")(peer)

    with talking(serve) as transport:
        for _ in range(5):
            assert transport.send(Call("GET", "/")).body == b"ok"

    assert len(connections) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_no_fault() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        peer.request()  # the second one is never answered

    with talking(serve) as transport:
        answers = [transport.send(Call("GET", "/")) for _ in range(3)]

    assert [answer.fault for answer in answers] == ["", "", ""]


def test_a_server_that_never_answers_is_left() -> None:
    answer = fault(hanging)

    assert answer == Answer(fault="no answer within 1 s", seconds=answer.seconds)


def test_a_head_that_drips_is_left() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        while not peer.over.wait(0.02):
            peer.send(b"x")

    assert fault(serve).fault == "no answer within 1 s"


def test_a_body_that_drips_is_left_with_what_came() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while not peer.over.wait(0.02):
            peer.send(b"x")

    answer = fault(serve)

    assert answer.status == 200
    assert answer.fault == "no answer within 1 s"
    assert set(answer.body) == {ord("x")}


def test_endless_interim_answers_are_left() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        while not peer.over.wait(0.005):
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")

    assert fault(serve).fault == "no answer within 1 s"


def test_a_gigabyte_is_cut() -> None:
    sent = []

    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
        piece = b"g" * (1 << 20)
        for _ in range(1024):
            peer.send(piece)
            sent.append(len(piece))

    answer = fault(serve, timeout=10)

    assert answer.is_cut
    assert answer.body == b"g" * MAX_ANSWER
    assert answer.fault == ""
    assert sum(sent) < 64 << 20  # what fits into buffers of the system, and no more


def test_an_endless_answer_is_cut() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            peer.send(b"10000\r\n" + b"e" * 0x10000 + b"\r\n")

    assert fault(serve, timeout=10).is_cut


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_stays_small(coding: str) -> None:
    packed = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    bomb = b"".join([*(packed.compress(b"\0" * (1 << 20)) for _ in range(200)), packed.flush()])
    serve = answering(bomb, b"content-encoding: %s\r\n" % coding.encode())

    answer = fault(serve, timeout=10)

    assert answer.is_cut
    assert answer.body == b"\0" * MAX_ANSWER
    assert answer.size <= len(bomb)


def test_codings_are_undone() -> None:
    plain = b'{"a": 1}' * 100
    raw = zlib.compressobj(wbits=-15)
    for coding, packed in (
        (b"gzip", gzip.compress(plain)),
        (b"deflate", zlib.compress(plain)),
        (b"deflate", raw.compress(plain) + raw.flush()),
        (b"br", plain),
        (b"gzip", plain),
    ):
        answer = fault(answering(packed, b"content-encoding: %s\r\n" % coding), timeout=5)
        assert answer.body == plain, coding


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\x00\xff garbage\r\n\r\n", "the answer is no HTTP"),
        (b"SSH-2.0-OpenSSH_9\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 200_000 + b"\r\n\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "the answer is no HTTP"),
        (b"", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "the answer ended early"),
    ],
)
def test_garbage_is_a_fault(sent: bytes, why: str) -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(sent)

    assert fault(serve, timeout=10).fault == why


def test_a_reset_is_a_fault() -> None:
    def serve(peer: Peer) -> None:
        peer.request()
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    assert fault(serve, timeout=10).fault == "the connection was reset"


def test_nobody_there_is_a_fault() -> None:
    with raw_server(echoing) as origin:
        pass
    assert HttpTransport(origin).send(Call("GET", "/")).fault == "the connection was refused"
    assert HttpTransport("http://nobody.invalid").send(Call("GET", "/")).fault == "the host's name is not known"


@pytest.mark.parametrize(
    "call",
    [
        Call("GET", "/", (("x", "a\r\nb: c"),)),
        Call("GET", "/", (("x", "a\0b"),)),
        Call("GET", "/", (("bad name", "x"),)),
        Call("GET", "/with space"),
        Call("GET", "/line\r\nbreak"),
        Call("G ET", "/"),
        Call("POST", "/", (("content-length", "1"),), b"longer"),
        Call("POST", "/", (("content-length", "x"),), b"longer"),
    ],
)
def test_what_cannot_be_sent_is_a_fault(call: Call) -> None:
    with talking(echoing) as transport:
        answer = transport.send(call)
        assert answer.status == 0
        assert answer.fault.startswith("it cannot be sent: ")
        assert transport.send(Call("GET", "/")).status == 200


def test_text_beyond_latin_1_goes_out_as_utf_8() -> None:
    with talking(echoing) as transport:
        body = transport.send(Call("GET", "/", (("x", "é"), ("y", "日")))).body

    assert b"x: \xe9\r\n" in body
    assert "y: 日\r\n".encode() in body


def test_an_answer_before_the_whole_request_was_read() -> None:
    def serve(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig")
        peer.over.wait(0.3)

    answer = fault(serve, Call("POST", "/", (), b"x" * (8 << 20)), timeout=10)

    assert (answer.status, answer.body) == (413, b"big")


def test_a_burst_is_sent_at_the_same_time_and_answered_in_order() -> None:
    together = threading.Barrier(8, timeout=30)

    def serve(peer: Peer) -> None:
        while request := peer.request():
            together.wait()
            target = request.split(b" ")[1]
            peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(target), target))

    with talking(serve) as transport:
        answers = transport.burst([Call("GET", f"/{number}") for number in range(16)], 8)

    assert [answer.text for answer in answers] == [f"/{number}" for number in range(16)]


def test_a_pace_is_kept() -> None:
    with talking(answering(b"ok"), pace=20.0) as transport:
        begun = time.monotonic()
        for _ in range(5):
            transport.send(Call("GET", "/"))

        assert time.monotonic() - begun >= 4 / 20


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", ""),
        ("HTTPS://API.Example.com:443/v1/", "https://api.example.com", "/v1"),
        ("http://[::1]:80", "http://[::1]", ""),
        ("http://bücher.example", "http://xn--bcher-kva.example", ""),
    ],
)
def test_origins(url: str, origin: str, path: str) -> None:
    found, rest = split_url(url)

    assert (str(found), rest) == (origin, path)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1", "ftp://h", "http://", "http://h:99999", "http://u:secret@h", "http://h/?q", "file:///etc"]
)
def test_what_is_no_origin(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        split_url(url)
    assert "secret" not in str(raised.value)


def test_tls_is_checked_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve(peer: Peer) -> None:
        with context.wrap_socket(peer.connection, server_side=True) as secured:
            answering(b"secret")(Peer(secured, peer.over))

    with raw_server(serve) as plain:
        origin = plain.replace("http://", "https://")
        with HttpTransport(origin) as transport:
            assert transport.send(Call("GET", "/")).fault.startswith("the certificate is not trusted: ")
        with HttpTransport(origin, insecure=True) as transport:
            assert transport.send(Call("GET", "/")).body == b"secret"
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with HttpTransport(origin) as transport:
            assert transport.send(Call("GET", "/")).body == b"secret"
        with HttpTransport(origin.replace("127.0.0.1", "localhost")) as transport:
            assert transport.send(Call("GET", "/")).fault.startswith(
                "the certificate is not trusted: hostname mismatch"
            )


def test_tls_that_is_none_is_a_fault() -> None:
    def serve(peer: Peer) -> None:
        peer.connection.recv(100)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(serve) as origin, HttpTransport(origin.replace("http:", "https:")) as transport:
        assert transport.send(Call("GET", "/")).fault.startswith("TLS failed: ")
