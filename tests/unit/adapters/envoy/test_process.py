"""The gateway's port is its own, whether or not an Envoy runs at the moment."""

import os
import socket
from contextlib import closing

import pytest

from garrison.adapters.envoy.process import reserve
from garrison.config.address import Listen
from garrison.core.errors import GatewayError

ANY = Listen("127.0.0.1", 0)


def as_envoy_listens(address: tuple[str, int]) -> socket.socket:
    return socket.create_server(address, reuse_port=True)


def test_it_is_for_our_envoy_alone() -> None:
    with closing(reserve(ANY)) as held:
        address = held.getsockname()
        for _ in range(2):  # before and after an Envoy that ended
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)
            with pytest.raises(GatewayError, match="another program does already"):
                reserve(Listen(*address))
            with pytest.raises(OSError, match="already in use"):
                socket.create_server(address)
            with as_envoy_listens(address), as_envoy_listens(address):
                socket.create_connection(address).close()
                with pytest.raises(GatewayError, match="another program does already"):
                    reserve(Listen(*address))


def test_it_is_free_in_the_end_whatever_connections_leave_behind() -> None:
    with closing(reserve(ANY)) as held:
        address = held.getsockname()
        with as_envoy_listens(address) as envoy, socket.create_connection(address):
            envoy.accept()[0].close()  # whoever closes first keeps the connection in TIME-WAIT (RFC 9293, 3.6.1)
    reserve(Listen(*address)).close()


def test_a_port_that_is_had_for_datagrams_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 10_000 + os.getpid() % 10_000))  # Linux gives none of these by itself
        place = Listen(*taken.getsockname())
        with pytest.raises(GatewayError, match="another program does already"):
            reserve(place, udp=True)
        reserve(place).close()
