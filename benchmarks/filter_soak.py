"""A long run in front of a real Envoy: random exchanges, aborted ones included, against random answers.

    python -m benchmarks.filter_soak [--exchanges 100000]

Fails where Envoy stops, a session is neither closed nor dropped after an error, a call comes after the end, or memory
keeps growing. Needs nginx. `tests/native` does the same under AddressSanitizer, which cannot run inside Envoy: the
executable brings its own malloc.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import tempfile
from pathlib import Path

from benchmarks.filter_throughput import BODY
from benchmarks.load import nginx
from tests.integration.envoy.running import ROOT, Envoy, bootstrap, build_filter, filter_entry, free_port

CLIENTS = 32
PATIENCE = 0.5
"""Seconds until a client gives up. Some exchanges are told to wait and are never woken: only their client ends them."""
POLICIES = ROOT / "tests" / "native"
GROWTH_LIMIT = 64 << 20
"""Bytes between the middle of the run and its end: pools fill, but a leak of 1 KiB an exchange would show."""


class Clients:
    """Sends exchanges at random, each on a connection that may be used before and after."""

    def __init__(self, port: int, exchanges: int, seed: int) -> None:
        self.port = port
        self.left = exchanges
        self.dice = random.Random(seed)  # noqa: S311 - dice, not secrets
        self.aborted = 0
        self.answered = 0
        self.cut = 0
        self.impatient = 0

    def request(self) -> tuple[bytes, bytes]:
        """A head and a body on the wire."""
        head = "host: gateway.test\r\nuser-agent: soak\r\n" + "x-fill: 0123456789\r\n" * self.dice.randrange(20)
        kind = self.dice.randrange(4)
        size = self.dice.choice((0, 1, 200, 5000, 100_000)) if kind > 1 else 0
        if kind <= 1:
            return f"GET /items HTTP/1.1\r\n{head}\r\n".encode(), b""
        if kind == 2:
            return f"POST /items HTTP/1.1\r\n{head}content-length: {size}\r\n\r\n".encode(), b"x" * size
        chunks = b"".join(b"3e8\r\n" + b"y" * 1000 + b"\r\n" for _ in range(size // 1000))
        return f"POST /items HTTP/1.1\r\n{head}transfer-encoding: chunked\r\n\r\n".encode(), chunks + b"0\r\n\r\n"

    async def run(self) -> None:
        """Until all exchanges are sent."""
        while self.left > 0:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while self.left > 0 and await self.exchange(reader, writer):
                    pass
            writer.close()

    async def exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One exchange; whether the connection can be used again."""
        self.left -= 1
        head, body = self.request()
        if self.dice.random() < 0.1:
            self.aborted += 1
            whole = head + body
            writer.write(whole[: self.dice.randrange(1, len(whole) + 1)])
            await asyncio.sleep(self.dice.choice((0, 0, 0.001)))
            writer.transport.abort()
            return False
        writer.write(head + body)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.answer(reader)
        except TimeoutError:
            self.impatient += 1
            writer.transport.abort()
            return False
        except (ConnectionError, asyncio.IncompleteReadError):
            self.cut += 1
            return False

    async def answer(self, reader: asyncio.StreamReader) -> bool:
        """Read one answer whole."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if length:
            await reader.readexactly(int(length[1]))
        else:
            while size := int((await reader.readuntil(b"\r\n")), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        self.answered += 1
        return b"connection: close" not in head


def resident(process: int) -> int:
    """Bytes of memory in use."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def soak(envoy: Envoy, exchanges: int) -> None:
    """Two halves, and the memory after each."""
    sizes = []
    for half in range(2):
        clients = Clients(envoy.port, exchanges // 2, half)
        await asyncio.gather(*(clients.run() for _ in range(CLIENTS)))
        sizes.append(resident(envoy.process.pid))
        print(
            f"half {half + 1}: answered {clients.answered} aborted {clients.aborted} "
            f"broken off by the gateway {clients.cut} left waiting {clients.impatient}, {sizes[-1] >> 20} MiB",
            flush=True,
        )
    assert sizes[1] - sizes[0] < GROWTH_LIMIT, "memory keeps growing"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exchanges", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, nginx(Path(name), BODY) as upstream:
        directory = Path(name)
        port = free_port()
        entry = filter_entry(build_filter(directory), {"factory": "random_policy:make", "settings": 1})
        envoy = Envoy(directory, bootstrap(port, upstream.port, entry), port, policies=POLICIES).wait_until_serving()
        try:
            asyncio.run(soak(envoy, options.exchanges))
        finally:
            code = envoy.stop()
        log = envoy.log.read_text()
        assert code == 0, log[-5000:]
        tally = re.search(r"sessions (\d+) closed (\d+) dropped after an error (\d+)", log)
        assert tally, log[-5000:]
        opened, closed, dropped = map(int, tally.groups())
        print(tally[0])
        assert opened == closed + dropped
        assert "wrong" not in log, log[-2000:]


if __name__ == "__main__":
    main()
