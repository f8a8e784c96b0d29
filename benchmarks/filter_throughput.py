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
import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.integration.envoy.running import Envoy, answers, bootstrap, build_filter, filter_entry, free_port, until

NGINX = """
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            default_type application/json;
            return 200 '{body}';
        }}
    }}
}}
"""
BODY = '{"items": "' + "x" * 287 + '"}'
POST = """
wrk.method = "POST"
wrk.body = '{"name": "%s"}'
wrk.headers["content-type"] = "application/json"
"""


@contextlib.contextmanager
def nginx(directory: Path) -> Iterator[int]:
    """An upstream that costs little."""
    port = free_port()
    config = directory / "nginx.conf"
    config.write_text(NGINX.format(directory=directory, port=port, body=BODY))
    process = subprocess.Popen(["nginx", "-c", str(config), "-e", str(directory / "nginx.log")])
    try:
        until(lambda: answers(port), "nginx listens")
        yield port
    finally:
        process.terminate()
        process.wait()


def load(port: int, seconds: int, script: Path | None) -> tuple[float, int]:
    """Requests a second, and requests in all, as wrk counts them."""
    options = ["-s", str(script)] if script else []
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", *options, f"http://127.0.0.1:{port}/items"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in output, output
    assert "Socket errors" not in output, output
    found = re.search(r"(\d+) requests in .*Requests/sec:\s+([\d.]+)", output, re.DOTALL)
    assert found, output
    return float(found[2]), int(found[1])


class Figures:
    """What was measured of one Envoy."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.seen = 0.0

    def add(self, envoy: Envoy, result: tuple[float, int]) -> None:
        """Add a round."""
        rate, requests = result
        # user and system time of the whole process, in ticks (proc(5), fields 14 and 15)
        fields = Path(f"/proc/{envoy.process.pid}/stat").read_text().rpartition(")")[2].split()
        spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        if self.rates:
            self.costs.append((spent - self.seen) / requests * 1e6)
        self.rates.append(rate)
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
    post = directory / "post.lua"
    post.write_text(POST % ("y" * 188))
    with nginx(directory) as upstream, contextlib.ExitStack() as stack:
        envoys = {}
        for name, entry in variants(build_filter(directory, extra)).items():
            place = directory / name
            place.mkdir()
            port = free_port()
            envoy = envoys[name] = Envoy(place, bootstrap(port, upstream, entry), port, workers=workers)
            stack.callback(envoy.stop)
            envoy.wait_until_serving()
        for kind, script in (("GET", None), ("POST", post)):
            figures = {name: Figures() for name in envoys}
            for _ in range(rounds):
                for name, envoy in envoys.items():
                    figures[name].add(envoy, load(envoy.port, seconds, script))
            for name, own in figures.items():
                print(f"workers={workers} {kind:4} {name:8} {own.against(figures['bare'])}", flush=True)


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
