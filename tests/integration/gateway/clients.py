"""A load that tells its requests apart: each comes from an address of its own, as a trusted proxy says.

So the record, which holds the peer's address, says exactly which of them it holds. The gateway must trust 127.0.0.1.
"""

import contextlib
import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from ipaddress import IPv6Address

CLIENTS = 4
NETWORK = IPv6Address("2001:db8::")


class Clients:
    """Threads that send requests, each from its own address, until stopped."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered: dict[str, int] = {}
        """Status by address, of every request that was answered whole."""
        self.problems: dict[str, dict[str, object]] = {}
        """By address, what every refused one was told."""
        self.sent = itertools.count(1)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        chance = random.Random(number)
        while not self._stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                while not self._stop.is_set():
                    self._send(connection, "/echo" if chance.random() < 0.7 else "/undescribed")
            time.sleep(0.01)

    def _send(self, connection: http.client.HTTPConnection, target: str) -> None:
        number = next(self.sent)
        address = str(NETWORK + (number << 64) + number)  # in a network of its own, as subscribers are
        connection.request("GET", target, headers={"X-Forwarded-For": address, "Person": address})
        response = connection.getresponse()
        body = response.read()
        if response.getheader("content-type") == "application/problem+json":
            self.problems[address] = json.loads(body)
        self.answered[address] = response.status


@contextlib.contextmanager
def clients(port: int) -> Iterator[Clients]:
    running = Clients(port)
    try:
        yield running
    finally:
        running.stop()
