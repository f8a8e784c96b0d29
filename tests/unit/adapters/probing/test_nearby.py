"""What a server gives may refer to others: nobody is asked whom the operator did not name."""

import json
from collections.abc import Iterator

import pytest
from tests.unit.adapters.probing.servers import Peer, answering, raw_server

from garrison.adapters.probing.nearby import Nearby
from garrison.adapters.probing.transport import HttpTransport
from garrison.adapters.sources import read_source
from garrison.contract.described import Description


@pytest.fixture
def other() -> Iterator[tuple[str, list[bytes]]]:
    """Another server, and what it was asked."""
    asked: list[bytes] = []

    def serve(peer: Peer) -> None:
        asked.append(peer.request())
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    with raw_server(serve) as origin:
        yield origin, asked


def describing(origin: str) -> bytes:
    schema = {"$ref": f"{origin}/schema.json"}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    paths = {"/a": {"get": {"responses": {"200": answer}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths}).encode()


def test_nobody_else_is_asked(other: tuple[str, list[bytes]]) -> None:
    origin, asked = other
    with raw_server(answering(describing(origin))) as own, HttpTransport(own) as transport:
        description = Description(f"{own}/openapi.json", (), read=Nearby(transport).read)
        assert len(description.operations) == 1
        node = description.operations[0].responses[0].bodies[0].schema
        assert node is None or description.properties(node) == {}
        with pytest.raises(OSError, match="nobody named"):
            Nearby(transport).read(f"{origin}/schema.json")
    assert asked == []


def test_who_is_named_is_asked(other: tuple[str, list[bytes]]) -> None:
    origin, asked = other
    with raw_server(answering(b"{}")) as own, HttpTransport(own) as transport:
        assert Nearby(transport, [f"{origin}/overlay.json"]).read(f"{origin}/schema.json")
    assert len(asked) == 1


def test_a_redirect_leads_nowhere_else(other: tuple[str, list[bytes]]) -> None:
    origin, asked = other

    def serve(peer: Peer) -> None:
        peer.request()
        peer.send(f"HTTP/1.1 302 Found\r\nlocation: {origin}/x\r\ncontent-length: 0\r\n\r\n".encode())

    with raw_server(serve) as own:
        with pytest.raises(OSError, match="another server"):
            read_source(f"{own}/a", stays=True)
        assert asked == []
        assert read_source(f"{own}/a")
