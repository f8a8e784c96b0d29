"""How soon a block is in force, and what a large table costs the traffic: `python -m benchmarks.blocking`.

A real gateway with one worker, a client that asks again and again on one connection, and tables of several sizes. What
is printed is milliseconds from the command's return to the first answer that it changed, over blocks and their lifting;
and the longest answer while the whole table came in, beside the longest in the same time before.
"""

import argparse
import http.client
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from benchmarks.load import listening_port

from garrison.adapters.store.measures import change_measures, merged
from garrison.core.countermeasure import Action, Countermeasure, Scope

SIZES = (0, 10_000, 100_000)
ROUNDS = 25
OWN = "127.0.0.1"
GARRISON = (sys.executable, "-c", "from garrison.cli.main import main; main()")
_RANDOM = random.Random(7)  # noqa: S311  # addresses, not secrets
_CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/echo": {"get": {"responses": {"200": {"description": "ok"}}}}},
}


def block(value: str) -> Countermeasure:
    return Countermeasure(Action.BLOCK, Scope.NETWORK, value, time.time(), reason="credential-stuffing")


class Client:
    """Asks again and again; nothing answers behind the gateway, so that what is not blocked is 503."""

    def __init__(self, port: int) -> None:
        self.status = 0
        self.longest = 0.0
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def wait(self, holds: Callable[[int], bool]) -> None:
        while not holds(self.status):
            time.sleep(0.0005)

    def _run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        while not self._stop.is_set():
            begun = time.perf_counter()
            connection.request("GET", "/echo")
            answer = connection.getresponse()
            answer.read()
            self.longest = max(self.longest, time.perf_counter() - begun)
            self.status = answer.status


@contextmanager
def gateway(directory: Path) -> Iterator[int]:
    (directory / "api.json").write_bytes(msgspec.json.encode(_CONTRACT))
    command = [
        *GARRISON,
        "guard",
        "--mode",
        "enforce",
        "--upstream",
        "http://127.0.0.1:1",
        "--contract",
        str(directory / "api.json"),
    ]
    command += ["--listen", "127.0.0.1:0", "--data", str(directory / "data")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        port = listening_port(process)
        yield port
    finally:
        process.terminate()
        process.wait()


def measure(size: int) -> None:
    values = {".".join(str(_RANDOM.randrange(1, 224)) for _ in range(4)) for _ in range(size)}
    with tempfile.TemporaryDirectory() as place, gateway(Path(place)) as port:
        data, table = Path(place) / "data", Path(place) / "list.txt"
        table.write_text("192.0.2.1\n" + "\n".join(values - {OWN}))
        client = Client(port)
        client.wait(bool)
        time.sleep(5)
        quiet, client.longest = client.longest, 0.0
        begun = time.perf_counter()
        subprocess.run([*GARRISON, "block", "--list", str(table), "--data", str(data)], check=True, capture_output=True)
        written = time.perf_counter() - begun
        time.sleep(5)
        loud = client.longest
        soon: list[float] = []
        for _ in range(ROUNDS):
            change_measures(data, lambda before: merged(before, [block(OWN)]), time.time())
            soon.append(waited(client, blocked=True))
            change_measures(data, lambda before: [each for each in before if each.value != OWN], time.time())
            soon.append(waited(client, blocked=False))
        client.close()
    print(
        f"{size:,} blocks: one more or less in force after median {statistics.median(soon) * 1e3:.0f} ms, at most "
        f"{max(soon) * 1e3:.0f} ms; `garrison block --list` took {written * 1e3:.0f} ms, the longest answer meanwhile "
        f"{loud * 1e3:.0f} ms, before it {quiet * 1e3:.0f} ms"
    )


def waited(client: Client, *, blocked: bool) -> float:
    begun = time.perf_counter()
    client.wait(lambda status: (status == 403) is blocked)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="How soon a block is in force.")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    for size in parser.parse_args().sizes:
        measure(size)


if __name__ == "__main__":
    main()
