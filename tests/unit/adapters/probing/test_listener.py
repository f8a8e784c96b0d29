"""The listener catches what is sent to it, and nothing disturbs it."""

import socket
import threading
from collections.abc import Iterator

import pytest

from garrison.adapters.probing.listener import LoopbackListener
from garrison.adapters.probing.transport import HttpTransport
from garrison.assess.call import Call


@pytest.fixture
def listener() -> Iterator[LoopbackListener]:
    with LoopbackListener() as one:
        yield one


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PROPFIND"])
def test_a_request_is_caught(listener: LoopbackListener, method: str) -> None:
    with HttpTransport(listener.origin) as transport:
        assert transport.send(Call(method, "/one-7/more?x=1")).status == 200

    caught = listener.caught("one-7", 0)
    assert caught is not None
    assert (caught.token, caught.method, caught.target, caught.peer) == (
        "one-7",
        method,
        "/one-7/more?x=1",
        "127.0.0.1",
    )
    assert listener.caught("other", 0) is None


def test_it_is_waited_for(listener: LoopbackListener) -> None:
    def late() -> None:
        with HttpTransport(listener.origin) as transport:
            transport.send(Call("GET", "/late"))

    threading.Timer(0.1, late).start()

    assert listener.caught("late", 5) is not None


def test_the_first_request_counts(listener: LoopbackListener) -> None:
    with HttpTransport(listener.origin) as transport:
        for method in ("PUT", "GET"):
            transport.send(Call(method, "/twice"))

    caught = listener.caught("twice", 0)
    assert caught is not None
    assert caught.method == "PUT"


def test_garbage_does_not_disturb_it(listener: LoopbackListener) -> None:
    host, _, port = listener.origin.removeprefix("http://").partition(":")
    for sent in (b"\0\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b""):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(sent)
    with HttpTransport(listener.origin) as transport:
        assert transport.send(Call("GET", "/" + "x" * 70)).status == 200
        transport.send(Call("GET", "/after"))

    assert listener.caught("after", 0) is not None


def test_an_address_is_its_token_s_own(listener: LoopbackListener) -> None:
    assert listener.address("abc") == f"{listener.origin}/abc"
    with pytest.raises(ValueError, match="a token has"):
        listener.address("a/b")
