"""How soon a measure is in force, and what a flood of detections costs the traffic: `python -m benchmarks.respond`.

A real gateway with one worker. Each round another loopback address asks five times for what there is not, which
completes the pattern of a rule, and then asks on until it is refused. What is printed is milliseconds: from the last of
the five answers to the measure on the disk, from there to the first refusal, and both together.

The flood: every request is a detection, about which something is decided; beside it the same without detection.
"""

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.load import listening_port

from garrison.adapters.status import WATCH, WatchStatus, read_status
from garrison.adapters.store.detections import detections
from garrison.adapters.store.measures import CHANGES, FILE, read_measures
from garrison.adapters.store.query import count

ROUNDS = 30
FLOOD = 10_000
GARRISON = (sys.executable, "-c", "from garrison.cli.main import main; main()")
_CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/echo": {"get": {"operationId": "echo", "responses": {"200": {"description": "ok"}}}}},
}
_RULES = """
title: Somebody asks for what there is not
name: probing
level: high
correlation: {{type: event_count, rules: probe, group-by: {group}, timespan: 1m, condition: {{gte: {count}}}}}
garrison: {{confidence: high}}
---
title: An address without a description
name: probe
logsource: {{category: webserver, product: garrison}}
detection: {{unknown: {{reason: unknown-operation}}, condition: unknown}}
"""


@contextmanager
def gateway(directory: Path, *, group: str = "peer", needed: int = 5, detect: str = "on") -> Iterator[int]:
    (directory / "api.json").write_text(json.dumps(_CONTRACT))
    (directory / "rules.yml").write_text(_RULES.format(group=group, count=needed))
    settings: Mapping[str, Any] = {
        "mode": "enforce",
        "contract": {"file": "api.json"},
        "upstream": {"url": "http://127.0.0.1:1"},
        "listen": {"address": "127.0.0.1:0", "workers": 1},
        "data": "data",
        "detect": {"mode": detect, "rules": ["rules.yml"]},
        "respond": {"mode": "enforce"},
        "notify": {"to": [{"name": "lake", "ocsf": {"file": "findings.jsonl"}}]},
    }
    (directory / "garrison.yaml").write_text(json.dumps(settings))
    command = [*GARRISON, "guard", "--config", str(directory / "garrison.yaml")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = listening_port(process)
        while detect == "on" and not is_detecting(directory / "data"):
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def is_detecting(data: Path) -> bool:
    found = read_status(data, WATCH, WatchStatus)
    return found is not None and found.is_detecting


def dealt_with(data: Path) -> int:
    found = read_status(data, WATCH, WatchStatus)
    return found.detections if found is not None else 0


class Client:
    """One connection from one address."""

    def __init__(self, port: int, source: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))

    def ask(self, path: str) -> int:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        self._connection.close()


def one_round(port: int, data: Path, number: int) -> tuple[float, float]:
    """Seconds from the last answer to the measure, and from there to the first refusal."""
    source = f"127.0.{1 + number // 200}.{1 + number % 200}"
    client = Client(port, source)
    taken: list[float] = []
    watching = threading.Thread(target=_watch_for, args=(data, taken), daemon=True)
    before = _size(data)
    for each in range(5):
        assert client.ask(f"/nothing/{each}") == 404
    begun = time.perf_counter()
    watching.start()
    while client.ask("/echo") != 403:
        time.sleep(0.002)
    refused = time.perf_counter()
    watching.join()
    client.close()
    assert _size(data) != before
    assert any(each.value == source for each in read_measures(data))
    return taken[0] - begun, max(0.0, refused - taken[0])


def _watch_for(data: Path, taken: list[float]) -> None:
    before = _size(data)
    while _size(data) == before:
        time.sleep(0.0005)
    taken.append(time.perf_counter())


def _size(data: Path) -> tuple[int, ...]:
    return tuple((data / name).stat().st_size if (data / name).exists() else 0 for name in (FILE, CHANGES))


def soon(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as place, gateway(Path(place)) as port:
        found = [one_round(port, Path(place) / "data", number) for number in range(rounds)]
    for name, values in (
        ("from the exchange to the measure", [each[0] for each in found]),
        ("from the measure to the first refusal", [each[1] for each in found]),
        ("in all", [sum(each) for each in found]),
    ):
        print(f"{name}: median {statistics.median(values) * 1e3:.0f} ms, at most {max(values) * 1e3:.0f} ms")


def flood(requests: int) -> None:
    for detect in ("off", "on"):
        with tempfile.TemporaryDirectory() as place:
            data = Path(place) / "data"
            with gateway(Path(place), group="id", needed=1, detect=detect) as port:
                client = Client(port, "127.0.0.1")
                lasted = []
                for _ in range(requests):
                    begun = time.perf_counter()
                    client.ask("/nothing/1")
                    lasted.append(time.perf_counter() - begun)
                client.close()
                begun = time.perf_counter()
                while detect == "on" and dealt_with(data) < requests:
                    time.sleep(0.1)
                behind = time.perf_counter() - begun
            lasted.sort()
            found = len(list(detections(data)))
            median, late = lasted[len(lasted) // 2] * 1e3, lasted[len(lasted) * 99 // 100] * 1e3
            print(
                f"{requests:,} requests, {found:,} detections of {count(data):,} events: median {median:.2f} ms,"
                f" 99 % within {late:.2f} ms; all dealt with {behind:.1f} s after the last"
            )


def main() -> None:
    socket.setdefaulttimeout(60)
    parser = argparse.ArgumentParser(description="How soon a measure is in force, and what a flood costs.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--flood", type=int, default=FLOOD)
    options = parser.parse_args()
    if options.rounds:
        soon(options.rounds)
    if options.flood:
        flood(options.flood)


if __name__ == "__main__":
    main()
