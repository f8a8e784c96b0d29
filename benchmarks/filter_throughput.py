"""What the filter costs: requests a second through Envoy, bare and with the filter, in interleaved rounds.

`none`, `observe` and `head` decide nothing and differ in what they want of the response; `monitor` and `enforce` are
the engine with all its controls, both bodies decoded and validated.

    python -m benchmarks.filter_throughput [--rounds 5] [--seconds 4] [--workers 2]

Needs wrk and nginx. One connection pool of 32, one wrk thread; nginx answers 300 bytes of JSON. Figures are medians
of the rounds; the ratio is the median of each round's ratio to bare Envoy in that round, because what shares the
machine changes from minute to minute. `cpu` is Envoy's own processor time for one request, which depends least on that.
"""

import argparse
import contextlib
import statistics
import tempfile
from pathlib import Path

from benchmarks.load import Load, Request, load, nginx, processor_seconds
from tests.integration.envoy.running import Envoy, bootstrap, build_filter, filter_entry, free_port

BODY = '{"items": "' + "x" * 287 + '"}'
TRAFFIC = (Request("GET", "/items"), Request("POST", "/items", b'{"name": "%s"}' % (b"y" * 188)))


class Figures:
    """What was measured of one Envoy."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.seen = 0.0

    def add(self, envoy: Envoy, result: Load) -> None:
        """Add a round."""
        spent = processor_seconds(envoy.process.pid)
        if self.rates:
            self.costs.append((spent - self.seen) / result.requests * 1e6)
        self.rates.append(result.requests_per_second)
        self.seen = spent

    def against(self, bare: "Figures") -> str:
        """One line; ratios round by round. The first round's processor time holds Envoy's start and is left out."""
        ratios = [own / other for own, other in zip(self.rates, bare.rates, strict=True)]
        return (
            f"{statistics.median(self.rates):9.0f}/s  ratio {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f}-{max(ratios):.2f})  cpu {statistics.median(self.costs):5.1f} us"
        )


def variants(module: Path) -> dict[str, dict[str, object] | None]:
    """What is compared: the filter entry's configuration by name."""
    null, engine = {"factory": "benchmarks.null_policy:make"}, {"factory": "benchmarks.engine_policy:make"}
    kinds = {
        **{interest: {**null, "settings": interest} for interest in ("none", "observe", "head")},
        **{mode: {**engine, "settings": mode} for mode in ("monitor", "enforce")},
    }
    return {"bare": None, **{name: filter_entry(module, config) for name, config in kinds.items()}}


def measure(directory: Path, workers: int, rounds: int, seconds: int, extra: list[str]) -> None:
    """Run it all and print a table."""
    with nginx(directory, BODY) as upstream, contextlib.ExitStack() as stack:
        envoys = {}
        for name, entry in variants(build_filter(directory, extra)).items():
            place = directory / name
            place.mkdir()
            port = free_port()
            envoy = envoys[name] = Envoy(place, bootstrap(port, upstream.port, entry), port, workers=workers)
            stack.callback(envoy.stop)
            envoy.wait_until_serving()
        for request in TRAFFIC:
            figures = {name: Figures() for name in envoys}
            for _ in range(rounds):
                for name, envoy in envoys.items():
                    figures[name].add(envoy, load(envoy.port, request, seconds=seconds))
            for name, own in figures.items():
                print(f"workers={workers} {request.method:4} {name:8} {own.against(figures['bare'])}", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--define", action="append", default=[], help="compiler definition for the filter")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        extra = [f"-D{definition}" for definition in options.define]
        measure(Path(name), options.workers, options.rounds, options.seconds, extra)


if __name__ == "__main__":
    main()
