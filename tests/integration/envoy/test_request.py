"""What the filter does with requests, in front of a real Envoy."""

import contextlib
import hashlib
import socket

import pytest
from tests.integration.envoy.clients import fresh_name, raw_head, read_all, read_until, send
from tests.integration.envoy.running import Envoy, Notes, connect, until
from tests.integration.envoy.upstream import Upstream, chunk

pytestmark = pytest.mark.integration


def test_bodiless_request_is_one_call_with_everything_known(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, {}, "/echo/a?b=1", x_more="caf\xe9")
    assert (answer.status, answer.json()["target"]) == (200, "/echo/a?b=1")
    request, close = notes.wait(name, "request", "close")
    assert request["method"] == "GET"
    assert request["target"] == "/echo/a?b=1"
    assert request["authority"] == f"127.0.0.1:{gateway.port}"
    assert request["scheme"] == "http"
    assert request["protocol"] == "HTTP/1.1"
    assert request["address"] == "127.0.0.1"
    assert request["port"] > 0
    assert request["tls"] is None
    assert not request["has_body"]
    assert request["body"] is None
    headers = dict(request["headers"])
    assert headers["x-more"] == "caf\xe9"
    assert not any(key.startswith(":") for key in headers)
    assert close == {**close, "aborted": False, "status": 200, "response_bytes": len(answer.body)}


def test_repeated_and_many_headers_arrive_in_order(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    lines = [f"x-many: {number}" for number in range(90)]
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, {}, "/echo", *lines, "connection: close"))
        read_all(connection)
    request, _ = notes.wait(name, "request", "close")
    assert [value for key, value in request["headers"] if key == "x-many"] == [str(n) for n in range(90)]


def test_small_body_of_known_length_comes_with_the_head(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    body = b"\x00\xff" + b"a" * 1000
    answer = send(gateway.port, name, {}, method="POST", body=body)
    assert answer.json()["size"] == len(body)
    request, _ = notes.wait(name, "request", "close")
    assert request["has_body"]
    assert (request["size"], request["body"]) == (len(body), body[:200].decode("latin-1"))


def test_small_body_in_many_pieces_is_still_one_call(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(raw_head(name, {}, "/echo", "content-length: 40", "connection: close", method="PUT"))
        for number in range(10):
            connection.sendall(b"%04d" % number)
        answer = read_all(connection)
    assert b"0000000100020003" in answer
    request, _ = notes.wait(name, "request", "close")
    assert request["body"] == "".join(f"{number:04d}" for number in range(10))


@pytest.mark.parametrize("size", [65537, 300_000])
def test_longer_body_is_asked_about_first(gateway: Envoy, notes: Notes, size: int) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, {}, method="POST", body=b"z" * size)
    assert answer.json()["size"] == size
    request, _ = notes.wait(name, "request", "close")
    assert request["has_body"]
    assert request["body"] is None


def test_hold_gives_the_whole_body_before_anything_is_forwarded(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "hold", "limit": 5000}}
    answer = send(gateway.port, name, script, method="POST", body=iter([b"ab" * 500, b"cd" * 500]))
    assert answer.json()["body"].startswith("abab")
    assert answer.json()["size"] == 2000
    _, body, _ = notes.wait(name, "request", "request_body", "close")
    assert (body["size"], body["end"]) == (2000, True)


def test_held_body_may_be_larger_than_envoys_own_buffer_limit(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    size = 3_000_000
    script = {"request": {"step": "hold", "limit": size}}
    answer = send(gateway.port, name, script, method="POST", body=b"q" * size)
    assert answer.json()["size"] == size
    _, body, _ = notes.wait(name, "request", "request_body", "close")
    assert (body["size"], body["end"]) == (size, True)


@pytest.mark.parametrize("after", ["pass", "observe", "hold"])
def test_held_body_over_its_limit_is_asked_about_once_more(gateway: Envoy, notes: Notes, after: str) -> None:
    """Whatever is said then, the upstream gets every byte once."""
    name = fresh_name()
    said = {"step": after, "limit": 4_000_000}
    script = {"request": {"step": "hold", "limit": 100_000}, "request_body": [said, {"step": "pass"}]}
    parts = [bytes([65 + number]) * 70_000 for number in range(20)]
    answer = send(gateway.port, name, script, method="POST", body=iter(parts))
    whole = b"".join(parts)
    assert answer.json()["sha256"] == hashlib.sha256(whole).hexdigest()
    calls = ["request", "request_body", *([] if after == "pass" else ["request_body"]), "close"]
    noted = notes.wait(name, *calls)
    assert noted[1]["size"] > 100_000
    assert not noted[1]["end"]
    if after != "pass":
        assert (noted[1]["size"] + noted[2]["size"], noted[2]["end"]) == (len(whole), True)


def test_held_body_over_its_limit_can_be_refused(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    reply = [413, [["content-type", "application/problem+json"]], "{}"]
    script = {
        "request": {"step": "hold", "limit": 10_000},
        "request_body": {"step": "refuse", "reply": reply, "done": True},
    }
    answer = send(gateway.port, name, script, method="POST", body=iter([b"z" * 8_000] * 4))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (413, b"{}", "application/problem+json")
    notes.wait(name, "request", "request_body")


def test_observe_lets_the_request_through_and_gets_a_copy(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "observe", "limit": 5000}, "request_body": {"step": "refuse"}}
    answer = send(gateway.port, name, script, method="POST", body=iter([b"ab" * 500, b"cd" * 500]))
    assert answer.status == 200, "what is said about an observed body changes nothing"
    assert answer.json()["size"] == 2000
    _, body, _ = notes.wait(name, "request", "request_body", "close")
    assert (body["size"], body["end"]) == (2000, True)


def test_observed_body_over_its_limit_is_cut_one_byte_above_it(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "observe", "limit": 5000}}
    answer = send(gateway.port, name, script, method="POST", body=iter([b"a" * 3000] * 5))
    assert answer.json()["size"] == 15000
    _, body, _ = notes.wait(name, "request", "request_body", "close")
    assert (body["size"], body["end"]) == (5001, False)


def test_observed_request_reaches_the_upstream_before_its_body_ends(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "observe", "interest": "observe"}}
    with connect(gateway.port) as connection:
        head = raw_head(name, script, "/early", "transfer-encoding: chunked", method="POST")
        connection.sendall(head + chunk(b"first part"))  # in one write, or the answer may be faster than the chunk
        assert b"413 " in read_until(connection, b'{"early": true}')
    request, body, response, *rest = _wait_for(notes, name, 3)
    assert request["has_body"]
    assert (body["call"], body["body"], body["end"]) == ("request_body", "first part", False)
    assert (response["call"], response["status"], response["complete"]) == ("response", 413, True)
    assert [note["call"] for note in rest] in ([], ["close"])


def _wait_for(notes: Notes, name: str, count: int) -> list[dict[str, object]]:
    until(lambda: len(notes.of(name)) >= count, f"{count} notes, got {notes.of(name)}")
    return notes.of(name)


def test_trailers_end_a_held_and_an_observed_body(gateway: Envoy, notes: Notes) -> None:
    for step in ("hold", "observe"):
        name = fresh_name()
        script = {"request": {"step": step}}
        with connect(gateway.port) as connection:
            lines = ("transfer-encoding: chunked", "trailer: x-sum", "connection: close")
            connection.sendall(raw_head(name, script, "/echo", *lines, method="POST"))
            connection.sendall(chunk(b"hello") + b"0\r\nx-sum: 5\r\n\r\n")
            assert b'"body": "hello"' in read_all(connection)
        _, body, _ = notes.wait(name, "request", "request_body", "close")
        assert (body["body"], body["end"]) == ("hello", True)


def test_refusal_at_the_trailers(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "hold"}, "request_body": {"step": "refuse"}}
    with connect(gateway.port) as connection:
        lines = ("transfer-encoding: chunked", "trailer: x-sum", "connection: close")
        connection.sendall(raw_head(name, script, "/echo", *lines, method="POST"))
        connection.sendall(chunk(b"hello") + b"0\r\nx-sum: 5\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 403 ")
    notes.wait(name, "request", "request_body", "close")


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_refusal_sends_the_reply_and_nothing_upstream(gateway: Envoy, notes: Notes, method: str) -> None:
    name = fresh_name()
    reply = [
        422,
        [["content-type", "application/problem+json"], ["x-a", "1"], ["x-a", "2"], ["content-length", "99"]],
        '{"status":422}',
    ]
    script = {"request": {"step": "refuse", "reply": reply, "done": True}}
    answer = send(gateway.port, name, script, method=method, body=b"{}" if method == "POST" else None)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-length"] == "14"
    assert answer.body == (b"" if method == "HEAD" else b'{"status":422}')
    assert "x-upstream" not in answer.headers
    notes.wait(name, "request")


def test_refusing_a_small_body_keeps_the_connection(gateway: Envoy) -> None:
    script = {"request": {"step": "refuse"}}
    with connect(gateway.port) as connection:
        for _ in range(3):
            connection.sendall(raw_head(fresh_name(), script, "/echo", "content-length: 2", method="POST") + b"{}")
            assert read_until(connection, b"refused").startswith(b"HTTP/1.1 403 ")


def test_mutation_of_the_request(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    mutation = ["/echo/new?q=2", [["x-set", "1"], ["x-set", "2"], ["x-name", "changed"]], ["x-drop"], "NEW BODY"]
    script = {"request": {"step": "pass", "mutation": mutation}}
    heard = send(gateway.port, name, script, method="POST", body=b"{}", x_drop="gone").json()
    headers = [(key, value) for key, value in heard["headers"]]
    assert (heard["target"], heard["body"], heard["size"]) == ("/echo/new?q=2", "NEW BODY", 8)
    assert ("content-length", "8") in headers
    assert [value for key, value in headers if key == "x-set"] == ["1", "2"]
    assert ("x-name", "changed") in headers
    assert "x-drop" not in dict(headers)
    notes.wait(name, "request", "close")


def test_mutation_of_a_held_body(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "hold"}, "request_body": {"mutation": [None, [], [], "short"]}}
    heard = send(gateway.port, name, script, method="POST", body=iter([b"long " * 100, b"more"])).json()
    assert (heard["body"], heard["size"]) == ("short", 5)
    notes.wait(name, "request", "request_body", "close")


def test_expectation_of_100_continue_does_not_stall_a_held_body(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        lines = ("content-length: 5", "expect: 100-continue", "connection: close")
        connection.sendall(raw_head(name, {}, "/echo", *lines, method="POST"))
        assert read_until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"hello")
        assert b'"body": "hello"' in read_all(connection)
    notes.wait(name, "request", "close")


@pytest.mark.parametrize("step", ["hold", "observe", "pass"])
def test_client_that_leaves_in_the_middle_of_its_body(gateway: Envoy, notes: Notes, step: str) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        head = raw_head(name, {"request": {"step": step}}, "/echo", "content-length: 500000", method="POST")
        connection.sendall(head + b"x" * 100_000)
        _wait_for(notes, name, 1)
    noted = notes.wait(name, "request", "close")
    assert noted[1]["aborted"]


def test_upgrade_has_no_body_and_flows_both_ways(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = {"request": {"step": "pass", "interest": "head"}}
    with connect(gateway.port) as connection:
        lines = ("connection: keep-alive, Upgrade", "upgrade: websocket", "sec-websocket-version: 13")
        connection.sendall(raw_head(name, script, "/socket", *lines))
        assert read_until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        for word in (b"hello", b"again"):
            connection.sendall(word)
            assert read_until(connection, word.upper())
    request, response, close = notes.wait(name, "request", "response", "close")
    assert not request["has_body"]
    assert (response["status"], response["has_body"]) == (101, False)
    assert close["status"] == 101


def test_body_announced_beside_an_upgrade_is_inspected(gateway: Envoy, notes: Notes) -> None:
    """Else any request could ask not to be looked at."""
    name = fresh_name()
    script = {"request": {"step": "refuse"}}
    with connect(gateway.port) as connection:
        lines = ("connection: upgrade", "upgrade: websocket", "content-length: 4")
        connection.sendall(raw_head(name, script, "/echo", *lines, method="POST") + b"evil")
        assert read_until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 403 ")
    request, _ = notes.wait(name, "request", "close")
    assert (request["has_body"], request["body"]) == (True, "evil")


@pytest.mark.parametrize("framing", ["x-none: 1", "content-length: 0", "transfer-encoding: chunked"])
def test_nothing_follows_an_upgrade_that_the_upstream_declined(
    gateway: Envoy, notes: Notes, upstream: Upstream, framing: str
) -> None:
    """What comes after the head is not looked at; it must not reach the upstream as another request."""
    name = fresh_name()
    with connect(gateway.port) as connection:
        lines = ("connection: upgrade", "upgrade: websocket", framing)
        connection.sendall(raw_head(name, {}, f"/echo/{name}", *lines, method="POST"))
        connection.sendall(b"0\r\n\r\n" if "chunked" in framing else b"")
        connection.sendall(f"GET /smuggled/{name} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        with contextlib.suppress(ConnectionResetError):  # Envoy closes on what it did not read
            read_all(connection)
    notes.wait(name, "request", "local_reply", "close")
    assert f"/echo/{name}" in upstream.targets
    assert f"/smuggled/{name}" not in upstream.targets


def test_upgrade_header_alone_is_no_upgrade(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    send(gateway.port, name, {}, method="POST", body=b"seen", upgrade="websocket")
    request, _ = notes.wait(name, "request", "close")
    assert request["body"] == "seen"


@pytest.mark.parametrize(
    ("target", "status"), [("/unreachable", 503), ("/direct", 418), ("/hang", 504), ("/garbage", 502)]
)
def test_envoys_own_replies_are_told_and_not_judged(
    gateway: Envoy, notes: Notes, upstream: Upstream, target: str, status: int
) -> None:
    upstream.gate.clear()
    name = fresh_name()
    answer = send(gateway.port, name, {"request": {"interest": "head"}}, target)
    assert answer.status == status
    _, told, close = notes.wait(name, "request", "local_reply", "close")
    assert told["status"] == status
    assert told["details"]
    assert close == {**close, "aborted": False, "status": status}


def test_own_threads_of_python_run_while_workers_idle(gateway: Envoy, notes: Notes) -> None:
    def ticks() -> int:
        name = fresh_name()
        send(gateway.port, name, {})
        note: dict[str, int] = notes.wait(name, "request", "close")[0]
        return note["ticks"]

    before = ticks()
    until(lambda: ticks() > before + 3, "the background thread ticks")


def test_each_worker_serves(gateway: Envoy, notes: Notes) -> None:
    names = [fresh_name() for _ in range(60)]
    for name in names:
        send(gateway.port, name, {})
    threads = {notes.wait(name, "request", "close")[0]["thread"] for name in names}
    assert 1 <= len(threads) <= 2


def test_requests_follow_each_other_on_one_connection(gateway: Envoy, notes: Notes) -> None:
    names = [fresh_name() for _ in range(5)]
    with connect(gateway.port) as connection:
        connection.sendall(b"".join(raw_head(name, {}, f"/echo/{name}") for name in names))
        data = b""
        while data.count(b'"target"') < 5:
            data += connection.recv(65536)
    for name in names:
        request, _ = notes.wait(name, "request", "close")
        assert request["target"] == f"/echo/{name}"
