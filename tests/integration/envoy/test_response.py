"""What the filter does with responses, in front of a real Envoy."""

import http.client
from pathlib import Path
from typing import Any

import pytest
from tests.integration.envoy.clients import fresh_name, raw_head, read_all, read_until, send
from tests.integration.envoy.conftest import scripted_config
from tests.integration.envoy.running import Envoy, Notes, bootstrap, connect, filter_entry, free_port, running
from tests.integration.envoy.upstream import Upstream

pytestmark = pytest.mark.integration


def wanting(interest: str, limit: int = 100_000, **calls: Any) -> dict[str, Any]:
    return {"request": {"interest": interest, "response_limit": limit}, **calls}


REFUSAL = {"step": "refuse", "reply": [502, [["content-type", "application/problem+json"]], '{"status":502}']}


@pytest.mark.parametrize("done", [True, False])
def test_observed_response_is_one_call_at_its_end(gateway: Envoy, notes: Notes, done: bool) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("observe", response={"done": done}))
    noted = notes.wait(name, "request", "response", *([] if done else ["close"]))
    response = noted[1]
    assert response["status"] == 200
    assert dict(response["headers"])["x-upstream"] == "yes"
    assert not any(key.startswith(":") for key, _ in response["headers"])
    assert (response["has_body"], response["complete"]) == (True, True)
    assert response["body"] == answer.body[:200].decode("latin-1")
    assert response["size"] == len(answer.body)


def test_refused_copy_breaks_the_response_off(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    with pytest.raises((http.client.HTTPException, OSError)):
        send(gateway.port, name, wanting("observe", response=REFUSAL))
    assert notes.wait(name, "request", "response", "close")[-1]["aborted"]


def test_refused_observation_of_a_bodiless_response_replaces_it(gateway: Envoy) -> None:
    name = fresh_name()
    assert send(gateway.port, name, wanting("observe", response=REFUSAL), "/empty").status == 502


def test_observed_response_flows_while_it_is_copied(gateway: Envoy, notes: Notes, upstream: Upstream) -> None:
    upstream.gate.clear()
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, wanting("observe"), "/gated", "connection: close"))
        assert read_until(connection, b"data: 1")
        assert notes.calls(name) == ["request"]
        upstream.gate.set()
        assert b"data: 2" in read_all(connection)
    response = notes.wait(name, "request", "response", "close")[1]
    assert response["body"] == "data: 1\n\ndata: 2\n\n"


@pytest.mark.parametrize("target", ["/big/300000", "/bigchunked/300000"])
def test_the_last_piece_of_an_observed_response_may_be_larger_than_envoys_own_buffer_limit(
    filter_module: Path, upstream: Upstream, notes: Notes, tmp_path: Path, target: str
) -> None:
    """It is held until it is judged, as the worker has another exchange."""
    upstream.gate.clear()
    port, entry = free_port(), filter_entry(filter_module, scripted_config(notes))
    config = bootstrap(port, upstream.port, entry, buffer_limit=4096)
    with running(Envoy(tmp_path, config, port, workers=1)), connect(port) as other:
        other.sendall(raw_head(fresh_name(), {}, "/gated", "connection: close"))
        assert read_until(other, b"data: 1")
        name = fresh_name()
        assert len(send(port, name, wanting("observe", 400_000), target).body) == 300_000
        assert notes.wait(name, "request", "response", "close")[1]["size"] == 300_000
        upstream.gate.set()
        assert b"data: 2" in read_all(other)


@pytest.mark.parametrize("target", ["/big/20000", "/bigchunked/20000", "/bigchunked/1000000"])
def test_observed_response_over_its_limit_is_incomplete(gateway: Envoy, notes: Notes, target: str) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("observe", 15_000), target)
    size = int(target.rpartition("/")[2])
    assert len(answer.body) == size
    _, response, close = notes.wait(name, "request", "response", "close")
    assert (response["has_body"], response["body"], response["complete"]) == (True, None, False)
    assert close["response_bytes"] >= size


@pytest.mark.parametrize("interest", ["observe", "head"])
@pytest.mark.parametrize(("method", "target"), [("HEAD", "/echo"), ("GET", "/empty"), ("GET", "/unmodified")])
def test_response_without_a_body(gateway: Envoy, notes: Notes, interest: str, method: str, target: str) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting(interest), target, method)
    assert answer.body == b""
    response = notes.wait(name, "request", "response", "close")[1]
    assert response["status"] == answer.status
    assert (response["has_body"], response["body"], response["complete"]) == (False, None, True)


@pytest.mark.parametrize("interest", ["none", "observe", "head"])
def test_informational_response_is_not_the_response(gateway: Envoy, notes: Notes, interest: str) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, wanting(interest), "/hints", "connection: close"))
        assert b"HTTP/1.1 200 OK" in read_all(connection)
    noted = notes.wait(name, "request", *([] if interest == "none" else ["response"]), "close")
    assert noted[-1]["status"] == 200
    assert interest == "none" or noted[1]["status"] == 200


@pytest.mark.parametrize("interest", ["observe", "head"])
def test_trailers_end_the_response(gateway: Envoy, notes: Notes, interest: str) -> None:
    name = fresh_name()
    script = wanting(interest, response={"step": "hold" if interest == "head" else "pass", "limit": 1000})
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, script, "/trailers", "te: trailers", "connection: close"))
        assert b"x-sum: 7" in read_all(connection)
    last = "response_body" if interest == "head" else "response"
    calls = ["request", "response", *(["response_body"] if interest == "head" else []), "close"]
    noted = {note["call"]: note for note in notes.wait(name, *calls)}
    assert noted[last]["body"] == "body"


def test_small_response_is_held_and_comes_whole(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("head", response={"done": True}))
    response = notes.wait(name, "request", "response")[1]
    assert (response["size"], response["complete"]) == (len(answer.body), True)


def test_small_response_beyond_the_limit_is_asked_about_first(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    send(gateway.port, name, wanting("head", 10))
    response = notes.wait(name, "request", "response", "close")[1]
    assert (response["has_body"], response["body"], response["complete"]) == (True, None, True)


@pytest.mark.parametrize("target", ["/echo", "/chunked", "/big/200000", "/empty"])
def test_refused_response_is_replaced_whole(gateway: Envoy, notes: Notes, target: str) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("head", response=REFUSAL), target)
    assert (answer.status, answer.body) == (502, b'{"status":502}')
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-length"] == "14"
    assert "x-upstream" not in answer.headers
    close = notes.wait(name, "request", "response", "close")[-1]
    assert close == {**close, "aborted": False, "status": 502}


def test_refused_response_to_a_head_request(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("head", response=REFUSAL), method="HEAD")
    assert (answer.status, answer.body) == (502, b"")
    notes.wait(name, "request", "response", "close")


def test_connection_survives_refused_responses(gateway: Envoy) -> None:
    with connect(gateway.port) as connection:
        for target in ("/echo", "/chunked", "/echo", "/big/100"):
            connection.sendall(raw_head(fresh_name(), wanting("head", response=REFUSAL), target))
            assert read_until(connection, b'{"status":502}').startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("target", ["/chunked", "/trailers", "/bigchunked/50000", "/big/70000"])
def test_held_response_body(gateway: Envoy, notes: Notes, target: str) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("head", response={"step": "hold", "limit": 80_000}), target)
    body = notes.wait(name, "request", "response", "response_body", "close")[2]
    assert (body["size"], body["end"]) == (len(answer.body), True)
    assert body["body"] == answer.body[:200].decode()


def test_refusing_a_held_response_body(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = wanting("head", response={"step": "hold"}, response_body=REFUSAL)
    answer = send(gateway.port, name, script, "/bigchunked/50000")
    assert (answer.status, answer.body) == (502, b'{"status":502}')
    notes.wait(name, "request", "response", "response_body", "close")


@pytest.mark.parametrize("after", ["pass", "observe", "hold"])
def test_held_response_over_its_limit(gateway: Envoy, notes: Notes, after: str) -> None:
    """Whatever is said then, the client gets every byte once."""
    name = fresh_name()
    said = {"step": after, "limit": 4_000_000}
    script = wanting("head", response={"step": "hold", "limit": 25_000}, response_body=[said, {"step": "pass"}])
    answer = send(gateway.port, name, script, "/bigchunked/1000000")
    assert answer.body == b"y" * 1_000_000
    calls = ["request", "response", "response_body", *([] if after == "pass" else ["response_body"]), "close"]
    noted = notes.wait(name, *calls)
    assert noted[2]["size"] > 25_000
    assert not noted[2]["end"]
    if after != "pass":
        assert (noted[2]["size"] + noted[3]["size"], noted[3]["end"]) == (1_000_000, True)


def test_held_response_may_be_larger_than_envoys_own_buffer_limit(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = wanting("head", response={"step": "hold", "limit": 4_000_000})
    assert len(send(gateway.port, name, script, "/big/3000000").body) == 3_000_000
    body = notes.wait(name, "request", "response", "response_body", "close")[2]
    assert (body["size"], body["end"]) == (3_000_000, True)


@pytest.mark.parametrize("target", ["/echo", "/chunked", "/trailers"])
def test_mutation_of_the_response(gateway: Envoy, notes: Notes, target: str) -> None:
    name = fresh_name()
    change = [None, [["x-set", "1"], ["content-type", "text/plain"]], ["x-banner"], "NEW"]
    script = wanting("head", response={"mutation": change})
    if target != "/echo":
        script = wanting("head", response={"step": "hold"}, response_body={"mutation": change})
    answer = send(gateway.port, name, script, target)
    assert (answer.status, answer.body) == (200, b"NEW")
    assert (answer.headers["x-set"], answer.headers["content-type"]) == ("1", "text/plain")
    assert answer.headers["content-length"] == "3"
    assert "x-banner" not in answer.headers
    assert notes.calls(name)[-1] == "close" or notes.wait(name, *notes.calls(name), "close")


def test_observation_of_a_response_that_is_also_judged(gateway: Envoy, notes: Notes, upstream: Upstream) -> None:
    upstream.gate.clear()
    name = fresh_name()
    script = wanting("head", response={"step": "observe", "limit": 1000})
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, script, "/gated", "connection: close"))
        read_until(connection, b"data: 1")
        upstream.gate.set()
        read_all(connection)
    body = notes.wait(name, "request", "response", "response_body", "close")[2]
    assert (body["body"], body["end"]) == ("data: 1\n\ndata: 2\n\n", True)


def test_refusal_after_the_head_has_left_breaks_the_response_off(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    script = wanting("head", response={"step": "observe", "limit": 15_000}, response_body=REFUSAL)
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, script, "/bigchunked/1000000"))
        data = read_all(connection)
    assert data.startswith(b"HTTP/1.1 200 ")
    assert not data.endswith(b"0\r\n\r\n"), "the client can tell that it did not get all"
    noted = notes.wait(name, "request", "response", "response_body", "close")
    assert noted[3]["aborted"]


@pytest.mark.parametrize("interest", ["none", "observe", "head"])
def test_passed_stream_flows_untouched(gateway: Envoy, notes: Notes, upstream: Upstream, interest: str) -> None:
    upstream.gate.clear()
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, wanting(interest), "/gated", "connection: close"))
        assert read_until(connection, b"data: 1")
        upstream.gate.set()
        assert b"data: 2" in read_all(connection)
    notes.wait(name, "request", *([] if interest == "none" else ["response"]), "close")


@pytest.mark.parametrize("interest", ["none", "observe", "head"])
def test_client_that_leaves_in_the_middle_of_the_response(
    gateway: Envoy, notes: Notes, upstream: Upstream, interest: str
) -> None:
    upstream.gate.clear()
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, wanting(interest), "/gated"))
        read_until(connection, b"data: 1")
    noted = notes.wait(name, "request", *([] if interest == "none" else ["response"]), "close")
    upstream.gate.set()
    assert noted[-1] == {**noted[-1], "aborted": True, "status": 200}
    if interest == "observe":
        assert (noted[1]["status"], noted[1]["complete"]) == (200, False)


@pytest.mark.parametrize("interest", ["none", "observe"])
def test_upstream_that_dies_in_the_middle_of_its_response(gateway: Envoy, notes: Notes, interest: str) -> None:
    name = fresh_name()
    with connect(gateway.port) as connection:
        connection.sendall(raw_head(name, wanting(interest), "/die"))
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")
    noted = notes.wait(name, "request", *(["response"] if interest == "observe" else []), "close")
    assert noted[-1]["aborted"]


def test_upstream_that_dies_while_its_response_is_held(gateway: Envoy, notes: Notes) -> None:
    name = fresh_name()
    answer = send(gateway.port, name, wanting("head"), "/die")
    assert answer.status == 502
    _, _, close = notes.wait(name, "request", "local_reply", "close")
    assert close == {**close, "aborted": False, "status": 502}
