"""What the gateway costs: requests a second through bare Envoy and through Garrison, in interleaved rounds.

    python -m benchmarks.gateway [--rounds 5] [--seconds 4] [--workers 2] [--json FILE]

Needs wrk and nginx. Both gateways are Garrison's own Envoy configuration, once without the filter, in front of the
same upstream. The contract is the sample API's; every control is on, in enforce mode, `response-schema` included, so
that requests and answers are parsed and validated. GET answers about 300 bytes of JSON, POST sends about 200.
A ratio is the median over rounds of each round's ratio to bare Envoy, since what shares the machine changes.
"""

import argparse
import contextlib
import os
import statistics
import tempfile
from pathlib import Path

import msgspec
from benchmarks.load import load, nginx, post_script, processor_seconds

from garrison.adapters.envoy.handover import Checked
from garrison.adapters.envoy.parts import envoy_binary, filter_module, python_library
from garrison.adapters.envoy.service import Parts, Service
from garrison.config.model import (
    ContractSettings,
    ControlsSettings,
    ListenSettings,
    ResponseSchemaSettings,
    Settings,
    UpstreamSettings,
)
from garrison.core.decision import Mode
from garrison.lab.sample import DESCRIPTION

CUSTOMER = {
    "accountNumber": "100000001",
    "name": "Ada Example",
    "email": "ada@example.com",
    "plan": "basic",
    "lines": [f"1555010000{index}" for index in range(10)],
}
NEW_CUSTOMER = {
    "name": "Ada Example",
    "email": "ada@example.com",
    "plan": "basic",
    "lines": [f"1555010000{index}" for index in range(5)],
    "referredBy": "100000001",
}
TRAFFIC = {"GET": "/v1/customers/100000001", "POST": "/v1/customers"}


class Gateway(msgspec.Struct, frozen=True):
    """A running gateway."""

    name: str
    port: int
    pid: int


class Figure(msgspec.Struct, frozen=True):
    """One gateway in one round."""

    requests_per_second: float
    processor_microseconds: float
    """Processor time of the gateway's process for one exchange."""


class Row(msgspec.Struct, frozen=True):
    """One line of the result; medians over the rounds."""

    method: str
    gateway: str
    requests_per_second: float
    ratio: float
    """Throughput to bare Envoy's in the same round."""
    lowest: float
    highest: float
    processor_microseconds: float


def settings(upstream: int, mode: Mode, workers: int) -> Settings:
    """Every control on."""
    strict = ControlsSettings(response_schema=ResponseSchemaSettings(mode=Mode.ENFORCE))
    return Settings(
        mode="enforce" if mode is Mode.ENFORCE else "monitor",
        contract=ContractSettings(file=str(DESCRIPTION)),
        upstream=UpstreamSettings(url=f"http://127.0.0.1:{upstream}"),
        listen=ListenSettings(address="127.0.0.1:0", workers=workers),
        controls=strict,
    )


def gateways(upstream: int, workers: int, directory: Path, stack: contextlib.ExitStack) -> list[Gateway]:
    """The gateways that are compared, started."""
    bare = Parts(envoy_binary())
    full = Parts(envoy_binary(), filter_module(), python_library(), "garrison.gateway:engine")
    started = []
    for name, parts, mode in (
        ("bare", bare, Mode.ENFORCE),
        ("enforce", full, Mode.ENFORCE),
        ("monitor", full, Mode.MONITOR),
    ):
        run_dir = directory / name
        run_dir.mkdir()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        stack.callback(os.close, nowhere)
        checked = Checked(settings(upstream, mode, workers), {str(DESCRIPTION): DESCRIPTION.read_bytes()})
        service = Service(run_dir, checked, parts, events=nowhere, log=print)
        envoy = service.start()
        stack.callback(envoy.stop)
        envoy.wait_ready(lambda: False)
        started.append(Gateway(name, service.place.port, envoy.pid))
    return started


def measure(rounds: int, seconds: int, workers: int, methods: list[str]) -> list[Row]:
    """Run it all; prints as it goes."""
    rows = []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        upstream = stack.enter_context(nginx(directory, msgspec.json.encode(CUSTOMER).decode()))
        started = gateways(upstream, workers, directory, stack)
        scripts = {"GET": None, "POST": post_script(directory, NEW_CUSTOMER)}
        for method in methods:
            figures: dict[str, list[Figure]] = {gateway.name: [] for gateway in started}
            for _ in range(rounds):
                for gateway in started:
                    figures[gateway.name].append(_round(gateway, TRAFFIC[method], seconds, scripts[method]))
            rows += [_row(method, gateway, own, figures["bare"]) for gateway, own in figures.items()]
    return rows


def _round(gateway: Gateway, path: str, seconds: int, script: Path | None) -> Figure:
    before = processor_seconds(gateway.pid)
    result = load(gateway.port, path, seconds=seconds, script=script)
    used = processor_seconds(gateway.pid) - before
    return Figure(result.requests_per_second, used / result.requests * 1e6)


def _row(method: str, gateway: str, own: list[Figure], bare: list[Figure]) -> Row:
    ratios = [mine.requests_per_second / its.requests_per_second for mine, its in zip(own, bare, strict=True)]
    rate = statistics.median(each.requests_per_second for each in own)
    cpu = statistics.median(each.processor_microseconds for each in own)
    row = Row(method, gateway, rate, statistics.median(ratios), min(ratios), max(ratios), cpu)
    spread = f"({row.lowest:.2f}-{row.highest:.2f})"
    print(f"{method:4} {gateway:8} {rate:8.0f}/s  {row.ratio:.2f} {spread}  {cpu:6.1f} us CPU", flush=True)
    return row


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--methods", nargs="+", default=["GET", "POST"])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measure(options.rounds, options.seconds, options.workers, options.methods)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")


if __name__ == "__main__":
    main()
